"""A user, and what her browser and the API say of her session."""

import pytest
from django.core.cache import cache
from django.test import Client

from sessions_api import recent
from tests.factories import PASSWORD, UserFactory

CURRENT = "/api/sessions/current/"


@pytest.fixture(autouse=True)
def nothing_remembered():
    recent.clear()
    cache.clear()


@pytest.fixture(params=["db", "cached_db", "cache", "file", "signed_cookies"])
def engine(request, settings):
    settings.SESSION_ENGINE = f"django.contrib.sessions.backends.{request.param}"
    return request.param


@pytest.fixture
def alice():
    return UserFactory.create(username="alice")


@pytest.fixture
def browser():
    return Client()


@pytest.fixture
def sign_in(browser, alice):
    """Return what signs Alice in with her password at an address, allauth's or Django's."""

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
