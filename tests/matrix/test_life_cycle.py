"""Every numbered way in which a session begins, rotates and ends: is the list the truth?

The numbers are those of the life-cycle table in docs/life-cycle.md. Each case asserts, through
``World.assert_true``, that the sessions listed as active are exactly those of the browsers that are
still authenticated, and that these are the right ones.
"""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.contrib.auth import user_logged_in
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.cache import caches
from django.core.management import call_command
from django.test import RequestFactory
from django.test import override_settings as overridden

from sessions_api import lifecycle, recent
from sessions_api.models import EndReason, Session
from tests.factories import PASSWORD, UserFactory
from tests.helpers import later
from tests.matrix.world import World, atomic_requests

CASES: dict[int, Callable[[World], None]] = {}

NOT_ON: dict[int, dict[str, str]] = {
    20: {
        "cache": "clearsessions does nothing on this engine",
        "signed_cookies": "clearsessions does nothing on this engine",
    },
    21: {
        "db": "this engine has no cache",
        "file": "this engine has no cache",
        "signed_cookies": "this engine has no cache",
    },
    22: {
        "db": "this engine keeps no cached copy beside its row",
        "cache": "this engine has no rows",
        "file": "this engine has no rows",
        "signed_cookies": "this engine has no rows",
    },
    33: {
        "signed_cookies": "two cookies with one payload are one credential: no key tells them apart"
    },
    34: {"signed_cookies": "no job can open what only the browser holds"},
    35: {
        "db": "this engine enforces set_expiry itself: case 17",
        "cached_db": "this engine enforces set_expiry itself: case 17",
        "cache": "this engine enforces set_expiry itself: case 17",
    },
}
"""Which cases cannot occur on which engines, and why."""


def case(number):
    """Register a scenario under its number."""

    def register(scenario):
        assert number not in CASES
        CASES[number] = scenario
        return scenario

    return register


def reason_of(session_id):
    return Session.objects.get(pk=session_id).end_reason


@case(1)
def login_over_an_anonymous_session(world):
    browser = world.browser()
    browser.do("write")
    anonymous_key = browser.cookie
    browser.login(world.alice)
    assert browser.cookie != anonymous_key
    world.assert_true(browser)
    assert Session.objects.count() == 1


@case(2)
def login_again_as_the_same_user_takes_the_old_ones_place(world):
    browser = world.browser(user=world.alice)
    old_key, old_id = browser.cookie, browser.session_id()
    thief = world.copy(browser)
    browser.login(world.alice)
    assert browser.cookie != old_key
    assert thief.user_name() == ""
    world.assert_true(browser)
    assert reason_of(old_id) == EndReason.REPLACED


@case(3)
def login_as_another_user_ends_the_old_session(world):
    bob = UserFactory.create()
    browser = world.browser(user=bob)
    old_id = browser.session_id()
    browser.login(world.alice)
    world.assert_true(browser)
    world.assert_true(user=bob)
    assert reason_of(old_id) == EndReason.REPLACED
    world.alice.set_password("another")
    world.alice.save()
    browser.login(world.alice)
    world.assert_true(browser)


@case(4)
def login_whose_response_is_a_server_error_leaves_no_session(world):
    browser = world.browser()
    browser.do("write")
    browser.login(world.alice, status=500)
    world.assert_true()
    assert not Session.objects.exists()
    browser.login(world.alice)
    browser.login(world.alice, status=503)
    # The server has dropped the old key; an old cookie nobody can take back.
    world.assert_true(*([browser] if world.is_client_side else []))


@case(5)
def login_in_a_transaction_that_is_rolled_back(world):
    browser = world.browser(user=world.alice)
    with atomic_requests():
        browser.do(f"login:{world.alice.pk}", "fail", view="do")
    kept = world.engine in ("db", "cached_db", "signed_cookies")
    world.assert_true(*([browser] if kept else []))
    other = world.browser()
    with atomic_requests():
        other.do(f"login:{world.alice.pk}", "fail", view="do")
        other.do(f"login:{world.alice.pk}", "user", view="do")
    world.assert_true(other, *([browser] if kept else []))


@case(6)
def a_new_key_keeps_the_session(world):
    browser, bystander = world.browser(user=world.alice), world.browser(user=world.alice)
    session_id, key = browser.session_id(), browser.cookie
    thief = world.copy(browser)
    browser.do("cycle")
    assert world.is_client_side or browser.cookie != key
    assert world.is_client_side or thief.user_name() == ""
    world.assert_true(browser, bystander)
    browser.do("user", "cycle", "write")
    world.assert_true(browser, bystander)
    browser.do("password:another")
    world.assert_true(browser)
    assert browser.session_id() == session_id
    assert thief.user_name() == ""


