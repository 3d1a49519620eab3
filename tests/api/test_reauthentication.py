"""Proving again who one is, and the new credential that this gives a session."""

from datetime import datetime, timedelta

import pytest
from django.contrib.auth import login
from django.contrib.auth.backends import ModelBackend
from django.test import Client
from django.utils import timezone

from sessions_api import lifecycle, payload, validity
from sessions_api.models import EndReason, Session
from tests.api.clients import post, sign_in
from tests.factories import PASSWORD, UserFactory
from tests.helpers import (
    CURRENT,
    REAUTHENTICATE,
    SESSIONS,
    bearer,
    later,
    name_of,
    session_of,
    signed_in,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("bystander")]


MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"
ANOTHER_HASHER = "django.contrib.auth.hashers.ScryptPasswordHasher"


class InterruptedBackend(ModelBackend):
    """Checks a password, and meanwhile something happens."""

    meanwhile = staticmethod(lambda: None)

    def authenticate(self, request, username=None, password=None, **kwargs):
        """Return the user whose password it is."""
        type(self).meanwhile()
        return super().authenticate(request, username=username, password=password)


@pytest.fixture
def meanwhile(settings, monkeypatch):
    """Return what has a function called while a password is checked, once."""
    settings.AUTHENTICATION_BACKENDS = [f"{__name__}.InterruptedBackend", MODEL_BACKEND]

    def meanwhile(happens):
        def once():
            monkeypatch.undo()
            happens()

        monkeypatch.setattr(InterruptedBackend, "meanwhile", staticmethod(once))

    return meanwhile


class LateBackend(InterruptedBackend):
    """Checks a password, and something happens before it says so."""

    meanwhile = staticmethod(lambda: None)

    def authenticate(self, request, username=None, password=None, **kwargs):
        """Return the user whose password it is."""
        user = ModelBackend.authenticate(self, request, username, password)
        type(self).meanwhile()
        return user


def prove(client=None, **headers):
    return post(REAUTHENTICATE, {"password": PASSWORD}, client, **headers)


def test_a_token_is_rotated_when_its_owner_proves_who_they_are(alice):
    body = sign_in().json()
    with later(hours=1):
        response = prove(**bearer(body["token"]))
        assert response.status_code == 200
        renewed = response.json()
        assert renewed["id"] == body["id"]
        assert renewed["authenticated_at"] == timezone.now().isoformat().replace("+00:00", "Z")
        assert Client().get(CURRENT, headers=bearer(body["token"])).status_code == 401
        assert Client().get(CURRENT, headers=bearer(renewed["token"])).status_code == 200


def test_a_browser_gets_a_new_cookie_when_its_user_proves_who_they_are(alice, engine):
    client, thief = signed_in(alice), Client()
    thief.cookies["sessionid"] = client.cookies["sessionid"].value
    assert name_of(thief) == "alice"
    lifecycle.rename(session_of(client), "Laptop")
    before = client.get(CURRENT).json()
    del before["reauthentication_methods"]
    response = prove(client)
    assert response.status_code == 200
    after = response.json()
    assert after.pop("token") is None
    changed = {name for name in before if after[name] != before[name]}
    # A signed cookie has no key but the id.
    assert changed - {"authenticated_at", "last_used", "expires_at", "methods", "aal"} == (
        {"id"} if engine == "signed_cookies" else set()
    )
    assert name_of(client) == "alice"
    assert client.get(CURRENT).json()["id"] == after["id"] == client.session[payload.ID_KEY]
    assert name_of(thief) == ""
    assert [str(session.pk) for session in validity.active_sessions(alice)] == [after["id"]]


@pytest.mark.parametrize("in_session", [False, True])
def test_a_page_can_confirm_the_password_and_try_again_with_the_csrf_token_it_has(
    alice, engine, settings, in_session
):
    settings.SESSIONS_API = {"REAUTHENTICATION_AGE": 300}
    settings.CSRF_USE_SESSIONS = in_session
    page, other = Client(enforce_csrf_checks=True), signed_in(alice)
    page.get(f"/do/login:{alice.pk}/")
    token = page.session["_csrftoken"] if in_session else page.cookies["csrftoken"].value
    with later(hours=1):
        refused = page.delete(SESSIONS, headers={"x-csrftoken": token})
        assert (refused.status_code, refused.json()["code"]) == (403, "reauthentication_required")
        assert prove(page, x_csrftoken=token).status_code == 200
        again = page.delete(SESSIONS, headers={"x-csrftoken": token})
        assert (again.status_code, again.json()) == (200, {"ended": 1})
    assert name_of(other) == ""


def test_a_signed_cookies_session_goes_on_under_another_id(alice, settings):
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    client = signed_in(alice)
    before = session_of(client)
    response = prove(client)
    assert response.json()["id"] != str(before.pk)
    before.refresh_from_db()
    assert before.end_reason == EndReason.REPLACED
    assert session_of(client).created_at == before.created_at


def test_a_signed_cookies_session_signed_in_again_on_the_way_leaves_one_session(alice, settings):
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.sign_in_again"]
    client = signed_in(alice)
    assert prove(client).status_code == 200
    ended = Session.objects.for_user(alice).filter(end_reason=EndReason.REPLACED)
    assert ended.count() == 2
    assert validity.active_sessions(alice) == [session_of(client)]
    assert not Session.objects.for_user(alice).not_ended().filter(expires_at=None).exists()


