"""What happens between a login, its response and its key, where two things happen at once."""

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import override_settings as overridden

from sessions_api import lifecycle, recent
from sessions_api.models import EndReason, Session
from tests.factories import UserFactory
from tests.helpers import later
from tests.matrix.world import atomic_requests


def test_a_login_whose_transaction_is_rolled_back_while_its_engine_keeps_the_session(world):
    browser = world.browser()
    with atomic_requests():
        browser.do(f"login:{world.alice.pk}", "roll_back", view="do")
    kept = world.engine in ("cache", "file", "signed_cookies")
    world.assert_true(*([browser] if kept else []))
    if kept:
        assert not Session.objects.get().adopted


def test_a_login_that_is_rolled_back_leaves_the_session_that_was_there(world):
    world.skip_on("cache", "file", "signed_cookies", because="what it keeps is not rolled back")
    browser, bob = world.browser(user=world.alice), UserFactory.create()
    with atomic_requests():
        browser.do("user", f"login:{bob.pk}", "roll_back", view="do")
    recent.clear()
    world.assert_true(browser)
    assert world.listed(bob) == set()


def test_a_login_that_is_ended_before_its_response(world):
    browser = world.browser()
    world.while_in_flight(lambda: lifecycle.end_all(world.alice))
    browser.do(f"login:{world.alice.pk}", "callback")
    assert Session.objects.get().end_reason == EndReason.REVOKED
    world.assert_true()


def test_a_login_that_is_flushed_in_its_own_request(world):
    browser = world.browser(user=world.alice)
    browser.do(f"login:{world.alice.pk}", "flush")
    world.assert_true()
    assert not Session.objects.not_ended().exists()


def test_a_key_that_was_changed_outside_any_request_is_followed(world):
    browser = world.browser(user=world.alice)
    session_id = browser.session_id()
    job = browser.session()
    job.cycle_key()
    job.save()
    browser.cookie = job.session_key
    recent.clear()
    assert browser.user_name() == world.alice.username
    assert browser.session_id() == session_id
    world.assert_true(browser)


def test_a_twin_that_never_asks_for_its_user_takes_nothing_over(world):
    world.skip_on("signed_cookies", because="two cookies with one payload are one credential")
    browser, other = world.browser(user=world.alice), world.browser()
    twin = type(browser.session())()
    twin.update(dict(browser.session().items()))
    twin.save()
    other.cookie = twin.session_key
    other.do("write")
    assert other.cookie != browser.cookie
    world.assert_true(browser)
    again = type(twin)()
    again.update(dict(browser.session().items()))
    again.save()
    other.cookie = again.session_key
    other.do("cycle")
    world.assert_true(browser)


def test_a_request_whose_key_was_changed_meanwhile_goes_on_and_writes_nothing(world):
    browser = world.browser(user=world.alice)
    tab = world.copy(browser)
    recent.clear()
    world.while_in_flight(lambda: tab.do("user", "cycle"))
    response = browser.do("read", "callback", "user")
    assert response.content.decode() == world.alice.username
    world.browsers = [tab]
    world.assert_true(tab)


def test_a_login_after_a_session_was_refused_stands(world):
    browser = world.browser(user=world.alice)
    Session.objects.update(ended_at=Session.objects.get().created_at, end_reason="revoked")
    recent.clear()
    browser.do("user", f"login:{world.alice.pk}")
    world.assert_true(browser)


def test_a_server_error_after_a_key_change_elsewhere_ends_only_what_is_lost(world):
    browser, other = world.browser(user=world.alice), world.browser(user=world.alice)
    browser.do("cycle", status=500)
    world.assert_true(other, *([browser] if world.is_client_side else []))


def test_an_anonymous_cookie_that_is_flushed_ends_nothing(world):
    browser, visitor = world.browser(user=world.alice), world.browser()
    visitor.do("write")
    visitor.do("flush")
    visitor.do("write")
    visitor.do("flush", "write")
    world.assert_true(browser)
    assert not Session.objects.filter(ended_at__isnull=False).exists()


def test_a_deactivated_user_whom_the_session_outlived_is_dismissed(world):
    browser = world.browser(user=world.alice)
    type(world.alice).objects.update(is_active=False)
    browser.do("flush")
    assert Session.objects.get().end_reason == EndReason.DEACTIVATED


def test_a_login_bound_by_nobody_is_bound_at_its_next_request(world):
    browser = world.browser(user=world.alice)
    fields = {"expires_at": None, "key_digest": None, "sealed_key": b""}
    Session.objects.update(**fields)
    recent.clear()
    assert world.listed() == set()
    assert browser.session()[SESSION_KEY] == str(world.alice.pk)
    assert browser.user_name() == world.alice.username
    world.assert_true(browser)


def test_the_limit_counts_a_login_that_is_still_on_its_way(world):
    other = world.browser()
    with overridden(SESSIONS_API={"MAX_SESSIONS_PER_USER": 1, "ON_LIMIT": "refuse"}):
        browser = world.browser()
        answers = []
        world.while_in_flight(lambda: answers.append(other.login(world.alice).status_code))
        browser.do(f"login:{world.alice.pk}", "callback")
        assert answers == [403]
        world.assert_true(browser)