@case(7)
def a_new_key_that_a_server_error_withholds(world):
    browser = world.browser(user=world.alice)
    browser.do("user", "cycle", status=500)
    world.assert_true(*([browser] if world.is_client_side else []))
    other = world.browser(user=world.alice)
    other.do("password:another", status=500)
    world.assert_true()


@case(8)
def a_rotated_secret_key_with_fallback(world):
    browser, other = world.browser(user=world.alice), world.browser(user=world.alice)
    session_id = browser.session_id()
    with rotated_secret_key(keep_old=True):
        assert len(world.listed()) == 2
        recent.clear()
        # Two requests of one browser at once: both give the session a new key.
        tab = world.copy(browser)
        world.while_in_flight(lambda: tab.do("user"))
        browser.do("read", "callback", "user")
        assert browser.user_name() == world.alice.username
        assert tab.user_name() == world.alice.username
        assert browser.session_id() == tab.session_id() == session_id
        world.assert_true(browser, other)


@case(9)
def a_rotated_secret_key_without_fallback(world):
    world.browser(user=world.alice)
    with rotated_secret_key(keep_old=False):
        world.assert_true()
        browser = world.browser(user=world.alice)
        world.assert_true(browser)


@case(10)
def logout(world):
    browser, other = world.browser(user=world.alice), world.browser(user=world.alice)
    session_id = browser.session_id()
    thief = world.copy(browser)
    browser.do("logout")
    assert browser.cookie is None
    world.assert_true(other)
    assert thief.user_name() == ""
    assert reason_of(session_id) == EndReason.LOGOUT
    other.do("user", "logout", "write")
    world.assert_true()


@case(11)
def flush_by_code(world):
    browser, other = world.browser(user=world.alice), world.browser(user=world.alice)
    session_id = browser.session_id()
    thief = world.copy(browser)
    browser.do("flush")
    world.assert_true(other)
    assert thief.user_name() == ""
    assert reason_of(session_id) == EndReason.FLUSHED
    other.do("flush", "write")
    world.assert_true()


@case(12)
def the_password_is_changed_elsewhere(world):
    browser, other = world.browser(user=world.alice), world.browser(user=world.alice)
    session_id = browser.session_id()
    world.alice.set_password("another")
    world.alice.save()
    assert world.listed() == set()
    browser.do("write")
    assert world.listed() == set()
    world.assert_true()
    assert reason_of(session_id) == EndReason.CREDENTIALS
    other.login(world.alice)
    world.assert_true(other)
    type(world.alice).objects.update(password="unusable")
    world.assert_true()


@case(13)
def a_password_hash_upgraded_at_login(world):
    browser, other = world.browser(), world.browser()
    credentials = f"{world.alice.username}|{PASSWORD}"
    browser.do(f"password_login:{credentials}")
    world.assert_true(browser)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MD5PasswordHasher, "must_update", lambda self, encoded: True)
        other.do(f"password_login:{credentials}")
    world.assert_true(other)


@case(14)
def the_account_is_deactivated(world):
    browser, other = world.browser(user=world.alice), world.browser(user=world.alice)
    session_id = browser.session_id()
    world.alice.is_active = False
    world.alice.save()
    assert reason_of(session_id) == EndReason.DEACTIVATED
    world.assert_true()
    world.alice.is_active = True
    world.alice.save()
    world.assert_true()
    browser.login(world.alice)
    other.login(world.alice)
    users = type(world.alice).objects.filter(pk=world.alice.pk)
    users.update(is_active=False)
    assert world.listed() == set()
    assert browser.user_name() == ""
    users.update(is_active=True)
    world.assert_true()


@case(15)
def the_user_is_deleted(world):
    browser = world.browser(user=world.alice)
    other = world.browser(user=world.alice)
    pk = world.alice.pk
    world.alice.delete()
    assert browser.user_name() == other.user_name() == ""
    assert not Session.objects.exists()
    world.alice.pk = pk
    world.alice.save(force_insert=True)
    world.assert_true()


@case(16)
def the_authentication_backend_is_taken_away(world):
    browser = world.browser(user=world.alice)
    with overridden(AUTHENTICATION_BACKENDS=["tests.site.backends.OtherBackend"]):
        world.assert_true()
    world.assert_true(browser)
    assert Session.objects.not_ended().count() == 1


@case(17)
def the_session_sets_its_own_expiry(world):
    browser, to_the_end = world.browser(user=world.alice), world.browser(user=world.alice)
    browser.do("user", "expiry:100")
    to_the_end.do("user", "expiry:0")
    assert Session.objects.get(pk=to_the_end.session_id()).ends_with_browser
    world.assert_true(browser, to_the_end)
    with later(seconds=90):
        world.assert_true(browser, to_the_end)
        browser.do("write")
    with later(seconds=180):
        world.assert_true(browser, to_the_end)
    with later(seconds=300):
        world.assert_true(to_the_end)


