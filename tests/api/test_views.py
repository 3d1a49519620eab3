"""What a user sees of their own sessions, and how they end them, over HTTP."""

import json
import re
import uuid
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication

from sessions_api import lifecycle, validity
from sessions_api.api.views import OwnSessionViewSet
from sessions_api.models import EndReason, Session
from tests.api.clients import (
    browser_with_csrf,
    csrf,
    delete,
    listed,
    on_each_engine,
    path_of,
    row,
    secrets_of,
)
from tests.factories import SessionFactory, UserFactory
from tests.helpers import (
    CURRENT,
    FIREFOX,
    SESSIONS,
    later,
    lose,
    name_of,
    session_id,
)

pytestmark = pytest.mark.usefixtures("bystander")


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


@pytest.fixture(params=[Token, NamelessToken])
def token_caller(request, monkeypatch, settings, transactional_db):
    """Return a user whose requests, made with their name in a header, have no session behind them."""
    monkeypatch.setattr(OwnSessionViewSet, "authentication_classes", [request.param])
    return UserFactory.create()


def test_the_list_begins_with_the_session_used_last(db):
    alice = UserFactory.create()
    clients = [browser_with_csrf(alice) for _ in range(3)]
    with later(minutes=2):
        name_of(clients[1])
    assert listed(clients[0]) == [session_id(clients[n]) for n in (1, 2, 0)]


@pytest.mark.parametrize("method", ["get", "delete"])
def test_someone_elses_session_is_not_found_and_lives_on(transactional_db, method):
    alice, bob = browser_with_csrf(UserFactory.create()), browser_with_csrf(UserFactory.create())
    theirs = getattr(alice, method)(path_of(bob), headers=csrf(alice))
    nobodys = getattr(alice, method)(path_of(uuid.uuid4()), headers=csrf(alice))
    assert theirs.status_code == nobodys.status_code == 404
    assert theirs.content == nobodys.content
    assert row(bob).ended_at is None
    assert name_of(bob) == row(bob).user.username
    assert listed(bob) == [session_id(bob)]


def test_a_superuser_has_no_more_rights_here(transactional_db):
    admin = browser_with_csrf(UserFactory.create(is_superuser=True, is_staff=True))
    bob = browser_with_csrf(UserFactory.create())
    assert admin.get(path_of(bob)).status_code == 404
    assert delete(admin, path_of(bob)).status_code == 404
    assert listed(admin) == [session_id(admin)]
    assert name_of(bob)


def test_a_login_whose_response_is_on_its_way_is_not_found(db):
    alice = UserFactory.create()
    client = browser_with_csrf(alice)
    pending = SessionFactory.create(user=alice, expires_at=None)
    assert client.get(path_of(pending.pk)).status_code == 404
    assert listed(client) == [session_id(client)]


