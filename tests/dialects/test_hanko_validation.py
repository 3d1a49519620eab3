"""Hanko's validation, over HTTP, on a site that throttles its API and on one that does not."""

import json
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.throttling import AnonRateThrottle, UserRateThrottle

from sessions_api.api.bodies import MAX_BODY
from sessions_api.dialects.identifiers import uuid_of
from sessions_api.dialects.views import DialectViewSet
from sessions_api.models import EndReason, Session
from tests.dialects.callers import (
    OVER,
    Browser,
    Caller,
    TokenClient,
    answer,
    change,
    failing,
    over,
    written,
)
from tests.factories import UserFactory
from tests.helpers import FIREFOX, later

pytestmark = pytest.mark.django_db(transaction=True)


VALIDATE = "/hanko/sessions/validate"
INVALID = {"is_valid": False}


class OfAddresses(AnonRateThrottle):
    """Of those who are nobody: the throttle looks who is asking."""

    rate = "1000/day"


class OfUsers(UserRateThrottle):
    """Of everybody else."""

    rate = "1000/day"


@pytest.fixture(autouse=True, params=[[], [OfAddresses, OfUsers]], ids=["free", "throttled"])
def throttles(request, monkeypatch):
    monkeypatch.setattr(DialectViewSet, "throttle_classes", request.param)


def validated(row, **more):
    """Return what is said of a valid session of Alice's."""
    return {
        "is_valid": True,
        "claims": {
            "subject": str(uuid_of(row.user_id)),
            "session_id": str(row.pk),
            "expiration": written(row.expires_at),
            "issued_at": written(row.created_at),
            "username": "alice",
            "email": {"address": "alice@example.com", "is_primary": True, "is_verified": False},
        },
        "expiration_time": written(row.expires_at),
        "user_id": str(uuid_of(row.user_id)),
        **more,
    }


def post(token, client=None, **headers):
    return (client or Caller()).ask("POST", VALIDATE, {"session_token": token}, **headers)


@pytest.mark.parametrize("kind", [Browser, TokenClient])
def test_a_valid_session_is_told_with_its_claims(alice, kind):
    client = kind(alice)
    assert answer(client.get(VALIDATE)) == (200, validated(client.row))


def test_a_token_is_validated_by_whoever_presents_it(alice):
    token = TokenClient(alice)
    assert answer(post(token.token)) == (200, validated(token.row))


def test_claims_that_are_not_set_are_left_out(alice):
    token = TokenClient(alice)
    change(token.row, methods="password totp")
    assert token.get(VALIDATE).json()["claims"]["amr"] == ["password", "totp"]
    type(alice).objects.update(email="")
    change(token.row, methods="")
    claims = validated(token.row)["claims"]
    del claims["email"]
    assert token.get(VALIDATE).json()["claims"] == claims


def test_expiration_is_the_absolute_timeout_if_that_is_sooner(alice, settings):
    settings.SESSIONS_API = {"ABSOLUTE_TIMEOUT": timedelta(hours=12)}
    token = TokenClient(alice)
    said = token.get(VALIDATE).json()
    expected = written(token.row.known_since + timedelta(hours=12))
    assert said["claims"]["expiration"] == said["expiration_time"] == expected
    assert "idle_expires_at" not in said


@pytest.mark.parametrize("kind", [Browser, TokenClient])
@pytest.mark.parametrize(
    ("idle", "last"), [(timedelta(hours=1), "idle"), (timedelta(days=90), "expiry")], ids=str
)
def test_idle_expires_at_is_told_with_an_idle_timeout(alice, settings, kind, idle, last):
    settings.SESSIONS_API = {"IDLE_TIMEOUT": idle}
    client = kind(alice)
    row = client.row
    expected = row.last_used + idle if last == "idle" else row.expires_at
    assert client.get(VALIDATE).json() == validated(row, idle_expires_at=written(expected))


def test_idle_expires_at_is_never_later_than_the_absolute_timeout(alice, settings):
    settings.SESSIONS_API = {"IDLE_TIMEOUT": 7200, "ABSOLUTE_TIMEOUT": 3600}
    said = Browser(alice).get(VALIDATE).json()
    assert said["idle_expires_at"] == said["expiration_time"]


def test_without_credentials_nothing_is_valid():
    assert answer(Caller().get(VALIDATE)) == (200, INVALID)


def test_nothing_is_valid_where_nobody_is_none(settings):
    settings.REST_FRAMEWORK = {"UNAUTHENTICATED_USER": None}
    assert answer(Caller().get(VALIDATE)) == (200, INVALID)