def test_a_view_that_clears_its_session_answers_as_ever_and_signs_the_browser_out(world):
    browser = world.browser(user=world.alice)
    assert browser.do("user", "clear", "write").status_code == 200
    assert Session.objects.get().end_reason == EndReason.FLUSHED
    world.assert_true()
    assert browser.session().get("count") == 1


@pytest.mark.parametrize("close", ["close_account", "delete_account"])
def test_a_view_that_closes_its_users_account_may_write_to_the_session(world, close):
    browser = world.browser(user=world.alice)
    response = browser.do(close, "write", view="do")
    assert response.status_code == 200
    assert browser.user_name() == ""
    assert not Session.objects.not_ended().exists()


def test_a_user_who_is_deleted_while_signing_in_is_nobody(world):
    user = UserFactory.create()
    browser = world.browser()
    world.while_in_flight(type(user).objects.filter(pk=user.pk).delete)
    assert browser.do(f"login:{user.pk}", "callback").status_code in (200, 400)
    assert browser.user_name() == ""
    assert not Session.objects.exists()


def test_a_login_whose_payload_then_names_nobody_is_no_session(world):
    browser = world.browser()
    browser.do(f"login:{world.alice.pk}", "forget_user")
    world.assert_true()


def test_a_login_on_a_session_of_the_views_own_stands(world):
    for browser in (world.browser(), world.browser(user=world.alice)):
        response = browser.do("user", f"sign_in_elsewhere:{world.alice.pk}", view="do")
        assert response.status_code == 200
        assert browser.user_name() == world.alice.username
        assert browser.session_id() in world.listed()


def test_a_switch_to_another_session_of_the_same_user_ends_neither(world):
    world.skip_on("signed_cookies", because="a key in the path would be the whole session")
    browser, other = world.browser(user=world.alice), world.browser(user=world.alice)
    response = browser.do("user", f"switch:{other.cookie}", view="do")
    assert response.status_code == 200
    assert browser.cookie == other.cookie
    recent.clear()
    assert browser.user_name() == other.user_name() == world.alice.username
    assert other.session_id() in world.listed()


def test_what_the_gate_saw_is_over_although_the_view_is_rolled_back(world, settings):
    settings.SESSIONS_API = {"IDLE_TIMEOUT": 600}
    browser, other = world.browser(user=world.alice), world.browser(user=world.alice)
    with atomic_requests(), later(minutes=11):
        browser.do("user", "not_found", view="do")
        assert Session.objects.filter(end_reason=EndReason.IDLE).count() == 1
        users = type(world.alice).objects
        users.update(is_active=False)
        other.do("user", "not_found", view="do")
        users.update(is_active=True)
        assert not Session.objects.not_ended().exists()
        world.assert_true()


def test_a_server_error_after_a_switch_to_another_session_ends_neither(world):
    world.skip_on("signed_cookies", because="a key in the path would be the whole session")
    browser, other = world.browser(user=world.alice), world.browser(user=world.alice)
    browser.do("user", f"switch:{other.cookie}", view="do", status=500)
    world.assert_true(browser, other)


@pytest.mark.parametrize("end", ["not_found", "roll_back"])
@pytest.mark.parametrize("change", ["cycle", "login", "password:another"])
def test_a_new_key_that_is_rolled_back_with_its_view_is_nobodys(world, change, end):
    browser = world.browser(user=world.alice)
    step = f"login:{world.alice.pk}" if change == "login" else change
    with atomic_requests():
        browser.do("user", step, end, view="do")
    listed = world.listed()
    recent.clear()
    assert bool(browser.user_name()) is (browser.session_id() in listed)
    assert len(listed) <= 1


def test_a_sign_out_is_one_although_its_view_is_rolled_back(world):
    browser, other = world.browser(user=world.alice), world.browser(user=world.alice)
    thief = world.copy(browser)
    session_id = browser.session_id()
    with atomic_requests():
        browser.do("user", "logout", "roll_back", view="do")
    assert Session.objects.get(pk=session_id).end_reason == EndReason.LOGOUT
    assert thief.user_name() == ""
    world.assert_true(other)


def test_a_sign_in_that_is_rolled_back_has_made_room_all_the_same(world, settings):
    settings.SESSIONS_API = {"MAX_SESSIONS_PER_USER": 1}
    first, second = world.browser(user=world.alice), world.browser()
    session_id = first.session_id()
    with atomic_requests():
        second.do(f"login:{world.alice.pk}", "roll_back", view="do")
    assert Session.objects.get(pk=session_id).end_reason == EndReason.LIMIT
    kept = world.engine in ("cache", "file", "signed_cookies")
    world.assert_true(*([second] if kept else []))


def test_an_account_that_is_closed_in_a_view_that_is_rolled_back_stays_signed_in(world):
    browser = world.browser(user=world.alice)
    with atomic_requests():
        browser.do("close_account", "roll_back", view="do")
    world.assert_true(browser)
