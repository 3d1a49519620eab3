"""What a user sees of her own sessions, and how she ends them, over HTTP."""

import json
import re
import uuid
from datetime import datetime, timedelta
from importlib import import_module

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core import signing
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication

from sessions_api import credentials, payload, recent, validity
from sessions_api.api.views import OwnSessionViewSet
from sessions_api.models import EndReason, Session
from tests.factories import SessionFactory, UserFactory
from tests.matrix.conftest import ENGINES

SESSIONS = "/api/sessions/"
CURRENT = "/api/sessions/current/"

FIELDS = {
    "id",
    "kind",
    "state",
    "is_current",
    "label",
    "user_agent",
    "last_user_agent",
    "device_type",
    "browser",
    "os",
    "device",
    "ip_address",
    "last_ip_address",
    "methods",
    "aal",
    "is_impersonated",
    "organization_id",
    "adopted",
    "ends_with_browser",
    "created_at",
    "authenticated_at",
    "last_used",
    "expires_at",
    "ended_at",
    "end_reason",
}

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:157.0) Gecko/20100101 Firefox/157.0"

on = pytest.mark.parametrize
on_each_engine = on("engine", ["db", "cached_db", "cache", "file", "signed_cookies"], indirect=True)


class Token(BaseAuthentication):
    """Believe the header, as a site with tokens of its own would."""

    auth: str | None = "token"

    def authenticate(self, request):
        name = request.headers.get("X-User")
        return (get_user_model().objects.get(username=name), self.auth) if name else None


class NamelessToken(Token):
    """As Token, but leave ``request.auth`` empty."""

    auth = None


def look_at_the_user(get_response):
    """Return a middleware that asks for the request's user before the view does."""

    def middleware(request):
        bool(request.user.is_authenticated)
        return get_response(request)

    return middleware


@pytest.fixture(autouse=True)
def nothing_remembered():
    recent.clear()


@pytest.fixture
def engine(request, settings, transactional_db):
    """Run on the engine, with an empty cache."""
    for name, value in ENGINES[request.param].items():
        setattr(settings, name, value)
    caches[settings.SESSION_CACHE_ALIAS].clear()
    return request.param


@pytest.fixture(params=[Token, NamelessToken])
def token_caller(request, monkeypatch, settings, transactional_db):
    """Return a user whose requests, made with her name in a header, have no session behind them."""
    monkeypatch.setattr(OwnSessionViewSet, "authentication_classes", [request.param])
    return UserFactory.create()


def sign_in(user, **headers):
    """Return a browser that has signed in, and that needs CSRF tokens."""
    client = Client(enforce_csrf_checks=True, headers={"user-agent": FIREFOX, **headers})
    assert client.get(f"/do/login:{user.pk}/").status_code == 200
    return client


def session_id(client):
    return client.session[payload.ID_KEY]


def path_of(client_or_id):
    pk = session_id(client_or_id) if isinstance(client_or_id, Client) else client_or_id
    return f"{SESSIONS}{pk}/"


def csrf(client):
    return {"x-csrftoken": client.cookies["csrftoken"].value}


def delete(client, path):
    """Send DELETE as a page of the site would."""
    return client.delete(path, headers=csrf(client))


def user_name(client):
    """Return whom the site takes the browser for, or ""."""
    return client.get("/do/user/").content.decode()


def listed(client):
    response = client.get(SESSIONS)
    assert response.status_code == 200
    return [item["id"] for item in response.json()["results"]]


def row(client_or_pk):
    pk = session_id(client_or_pk) if isinstance(client_or_pk, Client) else client_or_pk
    return Session.objects.get(pk=pk)


def lose(settings, client):
    """Have the engine lose a browser's session behind our back."""
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    import_module(settings.SESSION_ENGINE).SessionStore(cookie).delete()


def later(**duration):
    return time_machine.travel(timezone.now() + timedelta(**duration), tick=False)


