"""Who is let in by a token, and what that costs."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from sessions_api import credentials, lifecycle, validity
from sessions_api.api.views import OwnSessionViewSet
from sessions_api.authentication import SessionTokenAuthentication
from sessions_api.lifecycle import canary
from sessions_api.models import EndReason, Session
from tests.factories import SessionFactory, UserFactory
from tests.helpers import CURRENT, bearer, later, name_of
from tests.user_models import hiding

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def issued(alice):
    return lifecycle.issue_token(alice)


def get(token, path=CURRENT, **headers):
    return Client().get(path, headers=bearer(token) | headers)


@pytest.mark.parametrize("header", ["Bearer {}", "bearer {}", "BEARER  {} "])
def test_a_token_is_taken_as_bearer(issued, header):
    response = Client().get(CURRENT, headers={"authorization": header.format(issued.token)})
    assert response.json()["id"] == str(issued.session.pk)
    assert (response.json()["kind"], response.json()["is_current"]) == ("token", True)


def test_a_token_is_taken_in_a_header_of_its_own(issued):
    response = Client().get(CURRENT, headers={"x-session-token": issued.token})
    assert response.json()["id"] == str(issued.session.pk)


def test_the_same_token_twice_is_one(issued):
    assert get(issued.token, **{"x-session-token": issued.token}).status_code == 200


def test_two_different_tokens_are_none(alice, issued):
    other = lifecycle.issue_token(alice).token
    response = get(issued.token, **{"x-session-token": other})
    assert response.status_code == 401
    assert "different" in response.json()["detail"]


@pytest.mark.parametrize(
    "path", ["/api/sessions/?token={}", "/api/sessions/?access_token={}", "/api/sessions/{}/"]
)
def test_a_token_in_the_url_is_none(issued, path):
    assert Client().get(path.format(issued.token)).status_code == 401


@pytest.mark.parametrize("cookie", ["sessionid", "token", "Authorization"])
def test_a_token_in_a_cookie_is_none_and_does_no_harm(issued, cookie):
    client = Client()
    client.cookies[cookie] = issued.token
    assert client.get("/do/user/").content == b""
    assert client.get(CURRENT).status_code == 401
    assert get(issued.token).status_code == 200


def forged(token):
    body, checksum = token[:-8], token[-8:]
    other = body[:-1] + ("A" if body[-1] != "A" else "B")
    return {
        "cut": token[:-1],
        "longer": token + "0",
        "another, with the same checksum": other + checksum,
        "another, with its own checksum": other + credentials._checksum(other),
        "nothing but the prefix": "session_",
        "not ASCII": "session_" + "é" * 43 + "00000000",
        "very long": "session_" + "a" * 50_000,
        "in capitals": "session_" + token.removeprefix("session_").upper(),
        "SQL": "session_' OR 1=1 --",
    }


@pytest.mark.parametrize("kind", forged("session_" + "a" * 51))
def test_a_forged_token_is_refused(issued, kind):
    response = get(forged(issued.token)[kind].encode().decode("latin-1"))
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="api", error="invalid_token"'


def test_a_token_that_cannot_be_ours_is_not_even_looked_up(issued):
    with CaptureQueriesContext(connection) as queries:
        get(issued.token[:-1])
    assert len(queries) == 0


def test_anonymous_callers_are_told_how_to_authenticate(db):
    response = Client().get(CURRENT)
    assert (response.status_code, response.headers["WWW-Authenticate"]) == (
        401,
        'Bearer realm="api"',
    )


class ForeignToken(BaseAuthentication):
    """Take a token of somebody else's, as a JWT library would."""

    user: Any = None

    def authenticate(self, request):
        is_theirs = request.headers.get("Authorization") == "Bearer eyJhbGciOi.J9"
        return (type(self).user, "a JWT") if is_theirs else None


@pytest.mark.parametrize("header", ["authorization", "x-session-token"])
def test_a_foreign_token_is_left_to_the_next(alice, issued, monkeypatch, header):
    monkeypatch.setattr(ForeignToken, "user", alice)
    monkeypatch.setattr(OwnSessionViewSet, "authentication_classes", [ForeignToken])
    foreign = {"authorization": "Bearer eyJhbGciOi.J9"}
    response = Client().get("/api/sessions/", headers=foreign)
    assert [item["is_current"] for item in response.json()["results"]] == [False]
    assert Client().get(CURRENT, headers={header: "eyJhbGciOi.J9"}).status_code in (401, 404)


