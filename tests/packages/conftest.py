"""A user, and what their browser and the API say of their session."""

import pytest
from allauth.mfa.totp.internal import auth as totp
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.dummy.provider import DummyProvider
from django.test import Client

from sessions_api.models import Session
from tests.factories import PASSWORD
from tests.helpers import CURRENT


@pytest.fixture
def browser():
    return Client()


@pytest.fixture
def sign_in(browser, alice):
    """Return what signs alice in with the password at a path, allauth's or Django's."""

    def sign_in(path):
        form = {"username": "alice", "login": "alice", "password": PASSWORD}
        response = browser.post(path, form)
        assert response.status_code == 302, response.content
        return response

    return sign_in


@pytest.fixture
def assurance(browser):
    """Return what the API says of how the browser's session was signed in."""

    def assurance():
        session = browser.get(CURRENT).json()
        return session["methods"], session["aal"]

    return assurance


@pytest.fixture
def app(alice):
    """Give Alice an authenticator app of allauth's, and return what tells the code of the moment."""
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(alice, secret)

    def app():
        counter = list(totp.yield_hotp_counters_from_time())[-1]
        return totp.format_hotp_value(totp.hotp_value(secret, counter))

    return app


@pytest.fixture
def sign_in_elsewhere(alice, monkeypatch):
    """Return what signs alice in by another site, which says what is given."""
    SocialAccount.objects.create(user=alice, provider="dummy", uid="7")

    def sign_in_elsewhere(browser, claims):
        monkeypatch.setattr(DummyProvider, "extract_extra_data", lambda self, data: claims)
        redirect = browser.post("/accounts/dummy/login/")
        browser.post(redirect.url, {"id": "7"})
        return Session.objects.get(pk=browser.get(CURRENT).json()["id"])

    return sign_in_elsewhere
