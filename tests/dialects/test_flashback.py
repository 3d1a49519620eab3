"""Flashback's calls, over HTTP."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from sessions_api import engines, lifecycle, recent
from sessions_api.conf import conf
from sessions_api.dialects.flashback.views import may_keep_alive
from sessions_api.exceptions import SessionsUnavailable
from sessions_api.lifecycle import tokens
from sessions_api.models import EndReason, Session
from tests.dialects.callers import (
    NOBODYS,
    OVER,
    Browser,
    Caller,
    TokenClient,
    answer,
    change,
    failing,
    over,
    queries,
    written,
)
from tests.factories import SessionFactory, UserFactory
from tests.helpers import browser_with_password, later, staff_with

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("bystander"),
]


LIST = "/flashback/sessions"
REVOKE_ALL = "/flashback/sessions/revoke-all"
REVOKED = {"success": True, "message": "Session revoked successfully"}
ALL_REVOKED = {"success": True, "message": "All sessions revoked successfully"}
NOT_FOUND = {"success": False, "error": "Session not found"}
NOT_FOUND_OR_EXPIRED = {"success": False, "error": "Session not found or expired"}
COOKIE_AGE = timedelta(days=14)


def on_engines(*names):
    return pytest.mark.parametrize("engine", names, indirect=True)


on_every_engine = on_engines("db", "cached_db", "cache", "file", "signed_cookies")
on_engines_that_extend = on_engines("db", "cached_db", "cache", "file")


def revoke(client, session_id):
    return client.ask("POST", f"/flashback/sessions/{session_id}/revoke")


def heartbeat(client, session_id):
    return client.ask("POST", f"/flashback/sessions/{session_id}/heartbeat")


def listed(client):
    response = client.get(LIST)
    assert response.status_code == 200
    body = response.json()
    assert body.keys() == {"success", "sessions"}
    assert body["success"] is True
    return body["sessions"]


def listed_ids(client):
    return [item["id"] for item in listed(client)]


def error(text):
    return {"success": False, "error": text}


def test_the_list_says_what_is_known_of_each_session(alice, settings):
    settings.SESSIONS_API = {"RECORD_IP": False}
    with time_machine.travel("2026-11-21T08:00:00Z", tick=False):
        token = TokenClient(alice)
    settings.SESSIONS_API = {}
    with time_machine.travel("2026-11-20T08:00:01.25Z", tick=False):
        browser = Browser(alice)
    change(browser.row, methods="password totp")
    with time_machine.travel("2026-11-21T09:30:12.5Z", tick=False):
        assert browser.user_name == "alice"
        response = browser.get(LIST)
    assert response.headers["Content-Type"] == "application/json"
    assert answer(response) == (
        200,
        {
            "success": True,
            "sessions": [
                {
                    "id": browser.pk,
                    "deviceName": "Firefox on Linux",
                    "ipAddress": "127.0.0.1",
                    "location": None,
                    "startedAt": "2026-11-20T08:00:01.250000Z",
                    "lastActivity": "2026-11-21T09:30:12.500000Z",
                    "expiresAt": "2026-12-04T08:00:01.250000Z",
                    "loginMethod": "password",
                },
                {
                    "id": token.pk,
                    "deviceName": "Unknown device",
                    "ipAddress": None,
                    "location": None,
                    "startedAt": "2026-11-21T08:00:00Z",
                    "lastActivity": "2026-11-21T08:00:00Z",
                    "expiresAt": "2026-12-21T08:00:00Z",
                    "loginMethod": "unknown",
                },
            ],
        },
    )
    rows = [browser.row, token.row]
    for item, row in zip(response.json()["sessions"], rows, strict=True):
        assert item["id"] == str(row.pk)
        assert item["startedAt"] == written(row.created_at)
        assert item["lastActivity"] == written(row.last_used)
        assert item["expiresAt"] == written(row.expires_at)


def test_the_row_of_flashbacks_own_example_can_be_had(alice, settings):
    settings.SESSIONS_API = {
        "TRUSTED_PROXIES": ["127.0.0.1"],
        "LOCATION": "sessions_api.client.cdn.cloudflare",
    }
    chrome = (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/141.0.0.0 Safari/537.36"
    )
    headers = {
        "user-agent": chrome,
        "x-forwarded-for": "203.0.113.7",
        "cf-ipcity": "Munich",
        "cf-ipcountry": "DE",
    }
    with time_machine.travel("2026-11-21T08:00:00Z", tick=False):
        browser = browser_with_password(alice, headers=headers)
        Session.objects.for_user(alice).update(expires_at="2026-11-28T08:00:00Z")
    with time_machine.travel("2026-11-21T09:00:00Z", tick=False):
        browser.get(LIST)  # the list is made before its own use is written
        (row,) = browser.get(LIST).json()["sessions"]
    assert row == {
        "id": row["id"],
        "deviceName": "Chrome on macOS",
        "ipAddress": "203.0.113.7",
        "location": "Munich, DE",
        "startedAt": "2026-11-21T08:00:00Z",
        "lastActivity": "2026-11-21T09:00:00Z",
        "expiresAt": "2026-11-28T08:00:00Z",
        "loginMethod": "password",
    }


@pytest.mark.parametrize(
    ("known", "name"),
    [
        ({"label": "Work", "browser": "Safari 26", "os": "iOS", "device": "iPhone"}, "Work"),
        ({"browser": "Safari 26", "os": "iOS", "device": "iPhone"}, "Safari on iOS"),
        ({"browser": "Safari 26", "device": "iPhone"}, "Safari"),
        ({"os": "iOS", "device": "iPhone"}, "iOS"),
        ({"device": "iPhone"}, "iPhone"),
        ({}, "Unknown device"),
    ],
    ids=str,
)
def test_a_device_has_the_best_name_there_is(alice, known, name):
    token = TokenClient(alice)
    change(token.row, **known)
    assert listed(token)[0]["deviceName"] == name


@pytest.mark.parametrize(
    ("methods", "shown"),
    [("", "unknown"), ("password", "password"), ("socialaccount totp", "socialaccount")],
)
def test_the_login_method_is_the_first(alice, methods, shown):
    token = TokenClient(alice)
    change(token.row, methods=methods)
    assert listed(token)[0]["loginMethod"] == shown


def test_a_session_expires_at_the_absolute_timeout_if_that_is_sooner(alice, settings):
    settings.SESSIONS_API = {"ABSOLUTE_TIMEOUT": timedelta(hours=12)}
    token = TokenClient(alice)
    expected = written(token.row.known_since + timedelta(hours=12))
    assert listed(token)[0]["expiresAt"] == expected


def test_the_session_used_last_comes_first(alice):
    clients = [Browser(alice), TokenClient(alice), Browser(alice)]
    with later(minutes=2):
        assert clients[1].user_name == "alice"
    with later(minutes=4):
        assert clients[0].user_name == "alice"
    assert listed_ids(clients[0]) == [clients[n].pk for n in (0, 1, 2)]


def test_there_are_no_pages(alice):
    clients = [TokenClient(alice) for _ in range(3)]
    response = clients[0].get(f"{LIST}?page_size=1&limit=1")
    assert len(response.json()["sessions"]) == 3


def test_of_others_nothing_is_listed(alice):
    token = TokenClient(alice)
    Browser(UserFactory.create())
    assert listed_ids(token) == [token.pk]
    root = TokenClient(staff_with(is_superuser=True))
    assert listed_ids(root) == [root.pk]


# A changed password or an account that is deactivated puts the caller out too.
OWN_OVER = sorted(OVER.keys() - {"of another password", "of a deactivated user"})


@pytest.mark.parametrize("way", OWN_OVER)
def test_what_would_not_authenticate_a_request_is_not_there(alice, way):
    browser = Browser(alice)
    with over(way, browser):
        token = TokenClient(alice)
        before = browser.row
        assert listed_ids(token) == [token.pk]
        assert answer(revoke(token, browser.pk)) == (404, NOT_FOUND)
        assert answer(heartbeat(token, browser.pk)) == (404, NOT_FOUND_OR_EXPIRED)
        after = browser.row
    assert (after.ended_at, after.expires_at) == (before.ended_at, before.expires_at)


def test_a_changed_password_ends_the_others_and_they_are_not_there(alice):
    browser = Browser(alice)
    OVER["of another password"](browser)
    token = TokenClient(browser.row.user)
    assert listed_ids(token) == [token.pk]
    assert answer(revoke(token, browser.pk)) == (404, NOT_FOUND)


def test_revoking_ends_another_session(alice):
    browser, token = Browser(alice), TokenClient(alice)
    assert answer(revoke(token, browser.pk)) == (200, REVOKED)
    assert browser.user_name == ""
    row = browser.row
    assert (row.end_reason, row.ended_by, row.sealed_key) == (EndReason.REVOKED, alice, b"")
    assert listed_ids(token) == [token.pk]


def test_revoking_twice_is_not_found(alice):
    other, token = TokenClient(alice), TokenClient(alice)
    assert revoke(token, other.pk).status_code == 200
    assert answer(revoke(token, other.pk)) == (404, NOT_FOUND)


def test_revoking_the_current_session_signs_a_browser_out(alice, settings):
    browser, other = Browser(alice), TokenClient(alice)
    response = revoke(browser, browser.pk)
    assert answer(response) == (200, REVOKED)
    deleted = response.cookies[settings.SESSION_COOKIE_NAME]
    assert (deleted.value, deleted["max-age"]) == ("", 0)
    assert browser.row.end_reason == EndReason.LOGOUT
    assert browser.get(LIST).status_code == 401
    assert listed_ids(other) == [other.pk]


def test_revoking_the_current_session_signs_a_token_out(alice):
    token = TokenClient(alice)
    assert answer(revoke(token, token.pk)) == (200, REVOKED)
    assert token.row.end_reason == EndReason.LOGOUT
    assert revoke(token, token.pk).status_code == 401


NOT_THERE = [*NOBODYS, "1", "x" * 5000, "%00", "%FF", "null"]


@pytest.mark.parametrize("not_there", NOT_THERE)
def test_what_is_not_there_is_not_found(alice, not_there):
    token = TokenClient(alice)
    assert answer(revoke(token, not_there)) == (404, NOT_FOUND)
    assert answer(heartbeat(token, not_there)) == (404, NOT_FOUND_OR_EXPIRED)


@pytest.mark.parametrize("is_superuser", [False, True])
def test_somebody_elses_session_is_not_there(alice, is_superuser):
    bobs, token = (
        TokenClient(UserFactory.create()),
        TokenClient(staff_with(is_superuser=is_superuser)),
    )
    before = Session.objects.values().get(pk=bobs.pk)
    with later(days=1):
        assert answer(revoke(token, bobs.pk)) == (404, NOT_FOUND)
        assert answer(heartbeat(token, bobs.pk)) == (404, NOT_FOUND_OR_EXPIRED)
    assert Session.objects.values().get(pk=bobs.pk) == before


@pytest.mark.parametrize("kind", [Browser, TokenClient])
def test_revoking_all_includes_the_current_session(alice, kind):
    bobs = TokenClient(UserFactory.create())
    client, *others = kind(alice), Browser(alice), TokenClient(alice)
    assert answer(client.ask("POST", REVOKE_ALL)) == (200, ALL_REVOKED)
    assert [other.user_name for other in (client, *others)] == ["", "", ""]
    assert client.row.end_reason == EndReason.LOGOUT
    assert {other.row.end_reason for other in others} == {EndReason.REVOKED}
    assert {other.row.ended_by for other in others} == {alice}
    assert client.ask("POST", REVOKE_ALL).status_code == 401
    assert bobs.row.ended_at is None


def test_revoking_all_includes_what_is_on_its_way_to_a_browser(alice):
    browser, token = Browser(alice), TokenClient(alice)
    change(browser.row, expires_at=None)
    assert token.ask("POST", REVOKE_ALL).status_code == 200
    assert browser.row.end_reason == EndReason.REVOKED


def test_revoking_all_deletes_the_cookie(alice, settings):
    response = Browser(alice).ask("POST", REVOKE_ALL)
    assert response.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == 0


def updated(expiry):
    return {
        "success": True,
        "message": "Session updated successfully",
        "newExpiry": written(expiry),
    }


def test_a_heartbeat_renews_the_lifetime_of_a_token(alice, settings):
    settings.SESSIONS_API = {"TOKEN_LIFETIME": timedelta(days=7)}
    token = TokenClient(alice)
    with later(days=5):
        expected = timezone.now() + timedelta(days=7)
        assert answer(heartbeat(token, token.pk)) == (200, updated(expected))
        assert token.row.expires_at == expected
        assert listed(token)[0]["expiresAt"] == written(expected)
    with later(days=11):
        assert token.user_name == "alice"


def test_a_heartbeat_does_not_prolong_a_token_that_was_to_be_short(alice):
    token = TokenClient(alice, lifetime=timedelta(hours=1))
    expiry = token.row.expires_at
    with later(minutes=50):
        assert answer(heartbeat(token, token.pk)) == (200, updated(expiry))
        assert token.row.expires_at == expiry


@on_engines_that_extend
@pytest.mark.parametrize("from_elsewhere", [False, True])
def test_a_heartbeat_renews_the_lifetime_of_a_browsers_session(alice, engine, from_elsewhere):
    browser, other = Browser(alice), TokenClient(alice)
    with later(days=10):
        expected = timezone.now() + COOKIE_AGE
        caller = other if from_elsewhere else browser
        assert answer(heartbeat(caller, browser.pk)) == (200, updated(expected))
        assert browser.row.expires_at == expected
    with later(days=20):
        recent.clear()
        assert browser.user_name == "alice"


@on_engines("signed_cookies")
def test_a_heartbeat_leaves_the_expiry_that_is_in_the_cookie(alice, engine):
    browser, other = Browser(alice), TokenClient(alice)
    expiry = browser.row.expires_at
    with later(days=10):
        assert answer(heartbeat(other, browser.pk)) == (200, updated(expiry))
        assert browser.row.expires_at == expiry


@on_engines_that_extend
def test_a_heartbeat_leaves_an_expiry_that_is_a_fixed_date(alice, engine):
    browser, date = Browser(alice), timezone.now() + timedelta(days=20)
    store = engines.store_class()(browser.cookies["sessionid"].value)
    store.set_expiry(date)
    store.save()
    change(browser.row, expires_at=date)
    with later(days=10):
        assert answer(heartbeat(browser, browser.pk)) == (200, updated(date))
    assert browser.row.expires_at == date


def test_a_heartbeat_does_not_outlive_the_absolute_timeout(alice, settings):
    settings.SESSIONS_API = {"ABSOLUTE_TIMEOUT": timedelta(days=12)}
    token = TokenClient(alice)
    expected = token.row.known_since + timedelta(days=12)
    with later(days=10):
        assert answer(heartbeat(token, token.pk)) == (200, updated(expected))
    with later(days=12):
        assert heartbeat(token, token.pk).status_code == 401


@pytest.mark.parametrize("kind", [Browser, TokenClient])
def test_a_heartbeat_is_a_use_of_the_session_that_sends_it(alice, kind, settings):
    settings.SESSIONS_API = {"IDLE_TIMEOUT": timedelta(minutes=30)}
    client, other = kind(alice), Browser(alice)
    began = other.row.last_used
    for minutes in (20, 40):
        with later(minutes=minutes):
            assert heartbeat(client, client.pk).status_code == 200
            assert client.row.last_used == timezone.now()
            if minutes == 20:
                assert heartbeat(client, other.pk).status_code == 200
    assert other.row.last_used == began
    with later(minutes=40):
        assert listed_ids(client) == [client.pk]


def test_a_heartbeat_needs_no_permission_and_no_recent_authentication(alice, settings):
    settings.SESSIONS_API = {"REAUTHENTICATION_AGE": 600}
    token = TokenClient(alice)
    with later(days=1):
        assert heartbeat(token, token.pk).status_code == 200


CALLS = {
    "list": ("GET", "/flashback/sessions"),
    "revoke": ("POST", "/flashback/sessions/{id}/revoke"),
    "revoke_all": ("POST", "/flashback/sessions/revoke-all"),
    "heartbeat": ("POST", "/flashback/sessions/{id}/heartbeat"),
}


@pytest.mark.parametrize("action", CALLS)
def test_callers_without_credentials_are_unauthorized(alice, action):
    method, path = CALLS[action]
    token = TokenClient(alice)
    response = Caller().ask(method, path.format(id=token.pk))
    expected = error("Authentication credentials were not provided.")
    assert answer(response) == (401, expected)
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="api"'
    assert token.row.ended_at is None


@pytest.mark.parametrize("action", CALLS)
@pytest.mark.parametrize("wrong", ["session_x", "session_" + "a" * 51])
def test_callers_with_a_wrong_token_are_unauthorized(alice, action, wrong):
    method, path = CALLS[action]
    token = TokenClient(alice)
    response = Caller(authorization=f"Bearer {wrong}").ask(method, path.format(id=token.pk))
    assert answer(response) == (401, error("This token is not valid, or not any more."))
    assert 'error="invalid_token"' in response.headers["WWW-Authenticate"]
    assert token.row.ended_at is None


@pytest.mark.parametrize(
    ("action", "verb", "passed", "message"),
    [
        ("list", "SELECT", 1, "Failed to retrieve sessions"),
        ("revoke", "SELECT", 1, "Failed to revoke session"),
        ("revoke", "UPDATE", 0, "Failed to revoke session"),
        ("revoke_all", "UPDATE", 0, "Failed to revoke all sessions"),
        ("heartbeat", "SELECT", 1, "Failed to update session"),
        ("heartbeat", "UPDATE", 0, "Failed to update session"),
    ],
)
def test_each_failure_has_its_words(alice, action, verb, passed, message):
    browser, token = Browser(alice), TokenClient(alice)
    method, path = CALLS[action]
    with failing("sessions_api_session", verb, after=passed):
        response = token.ask(method, path.format(id=browser.pk))
    assert answer(response) == (500, error(message))
    assert browser.user_name == token.user_name == "alice"


@pytest.mark.parametrize("action", [*CALLS, "none"])
def test_where_no_token_can_be_looked_up_every_call_is_unavailable(alice, action):
    browser, token = Browser(alice), TokenClient(alice)
    method, path = {**CALLS, "none": ("OPTIONS", LIST)}[action]
    with failing("sessions_api_session"):
        response = token.ask(method, path.format(id=browser.pk))
    assert answer(response) == (503, error(str(SessionsUnavailable.MESSAGE)))
    assert browser.user_name == token.user_name == "alice"


def test_a_failure_of_what_is_no_call_has_words_too(alice):
    browser = Browser(alice)
    with failing("auth_user"):
        response = browser.options(LIST)
    assert answer(response) == (500, error("Internal Server Error"))


def test_devices_are_not_served(alice):
    token = TokenClient(alice)
    for method, path in (
        ("GET", "devices"),
        ("GET", f"devices/{token.pk}"),
        ("POST", "devices/trust"),
        ("POST", f"devices/{token.pk}/heartbeat"),
    ):
        assert token.ask(method, f"/flashback/{path}").status_code == 404


@pytest.mark.parametrize("kind", [Browser, TokenClient])
def test_to_end_others_one_must_have_authenticated_recently(alice, kind, settings):
    settings.SESSIONS_API = {"REAUTHENTICATION_AGE": 600}
    client, other = kind(alice), TokenClient(alice)
    change(client.row, authenticated_at=timezone.now() - timedelta(seconds=601))
    for response in (revoke(client, other.pk), client.ask("POST", REVOKE_ALL)):
        assert answer(response) == (403, error("Confirm who you are first."))
    assert other.row.ended_at is client.row.ended_at is None
    assert answer(revoke(client, client.pk)) == (200, REVOKED)


@pytest.mark.parametrize("kind", [Browser, TokenClient])
def test_whoever_has_authenticated_recently_ends_others(alice, kind, settings):
    settings.SESSIONS_API = {"REAUTHENTICATION_AGE": 600}
    client, other = kind(alice), TokenClient(alice)
    change(client.row, authenticated_at=timezone.now() - timedelta(seconds=590))
    assert answer(revoke(client, other.pk)) == (200, REVOKED)
    assert answer(client.ask("POST", REVOKE_ALL)) == (200, ALL_REVOKED)


BODIES = {
    "empty": b"",
    "no JSON": b"{",
    "null": b"null",
    "a list": b"[1]",
    "a number": b"5",
    "NUL": b"\0",
    "lone surrogates": b'"\\ud800"',
    "not UTF-8": b"\xff",
    "nested too deep to read": b"[" * 60_000,
    "huge": b" " * 60_000,
}


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize(
    "content_type", ["application/json", "text/plain", "application/x-www-form-urlencoded"]
)
def test_bodies_are_not_looked_at(alice, body, content_type):
    token, other = TokenClient(alice), TokenClient(alice)
    path = f"/flashback/sessions/{other.pk}"
    for call, status in (("heartbeat", 200), ("revoke", 200), ("revoke", 404)):
        response = token.generic("POST", f"{path}/{call}", BODIES[body], content_type=content_type)
        assert response.status_code == status
    response = token.generic("POST", REVOKE_ALL, BODIES[body], content_type=content_type)
    assert answer(response) == (200, ALL_REVOKED)


def test_paths_have_no_slash_at_the_end_and_are_not_redirected(alice):
    token = TokenClient(alice)
    for method, path in CALLS.values():
        assert token.ask(method, f"{path.format(id=token.pk)}/").status_code == 404
    assert token.row.ended_at is None


def test_an_id_is_the_same_however_it_is_written(alice):
    token, other = TokenClient(alice), TokenClient(alice)
    assert answer(revoke(token, other.pk.upper())) == (200, REVOKED)


@pytest.mark.parametrize("accept", ["application/json", "*/*"])
def test_fetch_clients_get_json(alice, accept):
    response = TokenClient(alice).ask("GET", LIST, accept=accept)
    assert response.headers["Content-Type"] == "application/json"
    assert response.json()["success"] is True


def test_an_ip_address_is_plain_and_that_of_a_trusted_proxys_client(alice, settings):
    forwarded = {"x-forwarded-for": "203.0.113.7", "x-real-ip": "198.51.100.4"}
    Client(headers=forwarded).get(f"/do/login:{alice.pk}/")
    settings.SESSIONS_API = {"TRUSTED_PROXIES": ["127.0.0.1"]}
    Client(headers=forwarded).get(f"/do/login:{alice.pk}/")
    addresses = [item["ipAddress"] for item in listed(TokenClient(alice))]
    assert addresses == [None, "203.0.113.7", "127.0.0.1"]


def test_a_list_of_250_costs_two_queries_beyond_the_token(alice):
    Browser(alice)
    for _ in range(248):
        lifecycle.issue_token(alice)
    token = TokenClient(alice)
    assert len(listed_ids(token)) == 250
    assert queries(lambda: token.get(LIST)) <= 1 + 2


def test_nobody_keeps_a_session_alive_but_its_owner():
    session = SessionFactory.create()
    assert may_keep_alive(session.user, session)
    assert not may_keep_alive(UserFactory.create(), session)
    assert not may_keep_alive(UserFactory.create(is_staff=True, is_superuser=True), session)


def test_a_token_that_was_to_be_short_is_not_kept_alive():
    user = UserFactory.create()
    token = lifecycle.issue_token(user).session
    short = lifecycle.issue_token(user, lifetime=conf.TOKEN_LIFETIME - timedelta(seconds=1)).session
    assert may_keep_alive(user, token)
    assert not may_keep_alive(user, short)


def test_a_short_token_that_was_renewed_is_still_a_short_one():
    user = UserFactory.create()
    short = lifecycle.issue_token(user, lifetime=conf.TOKEN_LIFETIME * 0.6).session
    with time_machine.travel(timezone.now() + conf.TOKEN_LIFETIME * 0.5, tick=False):
        assert tokens.reauthenticated(short, user)
        assert short.expires_at is not None
        assert short.expires_at - short.created_at > conf.TOKEN_LIFETIME
        assert not may_keep_alive(user, short)


def test_a_short_token_that_was_made_from_an_old_proof_is_a_short_one():
    user = UserFactory.create()
    short = lifecycle.issue_token(user, lifetime=conf.TOKEN_LIFETIME * 0.6).session
    short.authenticated_at = short.created_at - conf.TOKEN_LIFETIME * 0.5
    assert not may_keep_alive(user, short)