@case(18)
def every_request_saves_the_session(world):
    with overridden(SESSION_SAVE_EVERY_REQUEST=True, SESSION_COOKIE_AGE=1000):
        browser, idle = world.browser(user=world.alice), world.browser(user=world.alice)
        for seconds in (500, 1000 - 1, 1400):
            with later(seconds=seconds):
                assert browser.user_name() == world.alice.username
                assert browser.session_id() in world.listed()
        with later(seconds=2300):
            assert idle.user_name() == ""
            world.assert_true(browser)
        with later(seconds=3400):
            world.assert_true()


@case(19)
def the_session_expires(world):
    with overridden(SESSION_COOKIE_AGE=1000):
        browser = world.browser(user=world.alice)
        session_id = browser.session_id()
        with later(seconds=900):
            world.assert_true(browser)
        with later(seconds=2000):
            world.assert_true()
            if not world.is_client_side:
                assert reason_of(session_id) == EndReason.EXPIRED


@case(20)
def expired_sessions_are_cleared(world):
    with overridden(SESSION_COOKIE_AGE=1000):
        world.browser(user=world.alice)
        with later(seconds=500):
            other = world.browser(user=world.alice)
        with later(seconds=1200):
            call_command("clearsessions")
            world.assert_true(other)


@case(21)
def the_cache_is_emptied(world):
    browser = world.browser(user=world.alice)
    clear_cache()
    world.assert_true(*([browser] if world.engine == "cached_db" else []))


@case(22)
def the_engines_row_is_deleted_but_its_cached_copy_lives(world):
    from django.contrib.sessions.models import Session as EngineRow

    browser, other = world.browser(user=world.alice), world.browser(user=world.alice)
    EngineRow.objects.filter(session_key=browser.cookie).delete()
    world.assert_true(browser, other)
    lifecycle.end(Session.objects.get(pk=browser.session_id()))
    world.assert_true(other)


@case(23)
def ended_while_a_request_changes_the_session(world):
    browser, other = world.browser(user=world.alice), world.browser(user=world.alice)
    world.while_in_flight(lambda: end(browser))
    browser.do("user", "callback", "write")
    world.assert_true(other)


@case(24)
def ended_while_a_request_reads_the_session(world):
    browser, other = world.browser(user=world.alice), world.browser(user=world.alice)
    last_used = Session.objects.get(pk=browser.session_id()).last_used
    world.while_in_flight(lambda: end(browser))
    with later(minutes=5):
        session_id = browser.session_id()
        assert browser.do("user", "callback").content.decode() == world.alice.username
        assert Session.objects.get(pk=session_id).last_used == last_used
        world.assert_true(other)


@case(25)
def the_web_server_says_who_it_is(world):
    backend = "django.contrib.auth.backends.RemoteUserBackend"
    with overridden(
        AUTHENTICATION_BACKENDS=[backend], MIDDLEWARE=middleware_and("RemoteUserMiddleware")
    ):
        browser = world.browser()
        browser.remote_user(world.alice.username)
        browser.do("user")  # Django 5.2 tells async views of the login at the next request only
        assert browser.do("user").content.decode() == world.alice.username
        assert world.listed() == {browser.session_id()}
        bob = UserFactory.create()
        browser.remote_user(bob.username)
        browser.do("user")
        assert world.listed() == set()
        assert world.listed(bob) == {browser.session_id()}
        browser.remote_user(None)
        browser.do("user")
        assert world.listed(bob) == set()


@case(26)
def signed_in_by_a_script(world):
    browser = world.browser()
    browser.client.force_login(world.alice)
    world.assert_true(browser)
    browser.client.force_login(world.alice)
    world.assert_true(browser)
    assert Session.objects.not_ended().count() == 1
    browser.client.logout()
    world.browsers.clear()
    assert world.listed() == set()
    assert not Session.objects.not_ended().exists()


@case(27)
def signed_in_and_out_in_one_request(world):
    browser = world.browser()
    browser.do(f"login:{world.alice.pk}", "logout")
    world.assert_true()
    browser.do(f"login:{world.alice.pk}", "logout", f"login:{world.alice.pk}")
    world.assert_true(browser)
    browser.do("logout", f"login:{world.alice.pk}", f"login:{world.alice.pk}", "user")
    world.assert_true(browser)
    assert Session.objects.not_ended().count() == 1


@case(28)
def a_login_signal_without_a_session_login(world):
    browser = world.browser(user=world.alice)
    request = RequestFactory().post("/")
    user_logged_in.send(sender=type(world.alice), request=None, user=world.alice)
    user_logged_in.send(sender=type(world.alice), request=request, user=world.alice)
    request.session = browser.session()
    user_logged_in.send(sender=type(world.alice), request=request, user=world.alice)
    world.assert_true(browser)
    assert Session.objects.count() == 1


