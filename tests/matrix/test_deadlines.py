"""Sessions that end by themselves: unused for too long, open for too long."""

import pytest
from django.utils import timezone

from sessions_api import recent
from sessions_api.models import EndReason, Session
from tests.helpers import later


def test_an_idle_session_ends(world, settings):
    settings.SESSIONS_API = {"IDLE_TIMEOUT": 600}
    used, idle = world.browser(user=world.alice), world.browser(user=world.alice)
    idle_id = idle.session_id()
    for seconds in (300, 550):
        with later(seconds=seconds):
            assert used.user_name() == world.alice.username
    with later(seconds=700):
        world.assert_true(used)
        assert Session.objects.get(pk=idle_id).end_reason == EndReason.IDLE


def test_a_session_ends_when_its_lifetime_is_over_however_much_it_is_used(world, settings):
    settings.SESSIONS_API = {"ABSOLUTE_TIMEOUT": 1000}
    browser = world.browser(user=world.alice)
    session_id = browser.session_id()
    for seconds in (500, 990):
        with later(seconds=seconds):
            world.assert_true(browser)
    with later(seconds=1001):
        world.assert_true()
        assert Session.objects.get(pk=session_id).end_reason == EndReason.LIFETIME


def test_signing_in_again_begins_a_new_lifetime(world, settings):
    settings.SESSIONS_API = {"ABSOLUTE_TIMEOUT": 1000}
    browser = world.browser(user=world.alice)
    with later(seconds=900):
        browser.login(world.alice)
    with later(seconds=1100):
        world.assert_true(browser)


def test_a_view_that_polls_does_not_keep_a_session_alive(world, settings):
    settings.SESSIONS_API = {"IDLE_TIMEOUT": 600}
    browser, polling = world.browser(user=world.alice), world.browser(user=world.alice)
    for seconds in range(50, 600, 50):
        with later(seconds=seconds):
            assert polling.get("/poll/").content.decode() == world.alice.username
            browser.do("user")
    with later(seconds=601):
        assert polling.get("/poll/").content.decode() == ""
        world.assert_true(browser)


def test_use_after_polling_counts(world, settings):
    settings.SESSIONS_API = {"IDLE_TIMEOUT": 600}
    browser = world.browser(user=world.alice)
    with later(seconds=100):
        browser.get("/poll/")
        browser.do("user")
        assert Session.objects.get().last_used == timezone.now()


def test_a_deadline_ends_a_session_within_the_touch_interval(world, settings):
    settings.SESSIONS_API = {"IDLE_TIMEOUT": 600, "TOUCH_INTERVAL": 100}
    browser = world.browser(user=world.alice)
    with later(seconds=550):
        assert browser.user_name() == world.alice.username
    with later(seconds=550 + 580):
        world.assert_true(browser)
    with later(seconds=550 + 580 + 601):
        world.assert_true()


@pytest.mark.parametrize("write", ["user", "write"])
def test_a_request_is_a_use_at_the_moment_of_its_admission_however_long_it_takes(
    world, settings, write
):
    settings.SESSIONS_API = {"IDLE_TIMEOUT": 600}
    browser = world.browser(user=world.alice)
    clock = later(seconds=750)
    world.while_in_flight(clock.start)
    with later(seconds=300):
        recent.clear()
        assert browser.do("user", "callback", write).status_code == 200
        try:
            world.assert_true(browser)
        finally:
            clock.stop()
    with later(seconds=750 + 601):
        world.assert_true()


@pytest.mark.parametrize("interval", [60, 3600])
def test_last_use_is_written_once_an_interval(world, settings, interval):
    settings.SESSIONS_API = {"TOUCH_INTERVAL": interval}
    browser = world.browser(user=world.alice)
    begun = Session.objects.get().last_used
    with later(seconds=interval - 10):
        browser.do("user")
        assert Session.objects.get().last_used == begun
    with later(seconds=interval + 1):
        browser.do("user")
        assert Session.objects.get().last_used == timezone.now()