def secrets_of(client, settings):
    """Return every form of a credential that there is of a browser's session."""
    session = row(client)
    auth_hash = session.user.get_session_auth_hash()
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    return [
        secret
        for secret in (
            cookie,
            credentials.digest(cookie),
            session.key_digest,
            session.sealed_key,
            session.auth_digest,
            auth_hash,
            session.user.password,
            settings.SECRET_KEY,
        )
        if secret
    ]


def everything_said(response):
    """Return a response's body, headers and, readable, the cursors in its links."""
    body = response.content.decode()
    cursors = re.findall(r"cursor=([\w-]+)", body)
    decoded = [signing.b64_decode(cursor.encode()).decode() for cursor in cursors]
    return "\n".join([body, str(response.headers), *decoded])


def test_an_item_has_exactly_these_fields(db):
    alice = UserFactory.create()
    client = sign_in(alice)
    item = client.get(CURRENT).json()
    assert set(item) == FIELDS
    assert client.get(path_of(client)).json() == item
    assert client.get(SESSIONS).json() == {"next": None, "previous": None, "results": [item]}


def test_an_item_says_what_is_known_of_the_session(db):
    with time_machine.travel("2026-11-21T08:00:00.25Z", tick=False):
        client = sign_in(UserFactory.create())
        assert client.get(CURRENT).json() == {
            "id": session_id(client),
            "kind": "browser",
            "state": "active",
            "is_current": True,
            "label": "",
            "user_agent": FIREFOX,
            "last_user_agent": FIREFOX,
            "device_type": "desktop",
            "browser": "Firefox 157",
            "os": "Linux",
            "device": "",
            "ip_address": "127.0.0.1",
            "last_ip_address": "127.0.0.1",
            "methods": [],
            "aal": None,
            "is_impersonated": False,
            "organization_id": "",
            "adopted": False,
            "ends_with_browser": False,
            "created_at": "2026-11-21T08:00:00.250000Z",
            "authenticated_at": "2026-11-21T08:00:00.250000Z",
            "last_used": "2026-11-21T08:00:00.250000Z",
            "expires_at": "2026-12-05T08:00:00.250000Z",
            "ended_at": None,
            "end_reason": "",
        }


@on_each_engine
@on("accept", ["application/json", "text/html"])
def test_no_answer_contains_a_secret(engine, settings, accept):
    alice = UserFactory.create()
    client, other, ended = sign_in(alice), sign_in(alice), sign_in(alice)
    secrets = [
        secret for browser in (client, other, ended) for secret in secrets_of(browser, settings)
    ]
    assert len(secrets) >= 3 * 4
    ended_id, other_id = session_id(ended), session_id(other)
    paths = (
        SESSIONS,
        f"{SESSIONS}?page_size=1",
        CURRENT,
        path_of(client),
        path_of(other),
        path_of(ended_id),
        path_of(uuid.uuid4()),
        f"{SESSIONS}?page_size=x",
        f"{SESSIONS}?cursor=",
    )
    answers = [delete(client, path_of(ended_id))]
    answers += [client.get(path, headers={"accept": accept}) for path in paths]
    answers += [delete(client, SESSIONS)]
    said = "\n".join(map(everything_said, answers))
    assert session_id(client) in said
    assert f'+00:00","{other_id}"' in said  # This is from inside a cursor.
    assert [secret for secret in secrets if secret in said] == []


def test_is_current_marks_the_callers_own_session_only(db):
    alice = UserFactory.create()
    clients = [sign_in(alice) for _ in range(3)]
    for client in clients:
        current = [
            item["id"] for item in client.get(SESSIONS).json()["results"] if item["is_current"]
        ]
        assert current == [session_id(client)]
        marks = [client.get(path_of(other)).json()["is_current"] for other in clients]
        assert marks == [other is client for other in clients]


