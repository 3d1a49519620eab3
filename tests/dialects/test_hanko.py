"""Hanko's addresses, over HTTP. Numbers are those of the wire contract's sections."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from sessions_api import lifecycle
from sessions_api.dialects.identifiers import uuid_of
from sessions_api.models import EndReason, Session
from tests.dialects.callers import (
    FIREFOX,
    NOBODYS,
    OVER,
    Browser,
    Caller,
    TokenClient,
    change,
    failing,
    later,
    over,
    queries,
    staff,
    written,
)
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

on = pytest.mark.parametrize

VALIDATE = "/hanko/sessions/validate"
LOGOUT = "/hanko/logout"
INVALID = {"is_valid": False}
NOT_FOUND = {"code": 404, "message": "Not Found"}


@pytest.fixture
def alice():
    return UserFactory.create(username="alice", email="alice@example.com")


@pytest.fixture
def admin():
    return TokenClient(staff("view_session", "end_session"))


def path_of(user, session_id=""):
    uuid = user if isinstance(user, str) else uuid_of(user.pk)
    return f"/hanko/users/{uuid}/sessions" + (f"/{session_id}" if session_id else "")


def ids(response):
    assert response.status_code == 200
    return [item["id"] for item in response.json()]


def answer(response):
    return response.status_code, response.json()


def test_2_1_the_list_says_what_is_known_of_each_session(alice, admin, settings):
    settings.SESSIONS_API = {"RECORD_IP": False}
    with time_machine.travel("2026-11-21T08:00:00Z", tick=False):
        token = TokenClient(alice)
    settings.SESSIONS_API = {}
    with time_machine.travel("2026-11-21T08:00:01.25Z", tick=False):
        browser = Browser(alice)
    with time_machine.travel("2026-11-21T09:30:12.5Z", tick=False):
        assert browser.user_name == "alice"
        response = TokenClient(admin.row.user).get(path_of(alice))
    assert response.headers["Content-Type"] == "application/json"
    user_id = "00000000-0000-8100-8100-" + f"{alice.pk:012x}"
    assert answer(response) == (
        200,
        [
            {
                "id": browser.pk,
                "user_id": user_id,
                "user_agent": FIREFOX,
                "ip_address": "127.0.0.1",
                "created_at": "2026-11-21T08:00:01.250000Z",
                "updated_at": "2026-11-21T09:30:12.500000Z",
                "expires_at": "2026-12-05T08:00:01.250000Z",
                "last_used": "2026-11-21T09:30:12.500000Z",
            },
            {
                "id": token.pk,
                "user_id": user_id,
                "user_agent": None,
                "ip_address": None,
                "created_at": "2026-11-21T08:00:00Z",
                "updated_at": "2026-11-21T08:00:00Z",
                "expires_at": "2026-12-21T08:00:00Z",
                "last_used": "2026-11-21T08:00:00Z",
            },
        ],
    )
    rows = [browser.row, token.row]
    for item, row in zip(response.json(), rows, strict=True):
        assert item["id"] == str(row.pk)
        assert item["ip_address"] == row.ip_address
        for name in ("created_at", "updated_at", "expires_at", "last_used"):
            assert item[name] == written(getattr(row, name))


def test_2_1_a_session_expires_at_the_absolute_timeout_if_that_is_sooner(alice, admin, settings):
    settings.SESSIONS_API = {"ABSOLUTE_TIMEOUT": timedelta(hours=12)}
    row = TokenClient(alice).row
    (item,) = admin.get(path_of(alice)).json()
    assert item["expires_at"] == written(row.authenticated_at + timedelta(hours=12))


def test_2_1_the_session_created_last_comes_first_however_used(alice, admin):
    clients = [Browser(alice), TokenClient(alice), Browser(alice)]
    with later(minutes=2):
        assert clients[0].user_name == "alice"
    listed = ids(admin.get(path_of(alice)))
    assert listed == [client.pk for client in reversed(clients)]


def test_2_1_sessions_created_at_the_same_moment_come_in_a_fixed_order(alice, admin):
    with time_machine.travel(timezone.now(), tick=False):
        clients = [TokenClient(alice) for _ in range(3)]
    listed = ids(admin.get(path_of(alice)))
    assert listed == sorted((client.pk for client in clients), reverse=True)


def test_2_1_there_are_no_pages_and_no_parameters(alice, admin):
    clients = [TokenClient(alice) for _ in range(3)]
    listed = ids(admin.get(f"{path_of(alice)}?page_size=1&page=2&limit=1"))
    assert set(listed) == {client.pk for client in clients}


@on("way", OVER)
def test_2_1_what_would_not_authenticate_a_request_is_not_listed(alice, admin, way):
    browser = Browser(alice)
    assert ids(admin.get(path_of(alice))) == [browser.pk]
    with over(way, browser):
        assert ids(admin.get(path_of(alice))) == []


def test_2_1_of_others_nothing_is_listed(alice, admin):
    TokenClient(alice)
    assert ids(admin.get(path_of(UserFactory.create()))) == []


@on("unknown", NOBODYS)
def test_2_1_a_user_who_is_not_known_is_not_found(admin, unknown):
    assert answer(admin.get(path_of(unknown))) == (404, NOT_FOUND)


@on("malformed", ["1", "alice", "x" * 5000, "%00", "%FF", "%ED%A0%80", "null", "00000000-0000-0"])
def test_2_1_an_id_that_is_no_uuid_is_refused(admin, malformed):
    response = admin.get(path_of(malformed))
    assert response.status_code == 400
    assert set(response.json()) == {"code", "message"}
    assert response.json()["code"] == 400
    assert response.json()["message"].endswith(" is not a UUID.")


def test_2_1_a_failure_says_no_more_than_that(alice, admin):
    Browser(alice)
    with failing("django_session"):
        response = admin.get(path_of(alice))
    assert answer(response) == (500, {"code": 500, "message": "Internal Server Error"})


def test_2_2_deleting_ends_the_session(alice, admin):
    browser, other = Browser(alice), Browser(alice)
    response = admin.delete(path_of(alice, browser.pk))
    assert (response.status_code, response.content) == (204, b"")
    assert (browser.user_name, other.user_name) == ("", "alice")
    assert ids(admin.get(path_of(alice))) == [other.pk]
    row = browser.row
    assert (row.end_reason, row.ended_by) == (EndReason.REVOKED, admin.row.user)
    assert row.sealed_key == ""


def test_2_2_deleting_twice_is_not_found(alice, admin):
    path = path_of(alice, TokenClient(alice).pk)
    assert admin.delete(path).status_code == 204
    assert answer(admin.delete(path)) == (404, NOT_FOUND)


@on("way", ["expired", "idle", "lost by the engine", "of another password"])
def test_2_2_deleting_what_is_over_without_having_been_ended_is_no_error(alice, admin, way):
    browser = Browser(alice)
    with over(way, browser):
        assert admin.delete(path_of(alice, browser.pk)).status_code == 204
        assert admin.delete(path_of(alice, browser.pk)).status_code == 404
    assert browser.row.end_reason == EndReason.REVOKED


@on("unknown", NOBODYS)
def test_2_2_an_unknown_session_is_not_found(alice, admin, unknown):
    assert answer(admin.delete(path_of(alice, unknown))) == (404, NOT_FOUND)


@on("unknown", NOBODYS)
def test_2_2_an_unknown_user_is_not_found(alice, admin, unknown):
    token = TokenClient(alice)
    assert answer(admin.delete(path_of(unknown, token.pk))) == (404, NOT_FOUND)
    assert token.row.ended_at is None


def test_2_2_a_session_of_another_user_is_not_found_and_lives_on(alice, admin):
    bobs = TokenClient(UserFactory.create())
    assert answer(admin.delete(path_of(alice, bobs.pk))) == (404, NOT_FOUND)
    assert bobs.row.ended_at is None


@on("malformed", ["1", "x" * 5000, "%00", "%FF", "{id}x", "validate"])
def test_2_2_an_id_that_is_no_uuid_is_refused(alice, admin, malformed):
    token = TokenClient(alice)
    response = admin.delete(path_of(alice, malformed.replace("{id}", token.pk)))
    assert response.status_code == response.json()["code"] == 400
    response = admin.delete(path_of(malformed.replace("{id}", token.pk), token.pk))
    assert response.status_code == response.json()["code"] == 400
    assert token.row.ended_at is None


def test_2_2_a_failure_says_no_more_than_that(alice, admin):
    token = TokenClient(alice)
    with failing("sessions_api_session", "UPDATE"):
        response = admin.delete(path_of(alice, token.pk))
    assert answer(response) == (500, {"code": 500, "message": "Internal Server Error"})
    assert token.row.ended_at is None


def test_2_2_staff_may_end_the_session_they_use(admin):
    me = admin.row.user
    assert admin.delete(path_of(me, admin.pk)).status_code == 204
    assert admin.row.end_reason == EndReason.LOGOUT
    assert answer(admin.get(path_of(me))) == (401, {"code": 401, "message": "Unauthorized"})


def test_2_3_sessions_are_not_created_here(alice, admin):
    response = admin.ask("POST", "/hanko/sessions", {"user_id": str(uuid_of(alice.pk))})
    assert response.status_code == 404
    assert not Session.objects.for_user(alice).exists()


def calls(user, session_id):
    """Return the calls for staff."""
    return [("get", path_of(user)), ("delete", path_of(user, session_id))]


def test_2_4_callers_without_credentials_are_unauthorized(alice):
    token = TokenClient(alice)
    for method, path in [*calls(alice, token.pk), ("post", LOGOUT)]:
        response = getattr(Caller(), method)(path)
        assert answer(response) == (401, {"code": 401, "message": "Unauthorized"})
        assert response.headers["WWW-Authenticate"] == 'Bearer realm="api"'
        assert response.headers["Content-Type"] == "application/json"
    assert token.row.ended_at is None


@on("wrong", ["Bearer session_x", "Bearer {}0", "Bearer session_" + "a" * 51])
def test_2_4_callers_with_a_wrong_token_are_unauthorized(alice, admin, wrong):
    token = TokenClient(alice)
    wrong = wrong.format(admin.token)
    for method, path in [*calls(alice, token.pk), ("post", LOGOUT)]:
        response = getattr(Caller(authorization=wrong), method)(path)
        assert answer(response) == (401, {"code": 401, "message": "Unauthorized"})
        assert 'error="invalid_token"' in response.headers["WWW-Authenticate"]


@on("permissions", [None, [], ["change_session"]])
def test_2_4_callers_without_the_permission_are_forbidden(alice, permissions):
    token = TokenClient(alice)
    caller = UserFactory.create() if permissions is None else staff(*permissions)
    for client in (TokenClient(caller), Browser(caller)):
        for method, path in calls(alice, token.pk):
            response = getattr(client, method)(path)
            assert answer(response) == (403, {"code": 403, "message": "Forbidden"})
    assert token.row.ended_at is None


def test_2_4_each_permission_is_for_its_own_call(alice):
    token = TokenClient(alice)
    seeing, ending = TokenClient(staff("view_session")), TokenClient(staff("end_session"))
    assert seeing.delete(path_of(alice, token.pk)).status_code == 403
    assert ending.get(path_of(alice)).status_code == 403
    assert ids(seeing.get(path_of(alice))) == [token.pk]
    assert ending.delete(path_of(alice, token.pk)).status_code == 204


def test_2_4_users_without_the_permission_may_not_even_see_their_own(alice):
    token = TokenClient(alice)
    assert token.get(path_of(alice)).status_code == 403
    assert token.delete(path_of(alice, token.pk)).status_code == 403


def test_2_4_only_superusers_end_what_is_a_superusers(admin):
    root = staff(is_superuser=True)
    victim, superuser = TokenClient(root), TokenClient(staff(is_superuser=True))
    assert ids(admin.get(path_of(root))) == [victim.pk]
    response = admin.delete(path_of(root, victim.pk))
    assert answer(response) == (403, {"code": 403, "message": "Forbidden"})
    assert victim.row.ended_at is None
    assert superuser.delete(path_of(root, victim.pk)).status_code == 204


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


@on("kind", [Browser, TokenClient])
def test_2_5_a_valid_session_is_told_with_its_claims(alice, kind):
    client = kind(alice)
    assert answer(client.get(VALIDATE)) == (200, validated(client.row))


def test_2_5_a_token_is_validated_by_whoever_presents_it(alice):
    token = TokenClient(alice)
    assert answer(post(token.token)) == (200, validated(token.row))


def test_2_5_claims_that_are_not_set_are_left_out(alice):
    token = TokenClient(alice)
    change(token.row, methods="password totp")
    assert token.get(VALIDATE).json()["claims"]["amr"] == ["password", "totp"]
    type(alice).objects.update(email="")
    change(token.row, methods="")
    claims = validated(token.row)["claims"]
    del claims["email"]
    assert token.get(VALIDATE).json()["claims"] == claims


def test_2_5_expiration_is_the_absolute_timeout_if_that_is_sooner(alice, settings):
    settings.SESSIONS_API = {"ABSOLUTE_TIMEOUT": timedelta(hours=12)}
    token = TokenClient(alice)
    said = token.get(VALIDATE).json()
    expected = written(token.row.authenticated_at + timedelta(hours=12))
    assert said["claims"]["expiration"] == said["expiration_time"] == expected
    assert "idle_expires_at" not in said


@on("kind", [Browser, TokenClient])
@on(("idle", "last"), [(timedelta(hours=1), "idle"), (timedelta(days=90), "expiry")], ids=str)
def test_2_5_idle_expires_at_is_told_with_an_idle_timeout(alice, settings, kind, idle, last):
    settings.SESSIONS_API = {"IDLE_TIMEOUT": idle}
    client = kind(alice)
    row = client.row
    expected = row.last_used + idle if last == "idle" else row.expires_at
    assert client.get(VALIDATE).json() == validated(row, idle_expires_at=written(expected))


def test_2_5_idle_expires_at_is_never_later_than_the_absolute_timeout(alice, settings):
    settings.SESSIONS_API = {"IDLE_TIMEOUT": 7200, "ABSOLUTE_TIMEOUT": 3600}
    said = Browser(alice).get(VALIDATE).json()
    assert said["idle_expires_at"] == said["expiration_time"]


def test_2_5_without_credentials_nothing_is_valid():
    assert answer(Caller().get(VALIDATE)) == (200, INVALID)


def test_2_5_nothing_is_valid_where_nobody_is_none(settings):
    settings.REST_FRAMEWORK = {"UNAUTHENTICATED_USER": None}
    assert answer(Caller().get(VALIDATE)) == (200, INVALID)


@on("way", sorted(OVER.keys() - {"on its way to the browser"}))
def test_2_5_a_session_that_is_over_is_not_valid(alice, way):
    browser = Browser(alice)
    with over(way, browser):
        assert answer(browser.get(VALIDATE)) == (200, INVALID)


WRONG_TOKENS = ["", "x", "session_", "session_x", "session_" + "a" * 51, "eyJhbGciOi.J9", "é" * 60]


@on("wrong", WRONG_TOKENS)
def test_2_5_a_wrong_token_is_not_valid_and_no_error(wrong):
    sent = wrong.encode().decode("latin-1")
    assert answer(Caller(authorization=f"Bearer {sent}").get(VALIDATE)) == (200, INVALID)
    assert answer(Caller(**{"x-session-token": sent}).get(VALIDATE)) == (200, INVALID)
    if wrong:
        assert answer(post(wrong)) == (200, INVALID)


def test_2_5_two_different_tokens_are_not_valid(alice):
    one, two = TokenClient(alice), TokenClient(alice)
    assert answer(one.ask("GET", VALIDATE, x_session_token=two.token)) == (200, INVALID)


@on("way", ["ended", "deleted", "expired", "idle", "open for too long", "of another password"])
def test_2_5_a_token_that_is_over_is_not_valid(alice, way):
    token = TokenClient(alice)
    with over(way, token):
        assert answer(post(token.token)) == answer(token.get(VALIDATE)) == (200, INVALID)
    assert token.row.ended_at is not None


def test_2_5_the_key_of_a_browser_is_no_token(alice, settings):
    key = Browser(alice).cookies[settings.SESSION_COOKIE_NAME].value
    assert answer(post(key)) == (200, INVALID)
    assert answer(Caller(authorization=f"Bearer {key}").get(VALIDATE)) == (200, INVALID)


@on("kind", [Browser, TokenClient])
@on("method", ["get", "head"])
def test_2_5_to_get_the_validation_is_no_use_of_the_session(alice, kind, method):
    client = kind(alice)
    before = Session.objects.values().get(pk=client.pk)
    with later(minutes=2):
        assert getattr(client, method)(VALIDATE).status_code == 200
        assert Session.objects.values().get(pk=client.pk) == before
        client.get("/flashback/sessions")
        assert client.row.last_used == timezone.now()


def test_2_5_to_post_the_token_is_a_use_of_its_session(alice):
    token = TokenClient(alice)
    with later(minutes=2):
        said = post(token.token).json()
        assert token.row.last_used == timezone.now()
    assert said == validated(token.row)


def test_2_5_whoever_posts_the_token_is_not_taken_for_its_client(alice):
    token = TokenClient(alice)
    with later(minutes=2):
        token.ask("GET", "/flashback/sessions", user_agent=FIREFOX)
    client = token.row.last_client
    with later(minutes=4):
        post(token.token, user_agent="gateway/1.0")
        assert token.row.last_used == timezone.now()
    assert token.row.last_client == client == ("127.0.0.1", FIREFOX)


def test_2_5_a_session_that_is_only_got_becomes_idle_and_one_that_is_posted_does_not(
    alice, settings
):
    settings.SESSIONS_API = {"IDLE_TIMEOUT": timedelta(minutes=30)}
    got, posted = TokenClient(alice), TokenClient(alice)
    for minutes in (20, 40):
        with later(minutes=minutes):
            is_got_valid = got.get(VALIDATE).json()["is_valid"]
            assert post(posted.token).json()["is_valid"] is True
    assert is_got_valid is False
    assert got.row.end_reason == EndReason.IDLE
    assert posted.row.ended_at is None


def test_2_5_a_token_that_is_posted_leaves_the_senders_own_session_alone(alice):
    browser, token = Browser(UserFactory.create()), TokenClient(alice)
    before = Session.objects.values().get(pk=browser.pk)
    with later(minutes=2):
        assert post(token.token, browser).json()["user_id"] == str(uuid_of(alice.pk))
        assert Session.objects.values().get(pk=browser.pk) == before


@on("headers", [{"origin": "https://evil.example"}, {"sec_fetch_site": "cross-site"}])
def test_2_5_a_token_may_be_posted_from_anywhere(alice, headers):
    assert post(TokenClient(alice).token, **headers).json()["is_valid"] is True


NO_TOKENS: list[Any] = ["", None, 5, True, [], {}, ["x"]]


@on("body", [{}, *({"session_token": value} for value in NO_TOKENS)], ids=str)
def test_2_5_a_body_without_a_token_is_refused(body):
    response = Caller().ask("POST", VALIDATE, body)
    assert answer(response) == (400, {"code": 400, "message": "session_token is missing."})


@on("body", [[], [1], 5, 0, "session_token", True], ids=str)
def test_2_5_a_body_that_is_no_object_is_refused(body):
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
    "nested too deep to read": (b"[" * 200_000, 400),
    "a value nested too deep to read": (b'{"session_token": ' + b"[" * 200_000, 400),
    "NUL": (b'{"session_token": "\\u0000"}', 200),
    "NUL in a token": (b'{"session_token": "session_\\u0000"}', 200),
    "lone surrogates": (b'{"session_token": "session_\\ud800\\udfff\\ud800"}', 200),
    "a long text": (json.dumps({"session_token": "session_" + "é" * 100_000}).encode(), 200),
    "the same name twice": (b'{"session_token": "x", "session_token": 5}', 400),
    "more than is asked for": (b'{"session_token": "x", "__proto__": {"a": [null]}}', 200),
}


@on("name", HOSTILE)
def test_2_5_whatever_is_posted_is_answered_in_kind(name):
    body, status = HOSTILE[name]
    response = Caller().generic("POST", VALIDATE, body, content_type="application/json")
    assert response.status_code == status
    assert response.json() == INVALID if status == 200 else response.json()["code"] == 400


def test_2_5_a_body_larger_than_the_site_takes_is_refused(settings):
    body = b'{"session_token": "' + b"x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE + b'"}'
    response = Caller().generic("POST", VALIDATE, body, content_type="application/json")
    assert response.status_code == 400


@on("media_type", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data"])
def test_2_5_a_body_that_does_not_claim_to_be_json_is_refused(media_type):
    response = Caller().generic("POST", VALIDATE, b"session_token=x", content_type=media_type)
    assert answer(response) == (415, {"code": 415, "message": "Unsupported Media Type"})


def test_2_5_a_failure_is_not_taken_for_an_answer(alice):
    token = TokenClient(alice)
    with failing("sessions_api_session"):
        for response in (token.get(VALIDATE), post(token.token)):
            assert answer(response) == (500, {"code": 500, "message": "Internal Server Error"})


def test_2_5_logging_out_ends_a_token(alice):
    token, other = TokenClient(alice), TokenClient(alice)
    response = token.post(LOGOUT)
    assert (response.status_code, response.content) == (204, b"")
    assert token.row.end_reason == EndReason.LOGOUT
    assert token.post(LOGOUT).status_code == 401
    assert other.row.ended_at is None


def test_2_5_logging_out_ends_a_browsers_session_and_deletes_its_cookie(alice, settings):
    browser = Browser(alice)
    stolen = Client()
    stolen.cookies[settings.SESSION_COOKIE_NAME] = browser.cookies[
        settings.SESSION_COOKIE_NAME
    ].value
    response = browser.post(LOGOUT)
    assert (response.status_code, response.content) == (204, b"")
    deleted = response.cookies[settings.SESSION_COOKIE_NAME]
    assert (deleted.value, deleted["max-age"]) == ("", 0)
    assert browser.row.end_reason == EndReason.LOGOUT
    assert stolen.get("/do/user/").content == b""


def test_2_5_there_is_no_list_of_ones_own(alice):
    token = TokenClient(alice)
    for method, path in (("get", "/hanko/sessions"), ("delete", f"/hanko/sessions/{token.pk}")):
        assert getattr(token, method)(path).status_code == 404


def test_7_1_addresses_have_no_slash_at_the_end_and_are_not_redirected(alice, admin):
    token = TokenClient(alice)
    for method, path in [*calls(alice, token.pk), ("get", VALIDATE), ("post", LOGOUT)]:
        assert getattr(admin, method)(f"{path}/").status_code == 404
        assert getattr(admin, method)(path).status_code in (200, 204)


def test_7_4_a_session_is_known_by_an_id_of_any_version_however_it_is_written(alice, admin):
    tokens = [TokenClient(alice) for _ in range(3)]
    assert {UUID(token.pk).version for token in tokens} == {7}
    one, two, three = (token.pk for token in tokens)
    for written_id in (one.replace("-", ""), two.upper(), f"urn:uuid:{three}"):
        assert admin.delete(path_of(alice, written_id)).status_code == 204


def test_7_15_an_address_is_plain_and_that_of_a_trusted_proxys_client(alice, admin, settings):
    forwarded = {"x-forwarded-for": "203.0.113.7", "x-real-ip": "198.51.100.4"}
    Client(headers=forwarded).get(f"/do/login:{alice.pk}/")
    settings.SESSIONS_API = {"TRUSTED_PROXIES": ["127.0.0.1"]}
    Client(headers=forwarded).get(f"/do/login:{alice.pk}/")
    listed = admin.get(path_of(alice)).json()
    assert [item["ip_address"] for item in listed] == ["203.0.113.7", "127.0.0.1"]


def test_a_list_of_250_costs_four_queries_beyond_the_token(alice):
    superuser = TokenClient(staff(is_superuser=True))
    Browser(alice)
    for _ in range(249):
        lifecycle.issue_token(alice)
    assert len(ids(superuser.get(path_of(alice)))) == 250
    assert queries(lambda: superuser.get(path_of(alice))) <= 1 + 4