def sign_in_again(get_response):
    """Sign in once more whoever is about to prove who they are."""

    def middleware(request):
        if request.path == REAUTHENTICATE:
            login(request, request.user, backend=MODEL_BACKEND)
        return get_response(request)

    return middleware


@pytest.mark.parametrize("password", ["wrong", ""])
def test_a_wrong_password_proves_nothing(alice, password):
    token = sign_in().json()["token"]
    before = Session.objects.for_user(alice).values().get()
    response = post(REAUTHENTICATE, {"password": password}, **bearer(token))
    assert (response.status_code, list(response.json())) == (400, ["password"])
    assert Session.objects.for_user(alice).values().get() == before


def test_another_users_password_proves_nothing(alice):
    token = sign_in().json()["token"]
    UserFactory.create(username="bob", password="another password")
    response = post(REAUTHENTICATE, {"password": "another password"}, **bearer(token))
    assert response.status_code == 400


def test_a_token_survives_that_its_users_password_is_hashed_anew(alice, settings):
    token = sign_in().json()["token"]
    settings.PASSWORD_HASHERS = [ANOTHER_HASHER, *settings.PASSWORD_HASHERS]
    renewed = prove(**bearer(token)).json()["token"]
    alice.refresh_from_db()
    assert alice.password.startswith("scrypt")
    assert Client().get(CURRENT, headers=bearer(renewed)).status_code == 200


def test_a_browser_survives_that_its_users_password_is_hashed_anew(alice, engine, settings):
    client = signed_in(alice)
    settings.PASSWORD_HASHERS = [ANOTHER_HASHER, *settings.PASSWORD_HASHERS]
    pk = prove(client).json()["id"]
    alice.refresh_from_db()
    assert alice.password.startswith("scrypt")
    assert name_of(client) == "alice"
    assert [str(session.pk) for session in validity.active_sessions(alice)] == [pk]


def test_a_token_that_is_ended_meanwhile_is_refused(alice, meanwhile):
    session, token = lifecycle.issue_token(alice)
    meanwhile(lambda: lifecycle.end(session))
    response = prove(**bearer(token))
    assert (response.status_code, list(response.json())) == (401, ["detail"])
    assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert not response.cookies
    assert [row.end_reason for row in Session.objects.for_user(alice)] == [EndReason.REVOKED]


def test_a_browser_whose_session_is_ended_meanwhile_is_refused(alice, engine, meanwhile):
    client = signed_in(alice)
    session = session_of(client)
    meanwhile(lambda: lifecycle.end(session))
    assert prove(client).status_code == 401
    assert name_of(client) == ""
    assert [row.end_reason for row in Session.objects.for_user(alice)] == [EndReason.REVOKED]


def test_of_two_who_prove_it_at_once_with_one_token_one_is_refused(alice, meanwhile):
    token = lifecycle.issue_token(alice).token
    first = []
    meanwhile(lambda: first.append(prove(**bearer(token))))
    assert prove(**bearer(token)).status_code == 401
    [response] = first
    assert response.status_code == 200
    renewed = response.json()["token"]
    assert Client().get(CURRENT, headers=bearer(renewed)).status_code == 200


@pytest.mark.parametrize(
    ("issued_for", "lasts"),
    [
        (timedelta(hours=2), timedelta(hours=2)),
        (timedelta(days=30), timedelta(days=30)),
        (timedelta(days=365), timedelta(days=365) - timedelta(hours=1)),
    ],
)
def test_a_renewed_token_lasts_as_long_again_as_was_meant(alice, issued_for, lasts):
    token = lifecycle.issue_token(alice, lifetime=issued_for).token
    with later(hours=1):
        renewed = prove(**bearer(token)).json()
        left = datetime.fromisoformat(renewed["expires_at"]) - timezone.now()
        assert abs(left - lasts) < timedelta(minutes=1)


def test_a_token_lasts_no_longer_for_being_renewed_often(alice):
    token = lifecycle.issue_token(alice, lifetime=timedelta(hours=2)).token
    for _ in range(3):
        with later(hours=1):
            token = prove(**bearer(token)).json()["token"]
    with later(hours=3, minutes=1):
        assert Client().get(CURRENT, headers=bearer(token)).status_code == 401


@pytest.mark.parametrize("kind", ["browser", "token"])
def test_a_password_that_is_changed_while_the_old_one_is_checked_proves_nothing(
    alice, engine, kind, settings, monkeypatch
):
    browser = signed_in(alice)
    token = lifecycle.issue_token(alice, methods=["password"]).token

    def change():
        monkeypatch.undo()
        alice.set_password("another")
        alice.save()

    settings.AUTHENTICATION_BACKENDS = [f"{__name__}.LateBackend", MODEL_BACKEND]
    monkeypatch.setattr(LateBackend, "meanwhile", staticmethod(change))
    caller = {"client": browser} if kind == "browser" else bearer(token)
    assert prove(**caller).status_code == 401
    alice.refresh_from_db()
    assert alice.check_password("another")
    assert not validity.active_sessions(alice)