def test_the_list_begins_with_the_session_used_last(db):
    alice = UserFactory.create()
    clients = [sign_in(alice) for _ in range(3)]
    with later(minutes=2):
        user_name(clients[1])
    assert listed(clients[0]) == [session_id(clients[n]) for n in (1, 2, 0)]


@on("method", ["get", "delete"])
def test_someone_elses_session_is_not_found_and_lives_on(transactional_db, method):
    alice, bob = sign_in(UserFactory.create()), sign_in(UserFactory.create())
    theirs = getattr(alice, method)(path_of(bob), headers=csrf(alice))
    nobodys = getattr(alice, method)(path_of(uuid.uuid4()), headers=csrf(alice))
    assert theirs.status_code == nobodys.status_code == 404
    assert theirs.content == nobodys.content
    assert row(bob).ended_at is None
    assert user_name(bob) == row(bob).user.username
    assert listed(bob) == [session_id(bob)]


def test_a_superuser_has_no_more_rights_here(transactional_db):
    admin = sign_in(UserFactory.create(is_superuser=True, is_staff=True))
    bob = sign_in(UserFactory.create())
    assert admin.get(path_of(bob)).status_code == 404
    assert delete(admin, path_of(bob)).status_code == 404
    assert listed(admin) == [session_id(admin)]
    assert user_name(bob)


def test_a_login_whose_response_is_on_its_way_is_not_found(db):
    alice = UserFactory.create()
    client = sign_in(alice)
    pending = SessionFactory.create(user=alice, expires_at=None)
    assert client.get(path_of(pending.pk)).status_code == 404
    assert listed(client) == [session_id(client)]


@on("method", ["get", "delete"])
@on(
    "malformed",
    [
        "x",
        "0",
        "-1",
        "None",
        "CURRENT",
        "%00",
        "current%00",
        "{id}%00",
        "{id}%0A",
        "{id}x",
        "{id},{id}",
        "%20",
        "a" * 5000,
        "1" * 5000,
        "٣" * 32,
        "%F0%9F%98%80",
        "%FF",
        "%ED%A0%80",
        "..",
        "%2e%2e",
        "../../etc/passwd",
        "..%2f..%2fetc%2fpasswd",
        "{id}/..",
        "%7B%7D",
        "' OR 1=1 --",
    ],
)
def test_a_malformed_id_is_not_found(db, method, malformed):
    client = sign_in(UserFactory.create())
    path = path_of(malformed.replace("{id}", session_id(client)))
    assert getattr(client, method)(path, headers=csrf(client)).status_code == 404
    assert listed(client) == [session_id(client)]


def test_an_id_in_capital_letters_is_the_same_id(db):
    client = sign_in(UserFactory.create())
    answer = client.get(path_of(session_id(client).upper())).json()
    assert answer["id"] == session_id(client)


@on("method", ["get", "delete"])
@on("path", [SESSIONS, f"{SESSIONS}?include_current=true", CURRENT, "theirs"])
def test_an_anonymous_caller_is_refused(transactional_db, method, path):
    alice = sign_in(UserFactory.create())
    path = path_of(alice) if path == "theirs" else path
    stranger = Client(enforce_csrf_checks=True)
    stranger.cookies["csrftoken"] = "a" * 32
    response = getattr(stranger, method)(path, headers=csrf(stranger))
    assert response.status_code == 401
    assert response.json() == {"detail": "Authentication credentials were not provided."}
    assert listed(alice) == [session_id(alice)]


@on("path", [SESSIONS, f"{SESSIONS}?include_current=true", CURRENT, "own", "other"])
def test_a_request_forged_by_another_site_ends_nothing(transactional_db, path):
    alice = UserFactory.create()
    client, other = sign_in(alice), sign_in(alice)
    path = {"own": path_of(client), "other": path_of(other)}.get(path, path)
    for headers in ({}, {"x-csrftoken": "a" * 32}):
        response = client.delete(path, headers=headers)
        assert response.status_code == 403
        assert response.json()["detail"].startswith("CSRF Failed")
    assert set(listed(client)) == {session_id(client), session_id(other)}
    assert user_name(other) == alice.username


