"""The admin says of each session what is true of its browser, on every engine."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.test import Client

from sessions_api import engines, recent
from sessions_api.models import EndReason, Session
from tests.admin.pages import CHANGELIST, choose, detail, end, end_selected, html_of, states
from tests.factories import UserFactory
from tests.helpers import name_of
from tests.matrix.world import Browser

pytestmark = pytest.mark.django_db(transaction=True)


def browser_and_session(**fields):
    """Return a browser that a user has signed in with, and the session."""
    user = UserFactory.create(**fields)
    browser = Browser(is_async=False)
    browser.login(user)
    return browser, Session.objects.for_user(user).get()


def root():
    """Return a superuser's browser."""
    browser, _ = browser_and_session(is_staff=True, is_superuser=True)
    return browser.client


def test_the_list_and_the_page_say_what_is_true_of_the_browser(engine):
    users = get_user_model().objects
    browsers = {
        name: browser_and_session(username=name)
        for name in ("alive", "password", "deactivated", "expired", "evicted", "ended", "out")
    }
    staff = root()
    users.filter(username="password").update(password=make_password("another"))
    users.filter(username="deactivated").update(is_active=False)
    sessions = {name: session for name, (_, session) in browsers.items()}
    past = sessions["expired"].created_at.replace(year=2020)
    Session.objects.filter(pk=sessions["expired"].pk).update(expires_at=past)
    if engine != "signed_cookies":  # else an engine that enforces its expiry would know better
        assert engines.delete_many([browsers["expired"][0].cookie]) == set()
    browsers["out"][0].do("logout")
    end_selected(staff, sessions["ended"])
    expected = {
        "alive": "active",
        "password": "not active: password changed",
        "deactivated": "not active: account deactivated",
        "expired": "not active: expired",
        "evicted": "active",
        "ended": "not active: ended from elsewhere",
        "out": "not active: signed out",
    }
    if engine != "signed_cookies":  # which has nothing to lose on the server
        assert engines.delete_many([browsers["evicted"][0].cookie]) == set()
        expected["evicted"] = "not active: no longer held by the session engine"
    for name, session in sessions.items():
        assert states(html_of(staff.get(f"{CHANGELIST}?user={session.user_id}"))) == [
            expected[name]
        ], name
        assert f">{expected[name]}</span>" in html_of(staff.get(detail(session))), name
    assert sorted(states(html_of(staff.get(CHANGELIST)))) == sorted([*expected.values(), "active"])
    recent.clear()  # as in a process that has not seen the browsers yet
    for name, (browser, _) in browsers.items():
        assert (browser.user_name() == name) is (expected[name] == "active"), name


def test_whom_the_admin_ends_is_out(engine):
    browser, session = browser_and_session()
    bystander, _ = browser_and_session()
    staff = root()
    assert "1 session will be ended" in html_of(choose(staff, session))
    assert browser.user_name() == session.user.username
    assert "1 session ended." in html_of(end_selected(staff, session))
    assert browser.user_name() == ""
    assert bystander.user_name() != ""
    assert states(html_of(staff.get(f"{CHANGELIST}?user={session.user_id}"))) == [
        "not active: ended from elsewhere"
    ]


@pytest.mark.parametrize(
    "storage", ["fallback.FallbackStorage", "session.SessionStorage", "cookie.CookieStorage"]
)
def test_who_ends_the_session_in_use_is_led_to_the_login_page(engine, storage, settings):
    settings.MESSAGE_STORAGE = f"django.contrib.messages.storage.{storage}"
    browser, session = browser_and_session(is_staff=True, is_superuser=True)
    other = browser_and_session()[1]
    response = end_selected(browser.client, session, other)
    assert response.redirect_chain[-1][0].startswith("/admin/login/")
    html_of(response)
    assert browser.user_name() == ""
    session.refresh_from_db()
    assert session.end_reason == EndReason.REVOKED
    assert LogEntry.objects.count() == 2


def test_a_stolen_cookie_ends_with_the_session_that_is_ended(engine):
    browser, session = browser_and_session()
    thief = Client()
    thief.cookies["sessionid"] = browser.cookie
    assert name_of(thief) == session.user.username
    root().post(end(session), {"post": "yes"})
    assert name_of(thief) == ""
