"""Sessions from before the installation."""

import pytest
from django.contrib.auth import SESSION_KEY
from django.utils import timezone

from sessions_api import lifecycle, recent
from sessions_api.models import EndReason, Session
from tests.factories import UserFactory
from tests.helpers import later, old_session
from tests.matrix.world import atomic_requests


@pytest.fixture
def old_browser(world):
    """Return a browser that signed in when the app was not installed."""
    browser = world.browser()
    browser.cookie = old_session(world.alice, cart=3).cookies["sessionid"].value
    return browser


def test_an_old_session_is_adopted_at_its_first_authenticated_request(world, old_browser):
    old_browser.do("read")
    assert not Session.objects.exists()
    assert old_browser.user_name() == world.alice.username
    session = Session.objects.get()
    assert session.adopted
    assert session.authenticated_at is None
    assert session.pk.version == 8
    assert old_browser.session()["cart"] == 3
    world.assert_true(old_browser)


def test_it_is_listed_in_the_very_request_that_adopts_it(world, old_browser):
    response = old_browser.get("/api/sessions/")
    (session,) = response.json()["results"]
    assert session["is_current"] is True
    assert session["adopted"] is True


def test_an_adopted_session_ends_like_any_other(world, old_browser):
    old_browser.do("user")
    session = Session.objects.get()
    lifecycle.end(session)
    assert old_browser.user_name() == ""
    world.assert_true()


def test_an_adopted_session_that_has_ended_is_not_adopted_again(world, old_browser):
    copy = world.copy(old_browser)
    payload = dict(old_browser.session().items())
    old_browser.do("user", "logout")
    if not world.is_client_side:
        revived = type(old_browser.session())(copy.cookie)
        revived._session_cache = payload
        revived.save(must_create=True)
    assert copy.user_name() == ""
    world.assert_true()
    assert Session.objects.get().end_reason == EndReason.LOGOUT


def test_an_old_session_that_signs_out_first_leaves_an_ended_row_at_most(world, old_browser):
    old_browser.do("logout")
    world.assert_true()
    assert not Session.objects.not_ended().exists()


def test_a_server_error_leaves_the_old_session_to_be_adopted_under_the_same_id(world, old_browser):
    old_browser.do("user", status=500)
    adopted = Session.objects.get().pk
    assert old_browser.user_name() == world.alice.username
    assert Session.objects.get().pk == adopted
    world.assert_true(old_browser)


def test_a_new_key_in_the_adopting_request_is_followed(world, old_browser):
    old_browser.do("user", "cycle")
    world.assert_true(old_browser)
    assert Session.objects.count() == 1


def test_an_id_that_code_removed_is_found_again_by_the_key(world):
    browser = world.browser(user=world.alice)
    session_id = browser.session_id()
    store = browser.session()
    del store["_sessions_api_id"]
    store.save()
    browser.cookie = store.session_key
    recent.clear()
    assert browser.user_name() == world.alice.username
    if not world.is_client_side:
        assert browser.session_id() == session_id
    assert browser.session_id() in world.listed()


def test_old_sessions_may_be_refused(world, old_browser, settings):
    settings.SESSIONS_API = {"ADOPT": "refuse"}
    assert old_browser.user_name() == ""
    assert not Session.objects.exists()
    signed_in = world.browser(user=world.alice)
    world.assert_true(signed_in)


def test_a_row_made_for_an_old_session_is_admitted_though_old_sessions_are_refused(
    world, old_browser, settings
):
    old_browser.do("user", status=500)  # leaves a row, and a payload without its id
    settings.SESSIONS_API = {"ADOPT": "refuse"}
    recent.clear()
    assert old_browser.user_name() == world.alice.username
    world.assert_true(old_browser)


def test_a_session_whose_row_is_gone_is_refused_not_adopted(world):
    browser = world.browser(user=world.alice)
    kept = browser.session()
    Session.objects.all()._raw_delete("default")
    recent.clear()
    assert kept.get(SESSION_KEY)
    assert browser.user_name() == ""
    assert not Session.objects.exists()


def test_an_adopted_session_has_a_lifetime_too(world, old_browser, settings):
    settings.SESSIONS_API = {"ABSOLUTE_TIMEOUT": 3600}
    old_browser.do("user")
    with later(seconds=3500):
        world.assert_true(old_browser)
    with later(seconds=3700):
        world.assert_true()


def test_another_users_id_in_the_payload_is_refused(world):
    bob_browser = world.browser(user=UserFactory.create())
    browser = world.browser(user=world.alice)
    store = browser.session()
    store["_sessions_api_id"] = str(bob_browser.session_id())
    store.save()
    browser.cookie = store.session_key
    recent.clear()
    assert browser.user_name() == ""
    assert bob_browser.user_name()


def test_an_old_session_stays_signed_in_although_the_view_that_saw_it_first_is_rolled_back(
    world, old_browser
):
    with atomic_requests():
        old_browser.do("user", "not_found", view="do")
    recent.clear()
    assert old_browser.user_name() == world.alice.username
    assert Session.objects.get().adopted
    world.assert_true(old_browser)


def test_the_limit_takes_an_old_session_for_the_oldest(world, old_browser, settings):
    first = world.browser(user=world.alice)
    old_browser.do("user")
    settings.SESSIONS_API = {"MAX_SESSIONS_PER_USER": 2}
    second = world.browser(user=world.alice)
    world.assert_true(first, second)


def test_the_request_that_adopts_a_session_may_delete_its_user(world, old_browser):
    assert old_browser.do("delete_account", view="do").status_code == 200
    assert not Session.objects.exists()
    recent.clear()
    assert old_browser.user_name() == ""


def test_a_sign_in_that_nobody_has_seen_is_adopted_however_old_the_installation_is(world):
    """Code has written the user into a session itself, while others sign in as ever."""
    other = world.browser(user=world.alice)
    browser = world.browser()
    browser.cookie = old_session(world.alice).cookies["sessionid"].value
    begun = timezone.now()
    assert browser.user_name() == world.alice.username
    session = Session.objects.get(adopted=True)
    assert begun <= session.created_at <= timezone.now()
    assert (session.authenticated_at, session.methods, session.aal) == (None, "", None)
    world.assert_true(other, browser)