@on_each_engine
def test_ending_another_session_puts_that_browser_out(engine):
    alice = UserFactory.create()
    client, other = sign_in(alice), sign_in(alice)
    other_id = session_id(other)
    response = delete(client, path_of(other_id))
    assert (response.status_code, response.content) == (204, b"")
    assert user_name(other) == ""
    assert other.get(SESSIONS).status_code == 401
    assert user_name(client) == alice.username
    assert listed(client) == [session_id(client)]
    ended = row(other_id)
    assert (ended.end_reason, ended.ended_by) == (EndReason.REVOKED, alice)


@on_each_engine
@on("own_path", ["current", "id"])
def test_ending_ones_current_session_signs_out(engine, settings, own_path):
    alice = UserFactory.create()
    client, other = sign_in(alice), sign_in(alice)
    own_id, cookie = session_id(client), client.cookies[settings.SESSION_COOKIE_NAME].value
    response = delete(client, CURRENT if own_path == "current" else path_of(own_id))
    assert (response.status_code, response.content) == (204, b"")
    deleted = response.cookies[settings.SESSION_COOKIE_NAME]
    assert (deleted.value, deleted["max-age"]) == ("", 0)
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = cookie
    assert user_name(client) == user_name(thief) == ""
    assert client.get(CURRENT).status_code == 401
    assert row(own_id).end_reason == EndReason.LOGOUT
    assert listed(other) == [session_id(other)]


def test_ending_a_session_twice_changes_nothing_the_second_time(transactional_db):
    alice = UserFactory.create()
    client, other = sign_in(alice), sign_in(alice)
    path = path_of(other)
    assert delete(client, path).status_code == 204
    first = client.get(path).json()
    with later(minutes=5):
        assert delete(client, path).status_code == 204
        assert client.get(path).json() == first


def test_ending_an_expired_session_is_no_error(transactional_db):
    alice = UserFactory.create()
    client = sign_in(alice)
    expired = SessionFactory.create(user=alice, expires_at=timezone.now() - timedelta(days=1))
    assert delete(client, path_of(expired.pk)).status_code == 204
    assert client.get(path_of(expired.pk)).json()["state"] == "ended"


@on("query", ["", "?include_current=false", "?include_current=0", "?format=json"])
def test_ending_all_others_counts_those_that_were_active(transactional_db, settings, query):
    alice, bob = UserFactory.create(), sign_in(UserFactory.create())
    client, *others = [sign_in(alice) for _ in range(4)]
    lost = sign_in(alice)
    lose(settings, lost)
    SessionFactory.create(user=alice, expires_at=timezone.now() - timedelta(days=1))
    SessionFactory.create(user=alice, ended_at=timezone.now(), end_reason=EndReason.LOGOUT)
    response = delete(client, SESSIONS + query)
    assert (response.status_code, response.json()) == (200, {"ended": 3})
    assert [user_name(other) for other in others] == ["", "", ""]
    assert user_name(client) == alice.username
    assert listed(client) == [session_id(client)]
    assert user_name(bob)
    assert delete(client, SESSIONS + query).json() == {"ended": 0}


@on("value", ["true", "1", "True"])
def test_ending_all_signs_the_caller_out_too(transactional_db, settings, value):
    alice, bob = UserFactory.create(), sign_in(UserFactory.create())
    clients = [sign_in(alice) for _ in range(3)]
    own_id, other_id = session_id(clients[0]), session_id(clients[1])
    response = delete(clients[0], f"{SESSIONS}?include_current={value}")
    assert (response.status_code, response.json()) == (200, {"ended": 3})
    assert response.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == 0
    assert [user_name(client) for client in clients] == ["", "", ""]
    assert row(own_id).end_reason == EndReason.LOGOUT
    assert row(other_id).end_reason == EndReason.REVOKED
    assert not validity.active_sessions(alice)
    assert user_name(bob)