def test_a_token_lasts_for_its_lifetime(alice, settings):
    settings.SESSIONS_API = {"TOKEN_LIFETIME": timedelta(days=2)}
    usual, short = lifecycle.issue_token(alice), None
    short = lifecycle.issue_token(alice, lifetime=timedelta(minutes=5))
    with later(minutes=4):
        assert get(short.token).status_code == 200
    with later(minutes=6):
        assert get(short.token).status_code == 401
        assert get(usual.token).status_code == 200
    with later(days=2):
        assert get(usual.token).status_code == 401
    short.session.refresh_from_db()
    assert short.session.end_reason == EndReason.EXPIRED


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"IDLE_TIMEOUT": 3600}, EndReason.IDLE),
        ({"ABSOLUTE_TIMEOUT": 3600}, EndReason.LIFETIME),
    ],
)
def test_the_sites_timeouts_hold_for_tokens(issued, settings, options, reason):
    settings.SESSIONS_API = options
    with later(minutes=59):
        assert validity.active_sessions(issued.session.user) == [issued.session]
    with later(minutes=61):
        assert validity.active_sessions(issued.session.user) == []
        assert get(issued.token).status_code == 401
    issued.session.refresh_from_db()
    assert issued.session.end_reason == reason


def change_password(user):
    user.password = make_password("another")
    user.save()


def deactivate(user):
    user.is_active = False
    user.save()


def deactivate_silently(user):
    type(user).objects.filter(pk=user.pk).update(is_active=False)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (change_password, EndReason.CREDENTIALS),
        (deactivate, EndReason.DEACTIVATED),
        (deactivate_silently, EndReason.DEACTIVATED),
    ],
)
def test_a_token_ends_with_its_account_and_its_password(alice, issued, change, reason):
    assert get(issued.token).status_code == 200
    change(alice)
    assert validity.active_sessions(alice) == []
    assert get(issued.token).status_code == 401
    issued.session.refresh_from_db()
    assert (issued.session.end_reason, issued.session.ended_at is not None) == (reason, True)


def test_a_token_whose_backend_is_removed_waits_for_it(issued, settings):
    backends = settings.AUTHENTICATION_BACKENDS
    settings.AUTHENTICATION_BACKENDS = ["tests.site.backends.OtherBackend"]
    assert get(issued.token).status_code == 401
    settings.AUTHENTICATION_BACKENDS = backends
    assert get(issued.token).status_code == 200


def test_a_token_survives_a_new_secret_key_as_long_as_the_old_one_is_a_fallback(issued, settings):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "new"
    assert get(issued.token).status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert get(issued.token).status_code == 401


def test_an_ended_token_is_ended_for_good(alice, issued):
    lifecycle.end(issued.session, by=alice)
    assert get(issued.token).status_code == 401
    issued.session.refresh_from_db()
    assert (issued.session.end_reason, issued.session.ended_by) == (EndReason.REVOKED, alice)


def test_tokens_are_listed_among_the_others_whatever_the_engine(alice, settings, engine):
    token = lifecycle.issue_token(alice).token
    browser = Client()
    browser.get(f"/do/login:{alice.pk}/")
    by_token = get(token, "/api/sessions/").json()["results"]
    by_cookie = browser.get("/api/sessions/").json()["results"]
    assert {item["kind"]: item["is_current"] for item in by_token} == {
        "token": True,
        "browser": False,
    }
    assert {item["kind"]: item["is_current"] for item in by_cookie} == {
        "token": False,
        "browser": True,
    }


def test_a_request_by_token_is_one_query_until_a_touch_is_due(issued):
    path = "/api/sessions/current/"
    canary.leave()  # as a web process does at its first sign-in
    with CaptureQueriesContext(connection) as queries:
        assert get(issued.token, path).status_code == 200
    assert len(queries) == 1
    with later(seconds=61), CaptureQueriesContext(connection) as queries:
        assert get(issued.token, path).status_code == 200
    assert [query["sql"].split()[0] for query in queries] == ["SELECT", "UPDATE"]
    issued.session.refresh_from_db()
    assert issued.session.last_used > timezone.now()
    assert issued.session.last_ip_address == "127.0.0.1"


def test_the_rows_of_a_token_are_those_that_the_orm_reads(issued):
    request = RequestFactory().get("/", headers=bearer(issued.token))
    found = SessionTokenAuthentication().authenticate(Request(request))
    assert found is not None
    user, session = found
    assert session.user is user
    expected = Session.objects.select_related("user").get(pk=issued.session.pk)
    for row, read in ((session, expected), (user, expected.user)):
        assert (row._state.db, row._state.adding) == (read._state.db, read._state.adding)
        assert not row.get_deferred_fields()
        for field in row._meta.concrete_fields:
            value, same = getattr(row, field.attname), getattr(read, field.attname)
            assert (type(value), value) == (type(same), same)
    user.first_name = "Alice"
    user.save()
    assert type(user).objects.get(pk=user.pk).first_name == "Alice"


