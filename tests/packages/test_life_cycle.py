"""Logins that no login form makes, on a site that has all the packages.

They are numbers 25 to 29 of the table in docs/life-cycle.md; 30 is in test_impersonation.
"""

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client, modify_settings, override_settings

from sessions_api import validity
from sessions_api.models import EndReason, Session
from tests.factories import PASSWORD, UserFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("engine")]


@pytest.fixture
def web_server_says():
    """Let the web server say who it is, and return what makes a request in that name."""
    with (
        override_settings(
            AUTHENTICATION_BACKENDS=["django.contrib.auth.backends.RemoteUserBackend"]
        ),
        modify_settings(
            MIDDLEWARE={"append": "django.contrib.auth.middleware.RemoteUserMiddleware"}
        ),
    ):
        browser = Client()

        def web_server_says(name):
            said = {"REMOTE_USER": name} if name else {}
            return browser.get("/do/user/", **said).content.decode()

        yield web_server_says


def sessions():
    return [(row.user.username, row.end_reason) for row in Session.objects.order_by("created_at")]


def test_whom_the_web_server_names_has_one_session(web_server_says):
    assert [web_server_says("ann"), web_server_says("ann")] == ["ann", "ann"]
    assert sessions() == [("ann", "")]


def test_when_the_web_server_names_somebody_else_the_session_ends(web_server_says):
    assert [web_server_says("ann"), web_server_says("ben")] == ["ann", "ben"]
    assert sessions() == [("ann", EndReason.LOGOUT), ("ben", "")]


def test_when_the_web_server_names_nobody_the_session_ends(web_server_says):
    assert [web_server_says("ann"), web_server_says("")] == ["ann", ""]
    assert sessions() == [("ann", EndReason.LOGOUT)]


def test_a_forced_login_makes_an_active_session(browser, alice):
    browser.force_login(alice, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = Session.objects.get()
    assert browser.get("/do/user/").content == b"alice"
    assert validity.active_sessions(alice) == [session]


def test_a_login_and_a_logout_in_async_views_begin_and_end_a_session(alice):
    browser = AsyncClient()
    post, get = async_to_sync(browser.post), async_to_sync(browser.get)
    post("/accounts/login/", {"login": "alice", "password": PASSWORD})
    current = get("/api/sessions/current/").json()
    assert (current["state"], current["methods"]) == ("active", ["password"])
    post("/accounts/logout/")
    assert sessions() == [("alice", EndReason.LOGOUT)]


def test_a_token_of_another_package_makes_no_session_and_ends_none(browser, sign_in):
    sign_in("/accounts/login/")
    UserFactory.create(username="bob")
    browser.post("/authtoken/", {"username": "bob", "password": PASSWORD})
    browser.post("/knox/login/")
    assert sessions() == [("alice", "")]


def test_a_login_form_that_is_sent_twice_makes_two_sessions(alice):
    form = {"login": "alice", "password": PASSWORD}
    browser, twin = Client(), Client()
    browser.get("/accounts/login/")
    twin.cookies.update(browser.cookies)
    for one in (browser, twin):
        one.post("/accounts/login/", form)
    assert len(validity.active_sessions(alice)) == 2
    assert [one.get("/do/user/").content for one in (browser, twin)] == [b"alice"] * 2