@on("value", ["", "perhaps", "2", "-1", "%00", "true%00", "a" * 5000, "none", "[]"])
def test_a_bad_include_current_names_the_field_and_ends_nothing(transactional_db, value):
    alice = UserFactory.create()
    client, other = sign_in(alice), sign_in(alice)
    response = delete(client, f"{SESSIONS}?include_current={value}")
    assert response.status_code == 400
    assert list(response.json()) == ["include_current"]
    assert set(listed(client)) == {session_id(client), session_id(other)}


@on("method", ["get", "delete"])
def test_a_caller_without_a_session_is_told_so(token_caller, method):
    browser = sign_in(token_caller)
    response = getattr(Client(), method)(CURRENT, headers={"x-user": token_caller.username})
    assert response.status_code == 404
    assert response.json() == {"detail": "This request was not authenticated by a session."}
    assert row(browser).ended_at is None


def test_a_caller_without_a_session_sees_and_ends_her_sessions(token_caller):
    browser, other = sign_in(token_caller), sign_in(token_caller)
    headers = {"x-user": token_caller.username}
    results = Client().get(SESSIONS, headers=headers).json()["results"]
    assert {item["id"] for item in results} == {session_id(browser), session_id(other)}
    assert not any(item["is_current"] for item in results)
    path = path_of(browser)
    assert Client().get(path, headers=headers).json()["is_current"] is False
    assert Client().delete(path, headers=headers).status_code == 204
    assert (user_name(browser), user_name(other)) == ("", token_caller.username)


@on("query", ["", "?include_current=false"])
def test_a_caller_without_a_session_must_say_that_all_are_meant(token_caller, query):
    browsers = [sign_in(token_caller) for _ in range(2)]
    response = Client().delete(SESSIONS + query, headers={"x-user": token_caller.username})
    assert response.status_code == 400
    assert list(response.json()) == ["include_current"]
    assert [user_name(browser) for browser in browsers] == [token_caller.username] * 2


def test_a_caller_without_a_session_ends_all_by_saying_so(token_caller):
    browsers, bob = [sign_in(token_caller) for _ in range(2)], sign_in(UserFactory.create())
    response = Client().delete(
        f"{SESSIONS}?include_current=true", headers={"x-user": token_caller.username}
    )
    assert (response.status_code, response.json()) == (200, {"ended": 2})
    assert [user_name(browser) for browser in browsers] == ["", ""]
    assert user_name(bob)


@on("looked_at", [False, True])
def test_someone_elses_cookie_beside_a_token_is_not_the_callers_session(
    token_caller, settings, looked_at
):
    if looked_at:
        settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.look_at_the_user"]
    own, bobs = sign_in(token_caller), sign_in(UserFactory.create())
    headers = {"x-user": token_caller.username}
    assert bobs.get(CURRENT, headers=headers).status_code == 404
    assert bobs.delete(CURRENT, headers=headers).status_code == 404
    results = bobs.get(SESSIONS, headers=headers).json()["results"]
    assert [(item["id"], item["is_current"]) for item in results] == [(session_id(own), False)]
    assert bobs.delete(SESSIONS, headers=headers).status_code == 400
    assert bobs.delete(f"{SESSIONS}?include_current=true", headers=headers).json() == {"ended": 1}
    assert user_name(bobs)
    assert user_name(own) == ""


def test_ones_own_cookie_beside_a_token_is_not_the_callers_session(token_caller):
    own, headers = sign_in(token_caller), {"x-user": token_caller.username}
    assert own.get(CURRENT, headers=headers).status_code == 404
    assert own.get(path_of(own), headers=headers).json()["is_current"] is False
    assert own.delete(SESSIONS, headers=headers).status_code == 400
    assert own.delete(f"{SESSIONS}?include_current=true", headers=headers).json() == {"ended": 1}
    assert user_name(own) == ""