def test_the_key_of_a_browser_is_no_token_even_if_it_looks_like_one(alice):
    token = credentials.new_token()
    SessionFactory.create(user=alice, key_digest=credentials.digest(token))
    assert get(token).status_code == 401


def test_a_token_needs_no_csrf_token_and_a_cookie_does(alice, issued):
    client = Client(enforce_csrf_checks=True)
    client.get(f"/do/login:{alice.pk}/")
    pk = client.session["_sessions_api_id"]
    assert client.delete(f"/api/sessions/{pk}/").status_code == 403
    response = client.delete(f"/api/sessions/{pk}/", headers=bearer(issued.token))
    assert response.status_code == 204
    assert Session.objects.get(pk=pk).end_reason == EndReason.REVOKED


def test_a_token_beside_a_cookie_touches_the_browsers_session_in_nothing(alice, issued):
    client = Client()
    client.get(f"/do/login:{alice.pk}/")
    client.get("/do/user/")
    browser = Session.objects.values().get(pk=client.session["_sessions_api_id"])
    with later(minutes=5):
        response = client.get(CURRENT, headers=bearer(issued.token))
        assert response.json()["id"] == str(issued.session.pk)
        assert "sessionid" not in response.cookies
        assert client.delete(CURRENT, headers=bearer(issued.token)).status_code == 204
    assert Session.objects.values().get(pk=browser["id"]) == browser
    assert name_of(client) == alice.username


def test_signing_out_ends_the_token(issued):
    assert Client().delete(CURRENT, headers=bearer(issued.token)).status_code == 204
    issued.session.refresh_from_db()
    assert issued.session.end_reason == EndReason.LOGOUT
    assert get(issued.token).status_code == 401


def test_a_token_looks_like_one_to_a_scanner(issued, settings):
    assert credentials.is_token(issued.token)
    assert credentials.is_well_formed(issued.token)
    prefix, _, rest = issued.token.partition("_")
    assert (prefix, len(rest)) == ("session", 51)
    settings.SESSIONS_API = {"TOKEN_PREFIX": "acme"}
    assert credentials.new_token().startswith("acme_")


def test_a_token_survives_a_new_prefix_and_another_sites_is_left_to_the_next(
    alice, issued, settings, monkeypatch
):
    monkeypatch.setattr(OwnSessionViewSet, "authentication_classes", [ForeignToken])
    another_sites = credentials.new_token()
    settings.SESSIONS_API = {"TOKEN_PREFIX": "acme"}
    assert get(issued.token).status_code == 200
    response = get(another_sites)
    assert "invalid_token" not in response.headers["WWW-Authenticate"]
    assert validity.active_sessions(alice) == [issued.session]


def test_no_two_tokens_are_alike_and_none_is_stored(alice):
    tokens = {lifecycle.issue_token(alice).token for _ in range(50)}
    assert len(tokens) == 50
    stored = str(list(Session.objects.values()))
    for token in tokens:
        assert token not in stored
        assert token[8:51] not in stored


class OwnDirectory(BaseBackend):
    """A backend that finds its users by itself."""

    def get_user(self, user_id):
        return get_user_model()._base_manager.get(pk=user_id)


@pytest.fixture
def hidden():
    """Return a user whom the default manager leaves out."""
    alice = UserFactory.create(username="alice")
    with hiding("alice"):
        yield alice


def test_a_backend_that_finds_hidden_users_takes_their_tokens(hidden, settings):
    settings.AUTHENTICATION_BACKENDS = [f"{OwnDirectory.__module__}.{OwnDirectory.__name__}"]
    issued = lifecycle.issue_token(hidden)
    assert get(issued.token).status_code == 200
    assert validity.active_sessions(hidden) == [issued.session]


def test_hidden_users_whose_backend_does_not_find_them_are_refused(hidden):
    issued = lifecycle.issue_token(hidden)
    assert get(issued.token).status_code == 401
    assert validity.active_sessions(hidden) == []
    issued.session.refresh_from_db()
    assert issued.session.ended_at is None


def test_a_hidden_users_deactivation_ends_their_token(hidden):
    issued = lifecycle.issue_token(hidden)
    get_user_model()._base_manager.update(is_active=False)
    assert get(issued.token).status_code == 401
    get_user_model()._base_manager.update(is_active=True)
    issued.session.refresh_from_db()
    assert issued.session.end_reason == EndReason.DEACTIVATED


def test_a_token_is_over_at_the_moment_it_expires(issued):
    expires_at = issued.session.expires_at
    assert expires_at is not None
    with time_machine.travel(expires_at - timedelta(microseconds=1), tick=False):
        assert Client().get(CURRENT, headers=bearer(issued.token)).status_code == 200
    with time_machine.travel(expires_at, tick=False):
        assert Client().get(CURRENT, headers=bearer(issued.token)).status_code == 401