@case(29)
def a_login_form_sent_twice(world):
    browser, orphan = world.browser(), world.browser()
    world.while_in_flight(lambda: orphan.login(world.alice))
    browser.do("callback", f"login:{world.alice.pk}")
    # The browser keeps one cookie; the other would still be accepted, and is listed.
    world.assert_true(browser, orphan)


@case(30)
def staff_take_the_place_of_a_user_and_return(world):
    staff = UserFactory.create(is_staff=True)
    browser = world.browser(user=staff)
    browser.login(world.alice)
    world.assert_true(browser)
    world.assert_true(user=staff)
    browser.login(staff)
    world.assert_true()
    world.assert_true(browser, user=staff)


@case(31)
def the_browser_forgets_its_cookie(world):
    browser = world.browser(user=world.alice)
    kept = world.copy(browser)
    world.browsers = [kept]
    browser.client.cookies.clear()
    assert browser.user_name() == ""
    world.assert_true(kept)
    with overridden(SESSIONS_API={"IDLE_TIMEOUT": 600}), later(seconds=700):
        world.assert_true()


@case(32)
def the_payload_is_emptied_by_code(world):
    cleared, resolved = world.browser(user=world.alice), world.browser(user=world.alice)
    forgotten = world.browser(user=world.alice)
    cleared.do("clear")
    world.assert_true(resolved, forgotten)
    forgotten.do("forget_user")
    world.assert_true(resolved)
    resolved.do("user", "clear")
    world.assert_true()
    for browser in (cleared, resolved, forgotten):
        browser.login(world.alice)
    world.assert_true(cleared, resolved, forgotten)
    assert Session.objects.not_ended().count() == 3


@case(33)
def a_payload_is_copied_into_another_session(world):
    browser, other = world.browser(user=world.alice), world.browser()
    twin = browser.session()
    payload = dict(twin.items())
    twin = type(twin)()
    twin.update(payload)
    twin.save()
    other.cookie = twin.session_key
    world.assert_true(browser)
    assert other.user_name() == ""


@case(34)
def a_background_job_saves_the_session(world):
    browser = world.browser(user=world.alice)
    row = Session.objects.values("user_agent", "ip_address").get()
    with later(days=1):
        job = browser.session()
        job["done"] = True
        job.save()
        assert Session.objects.values("user_agent", "ip_address").get() == row
        world.assert_true(browser)
        assert browser.session()["done"] is True


@case(35)
def the_engine_does_not_enforce_the_expiry(world):
    browser, other = world.browser(user=world.alice), world.browser(user=world.alice)
    browser.do("expiry:100")
    with later(seconds=50):
        browser.do("write")
    with later(seconds=140):
        world.assert_true(browser, other)
    with later(seconds=200):
        world.assert_true(other)


@case(36)
def a_login_refused_by_the_limit(world):
    with overridden(SESSIONS_API={"MAX_SESSIONS_PER_USER": 1, "ON_LIMIT": "refuse"}):
        browser, refused = world.browser(user=world.alice), world.browser()
        refused.do("write")
        response = refused.login(world.alice)
        assert response.status_code == 403
        assert "already signed in" in response.content.decode()
        world.assert_true(browser)
        browser.login(world.alice)
        world.assert_true(browser)
        bob = UserFactory.create()
        elsewhere = world.browser(user=bob)
        assert elsewhere.login(world.alice).status_code == 403
        world.assert_true(browser)
        world.assert_true(user=bob)


def end(browser):
    """End a browser's session from elsewhere."""
    lifecycle.end(Session.objects.get(pk=browser.session_id()))


def clear_cache():
    """Empty the cache behind the sessions, as an eviction or FLUSHALL does."""
    caches[settings.SESSION_CACHE_ALIAS].clear()


def rotated_secret_key(*, keep_old):
    """Change SECRET_KEY, with or without the old one among the fallbacks."""
    return overridden(
        SECRET_KEY="another-secret-key-of-the-test-site",
        SECRET_KEY_FALLBACKS=[settings.SECRET_KEY] if keep_old else [],
    )


def middleware_and(name):
    """Return the site's middleware and one more of django.contrib.auth's."""
    return [*settings.MIDDLEWARE, f"django.contrib.auth.middleware.{name}"]


def test_every_number_has_a_case():
    assert set(CASES) == set(range(1, 37))
    assert set(NOT_ON) <= set(CASES)


@pytest.mark.parametrize(
    "number", CASES, ids=[f"{number}-{scenario.__name__}" for number, scenario in CASES.items()]
)
def test_the_list_is_true(number, world):
    if reason := NOT_ON.get(number, {}).get(world.engine):
        pytest.skip(reason)
    CASES[number](world)