def test_a_token_is_what_counts_even_where_the_cookies_user_was_looked_at(
    transactional_db, monkeypatch, settings
):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.look_at_the_user"]
    monkeypatch.setattr(OwnSessionViewSet, "authentication_classes", [Token])
    alice = UserFactory.create()
    own, headers = sign_in(alice), {"x-user": alice.username}
    assert own.get(CURRENT, headers=headers).status_code == 404
    assert own.get(path_of(own), headers=headers).json()["is_current"] is False
    assert own.delete(SESSIONS, headers=headers).status_code == 400


@on(
    ("method", "path", "accept", "status"),
    [
        ("get", SESSIONS, "application/json", 200),
        ("get", SESSIONS, "text/html", 200),
        ("get", CURRENT, "application/json", 200),
        ("get", CURRENT, "text/html", 200),
        ("head", SESSIONS, "application/json", 200),
        ("options", SESSIONS, "application/json", 200),
        ("get", f"{SESSIONS}?page_size=x", "application/json", 400),
        ("get", f"{SESSIONS}?cursor=x", "text/html", 400),
        ("get", f"{SESSIONS}x/", "application/json", 404),
        ("get", f"{SESSIONS}x/", "text/html", 404),
        ("get", SESSIONS, "application/xml", 406),
        ("get", f"{SESSIONS}?format=xml", "application/json", 404),
        ("put", CURRENT, "application/json", 405),
        ("delete", SESSIONS, "application/json", 200),
        ("delete", f"{SESSIONS}?include_current=x", "application/json", 400),
        ("delete", f"{SESSIONS}x/", "application/json", 404),
        ("delete", CURRENT, "application/json", 204),
    ],
)
def test_no_answer_is_stored_by_a_cache(transactional_db, method, path, accept, status):
    client = sign_in(UserFactory.create())
    headers = {"accept": accept, **csrf(client)}
    response = getattr(client, method)(path, headers=headers)
    assert response.status_code == status
    assert "no-store" in response.headers["Cache-Control"]


@on("method", ["get", "delete", "put", "options"])
@on("path", [SESSIONS, CURRENT, f"{SESSIONS}x/"])
def test_no_refusal_is_stored_by_a_cache(db, method, path):
    for client in (Client(), sign_in(UserFactory.create())):
        response = getattr(client, method)(path)
        assert response.status_code in (200, 401, 403, 404, 405)
        assert "no-store" in response.headers["Cache-Control"]


def writes(client, path, accept="application/json"):
    """Return the statements of a GET that change data."""
    with CaptureQueriesContext(connection) as queries:
        client.get(path, headers={"accept": accept})
    statements = [query["sql"] for query in queries]
    assert any(statement.startswith("SELECT") for statement in statements)
    return [s for s in statements if not re.match(r"SELECT|SAVEPOINT|RELEASE|BEGIN|COMMIT", s)]


@on_each_engine
def test_a_get_writes_nothing_but_the_callers_own_due_touch(engine, settings):
    alice = UserFactory.create()
    client, other, ended, lost = (sign_in(alice) for _ in range(4))
    expired = SessionFactory.create(user=alice, expires_at=timezone.now() - timedelta(days=1))
    paths = [path_of(browser) for browser in (client, other, ended, lost)]
    delete(client, path_of(ended))
    lose(settings, lost)
    listed(client)
    paths += [SESSIONS, f"{SESSIONS}?page_size=1", CURRENT, path_of(expired.pk), f"{SESSIONS}x/"]
    before = list(Session.objects.order_by("pk").values())
    for path in paths:
        assert writes(client, path) == writes(client, path, accept="text/html") == []
    assert list(Session.objects.order_by("pk").values()) == before
    with later(seconds=61):
        touch, *more = writes(client, SESSIONS)
        assert touch.startswith("UPDATE")
        assert Session._meta.db_table in touch
        assert more == []
    own = {"pk": row(client).pk}
    untouched = [values for values in before if values["id"] != own["pk"]]
    assert list(Session.objects.exclude(**own).order_by("pk").values()) == untouched


