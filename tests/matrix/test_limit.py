"""How many sessions a user may have."""

import pytest

from sessions_api.exceptions import SessionLimitReached
from sessions_api.models import EndReason, Session
from tests.factories import UserFactory
from tests.helpers import later


def test_a_login_beyond_the_limit_ends_the_oldest_session(world, settings):
    settings.SESSIONS_API = {"MAX_SESSIONS_PER_USER": 2}
    first, second = world.browser(user=world.alice), world.browser(user=world.alice)
    oldest = first.session_id()
    with later(seconds=120):
        first.do("user")
        third = world.browser(user=world.alice)
        world.assert_true(second, third)
    assert Session.objects.get(pk=oldest).end_reason == EndReason.LIMIT


def test_signing_in_again_in_the_same_browser_takes_no_more_room(world, settings):
    settings.SESSIONS_API = {"MAX_SESSIONS_PER_USER": 2, "ON_LIMIT": "refuse"}
    first, second = world.browser(user=world.alice), world.browser(user=world.alice)
    assert first.login(world.alice).status_code == 200
    world.assert_true(first, second)


def test_dead_sessions_take_no_room(world, settings):
    settings.SESSIONS_API = {"MAX_SESSIONS_PER_USER": 1, "ON_LIMIT": "refuse", "IDLE_TIMEOUT": 600}
    world.browser(user=world.alice)
    with later(seconds=700):
        world.assert_true(world.browser(user=world.alice))


def test_a_lowered_limit_is_reached_at_the_next_login(world, settings):
    browsers = [world.browser(user=world.alice) for _ in range(4)]
    settings.SESSIONS_API = {"MAX_SESSIONS_PER_USER": 2}
    newest = world.browser(user=world.alice)
    world.assert_true(browsers[-1], newest)


def test_users_have_room_of_their_own(world, settings):
    settings.SESSIONS_API = {"MAX_SESSIONS_PER_USER": 1}
    bob = UserFactory.create()
    of_alice, of_bob = world.browser(user=world.alice), world.browser(user=bob)
    world.assert_true(of_alice)
    world.assert_true(of_bob, user=bob)


def test_a_login_that_failed_takes_no_room(world, settings):
    settings.SESSIONS_API = {"MAX_SESSIONS_PER_USER": 1, "ON_LIMIT": "refuse"}
    world.browser().login(world.alice, status=500)
    world.assert_true(world.browser(user=world.alice))


def test_a_script_gets_the_reason_as_an_exception(client, admin_user, settings):
    settings.SESSIONS_API = {"MAX_SESSIONS_PER_USER": 1, "ON_LIMIT": "refuse"}
    client.force_login(admin_user)
    with pytest.raises(SessionLimitReached) as refused:
        type(client)().force_login(admin_user)
    assert refused.value.limit == 1
