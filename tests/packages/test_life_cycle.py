"""docs/life-cycle.md, 25 to 29, on a site that has all the packages; 30 is test_impersonation."""

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


def test_25_a_session_for_whom_the_web_server_names(web_server_says):
    assert [web_server_says("ann"), web_server_says("ann")] == ["ann", "ann"]
    assert sessions() == [("ann", "")]


def test_25_the_web_server_names_somebody_else(web_server_says):
    assert [web_server_says("ann"), web_server_says("ben")] == ["ann", "ben"]
    assert sessions() == [("ann", EndReason.LOGOUT), ("ben", "")]


def test_25_the_web_server_names_nobody(web_server_says):
    assert [web_server_says("ann"), web_server_says("")] == ["ann", ""]
    assert sessions() == [("ann", EndReason.LOGOUT)]


def test_26_a_forced_login(browser, alice):
    browser.force_login(alice, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = Session.objects.get()
    assert browser.get("/do/user/").content == b"alice"
    assert validity.active_sessions(alice) == [session]


def test_27_async(alice):
    browser = AsyncClient()
    post, get = async_to_sync(browser.post), async_to_sync(browser.get)
    post("/accounts/login/", {"login": "alice", "password": PASSWORD})
    current = get("/api/sessions/current/").json()
    assert (current["state"], current["methods"]) == ("active", ["password"])
    post("/accounts/logout/")
    assert sessions() == [("alice", EndReason.LOGOUT)]


def test_28_a_signal_without_a_login(browser, sign_in):
    sign_in("/accounts/login/")
    UserFactory.create(username="bob")
    browser.post("/authtoken/", {"username": "bob", "password": PASSWORD})
    browser.post("/knox/login/")
    assert sessions() == [("alice", "")]


def test_29_a_form_sent_twice(alice):
    form = {"login": "alice", "password": PASSWORD}
    browser, twin = Client(), Client()
    browser.get("/accounts/login/")
    twin.cookies.update(browser.cookies)
    for one in (browser, twin):
        one.post("/accounts/login/", form)
    assert len(validity.active_sessions(alice)) == 2
    assert [one.get("/do/user/").content for one in (browser, twin)] == [b"alice"] * 2