@pytest.mark.parametrize("method", ["get", "delete"])
@pytest.mark.parametrize(
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
    client = browser_with_csrf(UserFactory.create())
    path = path_of(malformed.replace("{id}", session_id(client)))
    assert getattr(client, method)(path, headers=csrf(client)).status_code == 404
    assert listed(client) == [session_id(client)]


CALLS = [
    *[(method, SESSIONS) for method in ("get", "head", "post", "delete")],
    *[(method, CURRENT) for method in ("get", "delete")],
    *[(method, "own") for method in ("get", "patch", "delete")],
]


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_a_parameter_that_nobody_knows_is_refused_and_named(db, method, path):
    client = browser_with_csrf(UserFactory.create())
    path = path_of(session_id(client)) if path == "own" else path
    response = getattr(client, method)(f"{path}?page=2&colour=", headers=csrf(client))
    assert response.status_code == 400
    if method != "head":
        assert sorted(response.json()) == ["colour", "page"]
    assert listed(client) == [session_id(client)]


@pytest.mark.parametrize(
    "query", ["format=json", "page_size=5&ordering=created_at", "kind=browser"]
)
def test_a_parameter_that_is_known_is_taken(db, query):
    client = browser_with_csrf(UserFactory.create())
    assert client.get(f"{SESSIONS}?{query}").status_code == 200


@pytest.mark.parametrize("own_id", ["theirs", "made up", "malformed"])
def test_whatever_is_not_found_is_told_by_one_text(db, own_id):
    client, other = (browser_with_csrf(UserFactory.create()) for _ in range(2))
    known = {"theirs": session_id(other), "made up": str(uuid.UUID(int=7)), "malformed": "x"}[
        own_id
    ]
    response = client.get(path_of(known))
    assert (response.status_code, response.json()) == (404, {"detail": "There is no such session."})


def test_an_id_in_capital_letters_is_the_same_id(db):
    client = browser_with_csrf(UserFactory.create())
    answer = client.get(path_of(session_id(client).upper())).json()
    assert answer["id"] == session_id(client)


@pytest.mark.parametrize("method", ["get", "delete"])
@pytest.mark.parametrize("path", [SESSIONS, f"{SESSIONS}?include_current=true", CURRENT, "theirs"])
def test_an_anonymous_caller_is_refused(transactional_db, method, path):
    alice = browser_with_csrf(UserFactory.create())
    path = path_of(alice) if path == "theirs" else path
    stranger = Client(enforce_csrf_checks=True)
    stranger.cookies["csrftoken"] = "a" * 32
    response = getattr(stranger, method)(path, headers=csrf(stranger))
    assert response.status_code == 401
    assert response.json() == {"detail": "Authentication credentials were not provided."}
    assert listed(alice) == [session_id(alice)]


@pytest.mark.parametrize(
    "path", [SESSIONS, f"{SESSIONS}?include_current=true", CURRENT, "own", "other"]
)
def test_a_request_forged_by_another_site_ends_nothing(transactional_db, path):
    alice = UserFactory.create()
    client, other = browser_with_csrf(alice), browser_with_csrf(alice)
    path = {"own": path_of(client), "other": path_of(other)}.get(path, path)
    for headers in ({}, {"x-csrftoken": "a" * 32}):
        response = client.delete(path, headers=headers)
        assert response.status_code == 403
        assert response.json()["detail"].startswith("CSRF Failed")
    assert set(listed(client)) == {session_id(client), session_id(other)}
    assert name_of(other) == alice.username


@on_each_engine
def test_ending_another_session_puts_that_browser_out(engine):
    alice = UserFactory.create()
    client, other = browser_with_csrf(alice), browser_with_csrf(alice)
    other_id = session_id(other)
    response = delete(client, path_of(other_id))
    assert (response.status_code, response.content) == (204, b"")
    assert name_of(other) == ""
    assert other.get(SESSIONS).status_code == 401
    assert name_of(client) == alice.username
    assert listed(client) == [session_id(client)]
    ended = row(other_id)
    assert (ended.end_reason, ended.ended_by) == (EndReason.REVOKED, alice)


@on_each_engine
@pytest.mark.parametrize("own_path", ["current", "id"])
def test_ending_ones_current_session_signs_out(engine, settings, own_path):
    alice = UserFactory.create()
    client, other = browser_with_csrf(alice), browser_with_csrf(alice)
    own_id, cookie = session_id(client), client.cookies[settings.SESSION_COOKIE_NAME].value
    response = delete(client, CURRENT if own_path == "current" else path_of(own_id))
    assert (response.status_code, response.content) == (204, b"")
    deleted = response.cookies[settings.SESSION_COOKIE_NAME]
    assert (deleted.value, deleted["max-age"]) == ("", 0)
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = cookie
    assert name_of(client) == name_of(thief) == ""
    assert client.get(CURRENT).status_code == 401
    assert row(own_id).end_reason == EndReason.LOGOUT
    assert listed(other) == [session_id(other)]


def test_ending_a_session_twice_changes_nothing_the_second_time(transactional_db):
    alice = UserFactory.create()
    client, other = browser_with_csrf(alice), browser_with_csrf(alice)
    path = path_of(other)
    assert delete(client, path).status_code == 204
    first = client.get(path).json()
    with later(minutes=5):
        assert delete(client, path).status_code == 204
        assert client.get(path).json() == first


def test_ending_an_expired_session_is_no_error(transactional_db):
    alice = UserFactory.create()
    client = browser_with_csrf(alice)
    expired = SessionFactory.create(user=alice, expires_at=timezone.now() - timedelta(days=1))
    assert delete(client, path_of(expired.pk)).status_code == 204
    assert client.get(path_of(expired.pk)).json()["state"] == "ended"


@pytest.mark.parametrize(
    "query", ["", "?include_current=false", "?include_current=0", "?format=json"]
)
def test_ending_all_others_counts_those_that_were_active(transactional_db, settings, query):
    alice, bob = UserFactory.create(), browser_with_csrf(UserFactory.create())
    client, *others = [browser_with_csrf(alice) for _ in range(4)]
    lost = browser_with_csrf(alice)
    lose(lost)
    SessionFactory.create(user=alice, expires_at=timezone.now() - timedelta(days=1))
    SessionFactory.create(user=alice, ended_at=timezone.now(), end_reason=EndReason.LOGOUT)
    response = delete(client, SESSIONS + query)
    assert (response.status_code, response.json()) == (200, {"ended": 3})
    assert [name_of(other) for other in others] == ["", "", ""]
    assert name_of(client) == alice.username
    assert listed(client) == [session_id(client)]
    assert name_of(bob)
    assert delete(client, SESSIONS + query).json() == {"ended": 0}


@pytest.mark.parametrize("value", ["true", "1", "True"])
def test_ending_all_signs_the_caller_out_too(transactional_db, settings, value):
    alice, bob = UserFactory.create(), browser_with_csrf(UserFactory.create())
    clients = [browser_with_csrf(alice) for _ in range(3)]
    own_id, other_id = session_id(clients[0]), session_id(clients[1])
    response = delete(clients[0], f"{SESSIONS}?include_current={value}")
    assert (response.status_code, response.json()) == (200, {"ended": 3})
    assert response.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == 0
    assert [name_of(client) for client in clients] == ["", "", ""]
    assert row(own_id).end_reason == EndReason.LOGOUT
    assert row(other_id).end_reason == EndReason.REVOKED
    assert not validity.active_sessions(alice)
    assert name_of(bob)


@pytest.mark.parametrize(
    "value", ["", "perhaps", "2", "-1", "%00", "true%00", "a" * 5000, "none", "[]"]
)
def test_a_bad_include_current_names_the_field_and_ends_nothing(transactional_db, value):
    alice = UserFactory.create()
    client, other = browser_with_csrf(alice), browser_with_csrf(alice)
    response = delete(client, f"{SESSIONS}?include_current={value}")
    assert response.status_code == 400
    assert list(response.json()) == ["include_current"]
    assert set(listed(client)) == {session_id(client), session_id(other)}


@pytest.mark.parametrize("method", ["get", "delete"])
def test_a_caller_without_a_session_is_told_so(token_caller, method):
    browser = browser_with_csrf(token_caller)
    response = getattr(Client(), method)(CURRENT, headers={"x-user": token_caller.username})
    assert response.status_code == 404
    assert response.json() == {"detail": "This request was not authenticated by a session."}
    assert row(browser).ended_at is None


def test_a_caller_without_a_session_sees_and_ends_their_sessions(token_caller):
    browser, other = browser_with_csrf(token_caller), browser_with_csrf(token_caller)
    headers = {"x-user": token_caller.username}
    results = Client().get(SESSIONS, headers=headers).json()["results"]
    assert {item["id"] for item in results} == {session_id(browser), session_id(other)}
    assert not any(item["is_current"] for item in results)
    path = path_of(browser)
    assert Client().get(path, headers=headers).json()["is_current"] is False
    assert Client().delete(path, headers=headers).status_code == 204
    assert (name_of(browser), name_of(other)) == ("", token_caller.username)


@pytest.mark.parametrize("query", ["", "?include_current=false"])
def test_a_caller_without_a_session_must_say_that_all_are_meant(token_caller, query):
    browsers = [browser_with_csrf(token_caller) for _ in range(2)]
    response = Client().delete(SESSIONS + query, headers={"x-user": token_caller.username})
    assert response.status_code == 400
    assert list(response.json()) == ["include_current"]
    assert [name_of(browser) for browser in browsers] == [token_caller.username] * 2


def test_a_caller_without_a_session_ends_all_by_saying_so(token_caller):
    browsers, bob = (
        [browser_with_csrf(token_caller) for _ in range(2)],
        browser_with_csrf(UserFactory.create()),
    )
    response = Client().delete(
        f"{SESSIONS}?include_current=true", headers={"x-user": token_caller.username}
    )
    assert (response.status_code, response.json()) == (200, {"ended": 2})
    assert [name_of(browser) for browser in browsers] == ["", ""]
    assert name_of(bob)


@pytest.mark.parametrize("looked_at", [False, True])
def test_someone_elses_cookie_beside_a_token_is_not_the_callers_session(
    token_caller, settings, looked_at
):
    if looked_at:
        settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.look_at_the_user"]
    own, bobs = browser_with_csrf(token_caller), browser_with_csrf(UserFactory.create())
    headers = {"x-user": token_caller.username}
    assert bobs.get(CURRENT, headers=headers).status_code == 404
    assert bobs.delete(CURRENT, headers=headers).status_code == 404
    results = bobs.get(SESSIONS, headers=headers).json()["results"]
    assert [(item["id"], item["is_current"]) for item in results] == [(session_id(own), False)]
    assert bobs.delete(SESSIONS, headers=headers).status_code == 400
    assert bobs.delete(f"{SESSIONS}?include_current=true", headers=headers).json() == {"ended": 1}
    assert name_of(bobs)
    assert name_of(own) == ""


def test_ones_own_cookie_beside_a_token_is_not_the_callers_session(token_caller):
    own, headers = browser_with_csrf(token_caller), {"x-user": token_caller.username}
    assert own.get(CURRENT, headers=headers).status_code == 404
    assert own.get(path_of(own), headers=headers).json()["is_current"] is False
    assert own.delete(SESSIONS, headers=headers).status_code == 400
    assert own.delete(f"{SESSIONS}?include_current=true", headers=headers).json() == {"ended": 1}
    assert name_of(own) == ""


def test_a_token_is_what_counts_even_where_the_cookies_user_was_looked_at(
    transactional_db, monkeypatch, settings
):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.look_at_the_user"]
    monkeypatch.setattr(OwnSessionViewSet, "authentication_classes", [Token])
    alice = UserFactory.create()
    own, headers = browser_with_csrf(alice), {"x-user": alice.username}
    assert own.get(CURRENT, headers=headers).status_code == 404
    assert own.get(path_of(own), headers=headers).json()["is_current"] is False
    assert own.delete(SESSIONS, headers=headers).status_code == 400


@pytest.mark.parametrize(
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
    client = browser_with_csrf(UserFactory.create())
    headers = {"accept": accept, **csrf(client)}
    response = getattr(client, method)(path, headers=headers)
    assert response.status_code == status
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.parametrize("method", ["get", "delete", "put", "options"])
@pytest.mark.parametrize("path", [SESSIONS, CURRENT, f"{SESSIONS}x/"])
def test_no_refusal_is_stored_by_a_cache(db, method, path):
    for client in (Client(), browser_with_csrf(UserFactory.create())):
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
    client, other, ended, lost = (browser_with_csrf(alice) for _ in range(4))
    expired = SessionFactory.create(user=alice, expires_at=timezone.now() - timedelta(days=1))
    paths = [path_of(browser) for browser in (client, other, ended, lost)]
    delete(client, path_of(ended))
    lose(lost)
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


@pytest.mark.parametrize(
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
    client = browser_with_csrf(UserFactory.create())
    path = path_of(client) if path == "own" else path
    before = list(Session.objects.order_by("pk").values())
    response = client.generic(method, path, headers=csrf(client))
    assert response.status_code == 405
    assert {"GET", "DELETE"} <= set(response.headers["Allow"].split(", "))
    assert list(Session.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("path", [SESSIONS, CURRENT, f"/api/admin{SESSIONS[4:]}"])
def test_an_unknown_method_is_not_allowed_to_anybody(db, client, path):
    assert client.trace(path).status_code == 405


def test_a_preflight_needs_an_authenticated_caller_too(db):
    assert Client().options(SESSIONS).status_code == 401


@pytest.mark.parametrize("path", [SESSIONS, CURRENT, "own", "other", "ended", "missing"])
def test_the_page_for_people_renders(transactional_db, settings, path):
    alice = UserFactory.create()
    client, other, ended = (browser_with_csrf(alice) for _ in range(3))
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
    client = browser_with_csrf(UserFactory.create(), **{"user-agent": "<script>alert(1)</script>"})
    page = client.get(SESSIONS, headers={"accept": "text/html"}).content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page


def test_the_page_for_people_turns_strangers_away(db):
    response = Client().get(SESSIONS, headers={"accept": "text/html"})
    assert response.status_code == 401
    assert "Authentication credentials were not provided." in response.content.decode()


def test_a_head_request_says_what_a_get_would(db):
    client = browser_with_csrf(UserFactory.create())
    head, get = client.head(SESSIONS), client.get(SESSIONS)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Type"] == get.headers["Content-Type"]
    assert json.loads(get.content)["results"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("label", ["Work laptop", "", "  spaces  ", "x" * 100, "Ünïcode 💻"])
def test_the_name_that_an_owner_gives_is_written_and_shown_to_all(alice, label):
    client, other = browser_with_csrf(alice), browser_with_csrf(alice)
    lifecycle.rename(row(other), "before")
    before = row(client).label
    response = client.patch(
        path_of(other), json.dumps({"label": label}), "application/json", headers=csrf(client)
    )
    assert response.status_code == 200
    written = row(other).label
    assert written == response.json()["label"] == label.strip()
    assert client.get(path_of(other)).json()["label"] == written
    assert row(client).label == before
    assert row(other).updated_at > row(other).created_at