@pytest.mark.parametrize("way", sorted(OVER.keys() - {"on its way to the browser"}))
def test_a_session_that_is_over_is_not_valid(alice, way):
    browser = Browser(alice)
    with over(way, browser):
        assert answer(browser.get(VALIDATE)) == (200, INVALID)


WRONG_TOKENS = ["", "x", "session_", "session_x", "session_" + "a" * 51, "eyJhbGciOi.J9", "é" * 60]


@pytest.mark.parametrize("wrong", WRONG_TOKENS)
def test_a_wrong_token_is_not_valid_and_no_error(wrong):
    sent = wrong.encode().decode("latin-1")
    assert answer(Caller(authorization=f"Bearer {sent}").get(VALIDATE)) == (200, INVALID)
    assert answer(Caller(**{"x-session-token": sent}).get(VALIDATE)) == (200, INVALID)
    if wrong:
        assert answer(post(wrong)) == (200, INVALID)


@pytest.mark.parametrize("way", ["ended", "expired", "of another password"])
def test_a_token_that_is_over_leaves_the_cookie_beside_it_to_count(alice, way):
    token = TokenClient(alice)
    OVER[way](token)
    browser = Browser(alice)
    said = browser.ask("GET", VALIDATE, authorization=f"Bearer {token.token}")
    assert answer(said) == (200, validated(browser.row))
    assert token.row.ended_at is not None


def test_two_different_tokens_are_not_valid(alice):
    one, two = TokenClient(alice), TokenClient(alice)
    assert answer(one.ask("GET", VALIDATE, x_session_token=two.token)) == (200, INVALID)


@pytest.mark.parametrize(
    "way", ["ended", "deleted", "expired", "idle", "open for too long", "of another password"]
)
def test_a_token_that_is_over_is_not_valid(alice, way):
    token = TokenClient(alice)
    with over(way, token):
        assert answer(post(token.token)) == answer(token.get(VALIDATE)) == (200, INVALID)
    assert token.row.ended_at is not None


def test_the_key_of_a_browser_is_no_token(alice, settings):
    key = Browser(alice).cookies[settings.SESSION_COOKIE_NAME].value
    assert answer(post(key)) == (200, INVALID)
    assert answer(Caller(authorization=f"Bearer {key}").get(VALIDATE)) == (200, INVALID)


@pytest.mark.parametrize("kind", [Browser, TokenClient])
@pytest.mark.parametrize("method", ["get", "head"])
def test_to_get_the_validation_is_no_use_of_the_session(alice, kind, method):
    client = kind(alice)
    before = Session.objects.values().get(pk=client.pk)
    with later(minutes=2):
        assert getattr(client, method)(VALIDATE).status_code == 200
        assert Session.objects.values().get(pk=client.pk) == before
        client.get("/flashback/sessions")
        assert client.row.last_used == timezone.now()


def test_to_post_the_token_is_a_use_of_its_session(alice):
    token = TokenClient(alice)
    with later(minutes=2):
        said = post(token.token).json()
        assert token.row.last_used == timezone.now()
    assert said == validated(token.row)


def test_whoever_posts_the_token_is_not_taken_for_its_client(alice):
    token = TokenClient(alice)
    with later(minutes=2):
        token.ask("GET", "/flashback/sessions", user_agent=FIREFOX)
    client = token.row.last_client
    with later(minutes=4):
        post(token.token, user_agent="gateway/1.0")
        assert token.row.last_used == timezone.now()
    assert token.row.last_client == client == ("127.0.0.1", FIREFOX)


def test_a_session_that_is_only_got_becomes_idle_and_one_that_is_posted_does_not(alice, settings):
    settings.SESSIONS_API = {"IDLE_TIMEOUT": timedelta(minutes=30)}
    got, posted = TokenClient(alice), TokenClient(alice)
    for minutes in (20, 40):
        with later(minutes=minutes):
            is_got_valid = got.get(VALIDATE).json()["is_valid"]
            assert post(posted.token).json()["is_valid"] is True
    assert is_got_valid is False
    assert got.row.end_reason == EndReason.IDLE
    assert posted.row.ended_at is None


def test_a_token_that_is_posted_leaves_the_senders_own_session_alone(alice):
    browser, token = Browser(UserFactory.create()), TokenClient(alice)
    before = Session.objects.values().get(pk=browser.pk)
    with later(minutes=2):
        assert post(token.token, browser).json()["user_id"] == str(uuid_of(alice.pk))
        assert Session.objects.values().get(pk=browser.pk) == before


def look_at_the_user(get_response):
    """Read the user before the view does, as a site's log of requests may."""

    def middleware(request):
        assert request.user.is_authenticated in (True, False)
        return get_response(request)

    return middleware