@on(
    ("method", "path"),
    [
        ("PUT", SESSIONS),
        ("PATCH", SESSIONS),
        ("POST", CURRENT),
        ("PUT", CURRENT),
        ("PATCH", CURRENT),
        ("POST", "own"),
        ("PUT", "own"),
        ("TRACE", SESSIONS),
        ("FROBNICATE", SESSIONS),
        ("FROBNICATE", "own"),
    ],
)
def test_an_unknown_method_is_not_allowed(db, method, path):
    client = sign_in(UserFactory.create())
    path = path_of(client) if path == "own" else path
    before = Session.objects.values().get()
    response = client.generic(method, path, headers=csrf(client))
    assert response.status_code == 405
    assert {"GET", "DELETE"} <= set(response.headers["Allow"].split(", "))
    assert Session.objects.values().get() == before


@pytest.mark.parametrize("path", [SESSIONS, CURRENT, f"/api/admin{SESSIONS[4:]}"])
def test_an_unknown_method_is_not_allowed_to_anybody(db, client, path):
    assert client.trace(path).status_code == 405


def test_a_preflight_needs_an_authenticated_caller_too(db):
    assert Client().options(SESSIONS).status_code == 401


def test_an_error_of_no_field_bears_the_name_that_the_site_gives_it(db, settings):
    settings.REST_FRAMEWORK = {"NON_FIELD_ERRORS_KEY": "errors"}
    client = sign_in(UserFactory.create(is_superuser=True, is_staff=True))
    for path in ("/api/admin/sessions/end/", f"{CURRENT}reauthenticate/"):
        response = client.post(path, [1], content_type="application/json", headers=csrf(client))
        assert (response.status_code, list(response.json())) == (400, ["errors"])


def test_an_ended_session_is_shown_by_its_id(transactional_db):
    alice = UserFactory.create()
    client, other = sign_in(alice), sign_in(alice)
    other_id = session_id(other)
    now = timezone.now().replace(microsecond=0) + timedelta(seconds=5)
    with time_machine.travel(now, tick=False):
        delete(client, path_of(other_id))
        item = client.get(path_of(other_id)).json()
    assert (item["state"], item["end_reason"]) == ("ended", "revoked")
    assert datetime.fromisoformat(item["ended_at"]) == now
    assert item["is_current"] is False
    assert other_id not in listed(client)


@on(
    ("options", "moment", "reason"),
    [
        ({}, "expires_at", "expired"),
        ({"IDLE_TIMEOUT": 3600}, "last_used", "idle"),
        ({"ABSOLUTE_TIMEOUT": 3600}, "authenticated_at", "lifetime"),
    ],
)
def test_an_expired_session_is_shown_by_its_id(db, settings, options, moment, reason):
    settings.SESSIONS_API = options
    alice = UserFactory.create()
    client, other = sign_in(alice), sign_in(alice)
    other_id = session_id(other)
    Session.objects.filter(pk=other_id).update(**{moment: timezone.now() - timedelta(hours=2)})
    item = client.get(path_of(other_id)).json()
    assert (item["state"], item["end_reason"], item["ended_at"]) == ("expired", reason, None)
    assert listed(client) == [session_id(client)]


def test_an_invalid_session_is_shown_by_its_id(db, settings):
    alice = UserFactory.create()
    client, outdated, lost = sign_in(alice), sign_in(alice), sign_in(alice)
    outdated_id, lost_id = session_id(outdated), session_id(lost)
    lose(settings, lost)
    client.get("/do/password:another/")
    for pk, reason in ((outdated_id, "credentials"), (lost_id, "lost")):
        item = client.get(path_of(pk)).json()
        assert (item["state"], item["end_reason"], item["ended_at"]) == ("invalid", reason, None)
    assert listed(client) == [session_id(client)]


