"""Tokens of knox, of Django REST framework and of django-allauth beside ours, on one site."""

from base64 import b64encode

import pytest
from django.test import Client

from sessions_api import lifecycle
from sessions_api.models import Session
from tests.factories import PASSWORD, UserFactory
from tests.helpers import CURRENT

pytestmark = pytest.mark.django_db(transaction=True)

SESSIONS = "/api/sessions/"
ALLAUTH = "/_allauth/app/v1/auth/login"


def basic(user):
    credentials = b64encode(f"{user.username}:{PASSWORD}".encode()).decode()
    return {"authorization": f"Basic {credentials}"}


def knox_token(user):
    return Client().post("/knox/login/", headers=basic(user)).json()["token"]


def of_knox(user):
    return {"authorization": f"Bearer {knox_token(user)}"}


def of_authtoken(user):
    form = {"username": user.username, "password": PASSWORD}
    token = Client().post("/authtoken/", form).json()["token"]
    return {"authorization": f"Token {token}"}


def of_allauth(user):
    form = {"username": user.username, "password": PASSWORD}
    answer = Client().post(ALLAUTH, form, content_type="application/json")
    return {"x-session-token": answer.json()["meta"]["session_token"]}


def ours(user):
    return {"authorization": f"Bearer {lifecycle.issue_token(user).token}"}


def ours_in_the_header_of_allauth(user):
    return {"x-session-token": lifecycle.issue_token(user).token}


foreign = pytest.mark.parametrize("headers_of", [of_knox, of_authtoken, of_allauth])


def test_each_token_leads_to_its_own_user():
    kinds = [of_knox, of_authtoken, of_allauth, ours, ours_in_the_header_of_allauth]
    users = [UserFactory.create() for _ in kinds]
    for headers_of, user in zip(kinds, users, strict=True):
        lifecycle.issue_token(user, label=user.username)
        listed = Client().get(SESSIONS, headers=headers_of(user)).json()["results"]
        assert user.username in [row["label"] for row in listed]
        assert Session.objects.for_user(user).count() == len(listed)


@foreign
def test_a_caller_with_a_foreign_token_has_no_current_session(alice, headers_of):
    answer = Client().get(CURRENT, headers=headers_of(alice))
    assert answer.status_code == 404
    assert answer.json() == {"detail": "This request was not authenticated by a session."}


@foreign
def test_a_caller_with_a_foreign_token_ends_all_sessions_or_none(alice, headers_of):
    headers = headers_of(alice)
    session = lifecycle.issue_token(alice).session
    answer = Client().delete(SESSIONS, headers=headers)
    assert answer.status_code == 400
    assert list(answer.json()) == ["include_current"]
    assert Session.objects.get(pk=session.pk).ended_at is None
    answer = Client().delete(f"{SESSIONS}?include_current=true", headers=headers)
    assert answer.status_code == 200
    assert Session.objects.get(pk=session.pk).ended_at is not None


def test_a_login_of_knox_makes_no_session(alice):
    headers = of_knox(alice)
    assert not Session.objects.exists()
    assert Client().post("/knox/logout/", headers=headers).status_code == 204
    assert Client().get(SESSIONS, headers=headers).status_code == 401


def test_a_login_of_knox_from_a_browser_leaves_its_session_alone(browser, sign_in):
    sign_in("/login/")
    session = Session.objects.get()
    token = browser.post("/knox/login/").json()["token"]
    assert Session.objects.get().pk == session.pk
    headers = {"authorization": f"Bearer {token}"}
    assert browser.post("/knox/logout/", headers=headers).status_code == 204
    assert browser.get(CURRENT).json()["id"] == str(session.pk)


def test_a_login_of_knox_for_somebody_else_leaves_the_browsers_session_alone(browser, sign_in):
    sign_in("/login/")
    session = Session.objects.get()
    assert browser.post("/knox/login/", headers=basic(UserFactory.create())).status_code == 200
    assert browser.get(CURRENT).json()["id"] == str(session.pk)


def test_a_token_of_authtoken_makes_no_session(alice):
    of_authtoken(alice)
    assert not Session.objects.exists()


@foreign
def test_a_foreign_token_beside_a_cookie_is_not_the_browsers_session(
    browser, sign_in, alice, headers_of
):
    headers = headers_of(alice)
    sign_in("/login/")
    assert browser.get(CURRENT, headers=headers).status_code == 404
    assert browser.get(CURRENT).status_code == 200


def test_our_token_goes_before_a_foreign_one_in_another_header(alice):
    bob = UserFactory.create()
    headers = of_authtoken(bob) | ours_in_the_header_of_allauth(alice)
    current = Client().get(CURRENT, headers=headers).json()
    assert current["id"] == str(Session.objects.get().pk)


def test_an_ended_token_of_ours_is_tried_by_nobody_else(alice):
    issued = lifecycle.issue_token(alice)
    lifecycle.end(issued.session)
    for headers in (
        {"authorization": f"Bearer {issued.token}"},
        {"x-session-token": issued.token},
        {"x-session-token": issued.token} | of_authtoken(alice),
    ):
        answer = Client().get(SESSIONS, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api", error="invalid_token"'
