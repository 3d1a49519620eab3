"""How the projects are walked through: who visits them, and what they are shown."""

from datetime import datetime

from django.apps import apps
from django.contrib.auth import get_user_model
from django.test import Client

from tests.factories import PASSWORD
from tests.helpers import name_of

AWKWARD_NAME = "alice/o'neil_2F@example.com"
SHORT_NAME = "bo/o'neil é"


def new_user(name, *, model=None, **fields):
    """Return a new user of the project, under whatever primary key it has."""
    return (model or get_user_model()).objects.create_user(name, password=PASSWORD, **fields)


def user_models():
    """Return the project's user model and those that are derived from it."""
    return [model for model in apps.get_models() if issubclass(model, get_user_model())]


def sign_in(user):
    """Return a browser that has signed in: staff at the admin's login page, others by a script."""
    browser = Client(headers={"origin": "http://testserver"})
    if user.is_staff:
        page = {"username": user.get_username(), "password": PASSWORD}
        assert browser.post("/admin/login/?next=/static-page/", page).status_code == 302
    else:
        assert browser.login(username=user.get_username(), password=PASSWORD)
    assert name_of(browser) == user.get_username()
    return browser


def listed(browser):
    """Return what the API lists of the caller's own sessions, one session on each page."""
    results, path = [], "/api/sessions/?page_size=1"
    while path:
        response = browser.get(path)
        assert response.status_code == 200, response.content
        page = response.json()
        results += page["results"]
        path = page["next"]
    assert len({row["id"] for row in results}) == len(results)
    return results


def assert_same_times(rows, of_dialect):
    """Assert that a dialect says what the API says of the same sessions."""
    said = {row["id"]: row for row in of_dialect}
    for row in rows:
        for name in ("created_at", "expires_at"):
            text = said[row["id"]][name]
            assert text.endswith("Z")
            assert datetime.fromisoformat(text) == datetime.fromisoformat(row[name])