@on(("hours", "is_capped"), [(1, True), (24 * 365, False)])
def test_the_expiry_shown_respects_the_absolute_timeout(db, settings, hours, is_capped):
    settings.SESSIONS_API = {"ABSOLUTE_TIMEOUT": timedelta(hours=hours)}
    client = sign_in(UserFactory.create())
    session = row(client)
    cap = session.authenticated_at + timedelta(hours=hours)
    shown = {
        client.get(CURRENT).json()["expires_at"],
        client.get(path_of(client)).json()["expires_at"],
        client.get(SESSIONS).json()["results"][0]["expires_at"],
    }
    assert {datetime.fromisoformat(text) for text in shown} == {
        cap if is_capped else session.expires_at
    }


def test_the_absolute_timeout_of_an_adopted_session_counts_from_its_adoption(db, settings):
    settings.SESSIONS_API = {"ABSOLUTE_TIMEOUT": timedelta(hours=1)}
    client = sign_in(UserFactory.create())
    Session.objects.update(authenticated_at=None, adopted=True)
    item = client.get(CURRENT).json()
    assert item["authenticated_at"] is None
    created_at, expires_at = (datetime.fromisoformat(item[n]) for n in ("created_at", "expires_at"))
    assert expires_at == created_at + timedelta(hours=1)


@on(
    "site",
    [
        {"TIME_ZONE": "UTC"},
        {"TIME_ZONE": "Asia/Tokyo"},
        {"TIME_ZONE": "America/New_York"},
        {"REST_FRAMEWORK": {"DATETIME_FORMAT": "%d.%m.%Y"}},
    ],
)
def test_times_are_rfc_3339_in_utc_whatever_the_site_is_set_to(transactional_db, settings, site):
    for name, value in site.items():
        setattr(settings, name, value)
    alice = UserFactory.create()
    client, other = sign_in(alice), sign_in(alice)
    path = path_of(other)
    delete(client, path)
    item = client.get(path).json()
    for name in ("created_at", "authenticated_at", "last_used", "expires_at", "ended_at"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", item[name]), name
    ended_at = datetime.fromisoformat(item["ended_at"])
    assert abs(ended_at - timezone.now()) < timedelta(minutes=5)


@on("path", [SESSIONS, CURRENT, "own", "other", "ended", "missing"])
def test_the_page_for_people_renders(transactional_db, settings, path):
    alice = UserFactory.create()
    client, other, ended = (sign_in(alice) for _ in range(3))
    secrets = [s for browser in (client, other, ended) for s in secrets_of(browser, settings)]
    paths = {"own": client, "other": other, "ended": ended, "missing": uuid.uuid4()}
    path = path_of(paths[path]) if path in paths else path
    delete(client, path_of(ended))
    response = client.get(path, headers={"accept": "text/html"})
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    page = response.content.decode()
    assert alice.username in page
    assert (FIREFOX in page) is (response.status_code == 200)
    assert [secret for secret in secrets if secret in page] == []


def test_the_page_for_people_escapes_what_browsers_say(db):
    client = sign_in(UserFactory.create(), **{"user-agent": "<script>alert(1)</script>"})
    page = client.get(SESSIONS, headers={"accept": "text/html"}).content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page


def test_the_page_for_people_turns_strangers_away(db):
    response = Client().get(SESSIONS, headers={"accept": "text/html"})
    assert response.status_code == 401
    assert "Authentication credentials were not provided." in response.content.decode()


def test_a_head_request_says_what_a_get_would(db):
    client = sign_in(UserFactory.create())
    head, get = client.head(SESSIONS), client.get(SESSIONS)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Type"] == get.headers["Content-Type"]
    assert json.loads(get.content)["results"]
