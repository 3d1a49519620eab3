"""The browsable API's pages of the paths that take POST alone, and what OPTIONS says of bodies."""

import re

import pytest
from django.test import Client

from sessions_api import payload
from sessions_api.models import Session
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


FORMS = {
    "reauthenticate": "/api/sessions/current/reauthenticate/",
    "extend": "/api/admin/sessions/{id}/extend/",
    "end": "/api/admin/sessions/end/",
}
"""Paths that have a page for their form's sake."""


class Browser(Client):
    """A browser that a superuser has signed in with."""

    def __init__(self):
        super().__init__(enforce_csrf_checks=True, headers={"accept": "text/html"})
        user = UserFactory.create(is_staff=True, is_superuser=True)
        assert self.get(f"/do/login:{user.pk}/").status_code == 200
        self.pk = self.session[payload.ID_KEY]

    def path(self, name):
        return FORMS[name].format(id=self.pk)

    def submit(self, name, **fields):
        """Send the form of a page, with what the page has put into it."""
        page = self.get(self.path(name)).content.decode()
        form = re.search(r'<form[^>]*method="POST".*?</form>', page, re.DOTALL)
        assert form is not None
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form[0])
        assert token is not None
        assert all(f'name="{field}"' in form[0] for field in fields)
        return self.post(self.path(name), {"csrfmiddlewaretoken": token[1], **fields})


@pytest.mark.parametrize("name", FORMS)
def test_a_path_that_takes_post_alone_shows_its_page(name):
    browser = Browser()
    response = browser.get(browser.path(name))
    assert response.status_code == 405
    assert response.headers["Content-Type"].startswith("text/html")
    assert "DELETE" not in response.headers["Allow"]


def test_the_form_of_a_page_confirms_the_password():
    response = Browser().submit("reauthenticate", password=PASSWORD)
    assert response.status_code == 200


def test_the_form_of_a_page_extends_a_session():
    assert Browser().submit("extend").status_code == 200


def test_the_empty_form_of_a_page_ends_nothing():
    response = Browser().submit("end")
    assert response.status_code == 400
    assert "Send a filter" in response.content.decode()
    assert Session.objects.get().ended_at is None


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize(
    "credentials",
    [{}, {"authorization": "Bearer session_x"}, {"authorization": "Basic x"}],
)
def test_a_stranger_sees_a_page_without_a_form(name, credentials):
    path = Browser().path(name)
    for method in ("GET", "PUT"):
        response = Client().generic(method, path, headers={"accept": "text/html", **credentials})
        assert response.status_code == 405
        assert "not allowed." in response.content.decode()
        assert 'method="POST"' not in response.content.decode()


@pytest.mark.parametrize("accept", ["text/html", "application/json", "image/png", "nonsense"])
@pytest.mark.parametrize("query", ["", "?format=nonsense"])
def test_a_method_that_there_is_not_is_405_whatever_is_accepted(accept, query):
    browser = Browser()
    for path in [*map(browser.path, FORMS), "/api/sessions/"]:
        response = browser.put(path + query, headers={"accept": accept})
        assert response.status_code == 405


def fields(browser, path):
    return browser.options(path, headers={"accept": "application/json"}).json().get("actions")


def test_options_tells_the_fields_of_the_bodies():
    browser = Browser()
    sign_in = fields(browser, "/api/sessions/")
    assert sign_in["POST"].keys() == {"username", "email", "password", "otp", "label"}
    assert fields(browser, FORMS["reauthenticate"])["POST"].keys() == {"password", "otp"}


@pytest.mark.parametrize("name", ["extend", "end"])
def test_options_tells_no_fields_where_a_session_is_none_of_the_body(name):
    browser = Browser()
    assert fields(browser, browser.path(name)) is None