def test_a_token_that_is_posted_is_no_use_of_the_senders_session_though_a_middleware_looks(
    alice, settings
):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.look_at_the_user"]
    browser, token = Browser(UserFactory.create()), TokenClient(alice)
    with later(minutes=2):
        assert post(token.token, browser).json()["is_valid"]
        assert browser.row.last_used < timezone.now() - timedelta(minutes=1)
        assert token.row.last_used == timezone.now()


@pytest.mark.parametrize(
    "headers", [{"origin": "https://evil.example"}, {"sec_fetch_site": "cross-site"}]
)
@pytest.mark.parametrize("kind", ["nobody", "a browser"])
def test_a_token_may_be_posted_from_anywhere(alice, kind, headers):
    client = Caller() if kind == "nobody" else Browser(UserFactory.create())
    token = TokenClient(alice)
    assert answer(post(token.token, client, **headers)) == (200, validated(token.row))


@pytest.mark.parametrize("way", ["ended", "expired"])
def test_what_the_sender_presents_besides_does_not_count(alice, way):
    token, other = TokenClient(alice), TokenClient(UserFactory.create())
    OVER[way](other)
    before = Session.objects.values().get(pk=other.pk)
    assert answer(post(token.token, other)) == (200, validated(token.row))
    assert Session.objects.values().get(pk=other.pk) == before
    assert answer(post(other.token, token)) == (200, INVALID)


NO_TOKENS: list[Any] = ["", None, 5, True, [], {}, ["x"]]


@pytest.mark.parametrize("body", [{}, *({"session_token": value} for value in NO_TOKENS)], ids=str)
def test_a_body_without_a_token_is_refused(body):
    response = Caller().ask("POST", VALIDATE, body)
    assert answer(response) == (400, {"code": 400, "message": "session_token is missing."})


@pytest.mark.parametrize("body", [[], [1], 5, 0, "session_token", True], ids=str)
def test_a_body_that_is_no_object_is_refused(body):
    response = Caller().ask("POST", VALIDATE, body)
    assert answer(response) == (400, {"code": 400, "message": "The body is not a JSON object."})


HOSTILE = {
    "no JSON": (b"session_token=x", 400),
    "cut": (b'{"session_token": "x', 400),
    "null": (b"null", 400),
    "not UTF-8": (b'{"session_token": "\xff"}', 400),
    "UTF-16": ('{"session_token": "x"}'.encode("utf-16"), 400),
    "with a byte order mark": (b'\xef\xbb\xbf{"session_token": "x"}', 400),
    "NaN": (b'{"session_token": NaN}', 400),
    "a number too long to read": (b'{"session_token": ' + b"9" * 5_000 + b"}", 400),
    "nested too deep to read": (b"[" * 60_000, 400),
    "a value nested too deep to read": (b'{"session_token": ' + b"[" * 60_000, 400),
    "NUL": (b'{"session_token": "\\u0000"}', 200),
    "NUL in a token": (b'{"session_token": "session_\\u0000"}', 200),
    "lone surrogates": (b'{"session_token": "session_\\ud800\\udfff\\ud800"}', 200),
    "a long text": (json.dumps({"session_token": "session_" + "é" * 10_000}).encode(), 200),
    "the same name twice": (b'{"session_token": "x", "session_token": 5}', 400),
    "more than is asked for": (b'{"session_token": "x", "__proto__": {"a": [null]}}', 200),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_is_posted_is_answered_in_kind(name):
    body, status = HOSTILE[name]
    response = Caller().generic("POST", VALIDATE, body, content_type="application/json")
    assert response.status_code == status
    assert response.json() == INVALID if status == 200 else response.json()["code"] == 400


def test_a_body_larger_than_any_that_makes_sense_is_refused():
    body = b'{"session_token": "' + b"x" * MAX_BODY + b'"}'
    response = Caller().generic("POST", VALIDATE, body, content_type="application/json")
    assert answer(response) == (413, {"code": 413, "message": HTTPStatus(413).phrase})


@pytest.mark.parametrize(
    "media_type", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data"]
)
def test_a_body_that_does_not_claim_to_be_json_is_refused(media_type):
    response = Caller().generic("POST", VALIDATE, b"session_token=x", content_type=media_type)
    assert answer(response) == (415, {"code": 415, "message": "Unsupported Media Type"})


def test_a_failure_is_not_taken_for_an_answer(alice):
    token = TokenClient(alice)
    with failing("sessions_api_session"):
        own, relayed = token.get(VALIDATE), post(token.token)
    assert answer(own) == (503, {"code": 503, "message": "Service Unavailable"})
    assert answer(relayed) == (500, {"code": 500, "message": "Internal Server Error"})
