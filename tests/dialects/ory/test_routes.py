"""In Ory's dialect: which paths there are, for whom, and in which form."""

import re
from uuid import UUID, uuid4

import pytest
from django.urls import clear_script_prefix, get_resolver, set_script_prefix
from rest_framework.versioning import (
    AcceptHeaderVersioning,
    NamespaceVersioning,
    URLPathVersioning,
)
from rest_framework.views import APIView

from sessions_api.dialects.identifiers import uuid_of
from tests.dialects.callers import Browser, Caller
from tests.dialects.ory import expected
from tests.dialects.ory.clients import TokenClient, changeable
from tests.factories import UserFactory
from tests.helpers import later, staff_with

pytestmark = pytest.mark.django_db(transaction=True)


ANYTHING = {"get", "post", "put", "patch", "delete", "options", "trace", "connect"}
ROUTES = {
    "/ory/sessions": {"get", "delete"},
    "/ory/sessions/whoami": ANYTHING,
    "/ory/sessions/{session_id}": {"delete"},
    "/ory/self-service/logout/api": {"delete"},
    "/ory/identities/{identity_id}/sessions": ANYTHING,
    "/ory/admin/sessions": {"get", "post", "delete"},
    "/ory/admin/sessions/whoami": ANYTHING,
    "/ory/admin/sessions/{session_id}": {"get", "delete"},
    "/ory/admin/sessions/{session_id}/extend": {"patch"},
    "/ory/admin/identities/{identity_id}/sessions": {"get", "delete"},
}
"""The methods of every path."""

REDIRECTED = ["/ory/identities/{identity_id}/sessions", "/ory/admin/sessions/whoami"]
OWN_JSON = ["/ory/sessions", "/ory/sessions/whoami"]
ADMIN_JSON = [
    "/ory/admin/sessions",
    "/ory/admin/sessions/{session_id}",
    "/ory/admin/identities/{identity_id}/sessions",
]
ADMIN = {
    "GET /ory/admin/sessions": (["view_session"], 200),
    "GET /ory/admin/sessions/{session_id}": (["view_session"], 200),
    "GET /ory/admin/identities/{identity_id}/sessions": (["view_session"], 200),
    "POST /ory/admin/sessions": (["view_session", "end_session"], 200),
    "DELETE /ory/admin/sessions/{session_id}": (["view_session", "end_session"], 204),
    "DELETE /ory/admin/identities/{identity_id}/sessions": (["view_session", "end_session"], 204),
    "PATCH /ory/admin/sessions/{session_id}/extend": (["view_session", "change_session"], 200),
}
"""What each call of an operator's asks for, and how it is answered."""


def ask(client, call, session):
    """Make a call about a session, or about whose it is."""
    method, path = call.split()
    path = path.format(session_id=session.pk, identity_id=uuid_of(session.user_id))
    body = {"action": "delete", "sessions": [str(session.pk)]} if method == "POST" else None
    return client.ask(method, path, body)


def test_there_are_no_other_paths():
    patterns = get_resolver("sessions_api.dialects.ory.urls").url_patterns
    actions = {
        "/ory/" + re.sub(r"<str:(\w+)>", r"{\1}", str(pattern.pattern)): set(
            vars(pattern.callback).get("actions", ANYTHING)
        )
        for pattern in patterns
    }
    assert {path: methods - {"head"} for path, methods in actions.items()} == ROUTES
    asked = {tuple(call.lower().split()) for call in ADMIN}
    assert asked == {
        (method, path)
        for path, methods in ROUTES.items()
        for method in methods
        if "/admin/" in path
        and methods != ANYTHING
        and (method, path) != ("delete", "/ory/admin/sessions")
    }


@pytest.mark.parametrize(
    "method", ["get", "head", "post", "put", "patch", "delete", "trace", "connect", "propfind"]
)
@pytest.mark.parametrize("path", [path for path, methods in ROUTES.items() if methods != ANYTHING])
def test_a_method_that_a_path_does_not_have_is_405_for_anybody(alice, path, method):
    has = ROUTES[path] | ({"head"} if "get" in ROUTES[path] else set())
    client = TokenClient(alice)
    for caller in (client, Caller()):
        path = path.format(session_id=client.pk, identity_id=uuid_of(alice.pk))
        response = caller.ask(method.upper(), path)
        assert (response.status_code == 405) == (method not in has)
        if response.status_code == 405:
            allowed = set(response.headers["Allow"].lower().split(", "))
            assert allowed == has | {"options"}
            if method != "head":
                message = f'Method "{method.upper()}" not allowed.'
                assert response.json() == expected.error(405, message, reason=message)


@pytest.mark.parametrize(
    "path", [path for path in ROUTES if path not in [*REDIRECTED, "/ory/self-service/logout/api"]]
)
def test_options_answers_whoever_is_signed_in(alice, path):
    client = TokenClient(alice)
    path = path.format(session_id=client.pk, identity_id=uuid_of(alice.pk))
    assert client.ask("OPTIONS", path).status_code == 200
    assert Caller().ask("OPTIONS", path).status_code == 401


@pytest.mark.parametrize("path", [*OWN_JSON, *ADMIN_JSON])
def test_head_answers_as_get_without_a_body(admin, path):
    path = path.format(session_id=admin.pk, identity_id=uuid_of(admin.row.user_id))
    with later(seconds=1):
        got, headed = admin.ask("GET", path), admin.ask("HEAD", path)
    assert (headed.status_code, headed.content) == (200, b"")
    assert {**headed.headers, "Content-Length": ""} == {**got.headers, "Content-Length": ""}


@pytest.mark.parametrize("path", [*OWN_JSON, *ADMIN_JSON, *REDIRECTED])
def test_no_answer_to_get_is_to_be_stored(admin, path):
    statuses = (307, 307) if path in REDIRECTED else (200, 401)
    path = path.format(session_id=admin.pk, identity_id=uuid_of(admin.row.user_id))
    for client, status in zip((admin, Caller()), statuses, strict=True):
        response = client.ask("GET", path)
        assert response.status_code == status
        directives = set(response.headers["Cache-Control"].split(", "))
        assert directives >= {"private", "no-cache", "no-store", "must-revalidate"}


@pytest.mark.parametrize("path", [*OWN_JSON, *ADMIN_JSON])
def test_the_media_type_of_a_body_tells_success_from_error(admin, path):
    path = path.format(session_id=admin.pk, identity_id=uuid_of(admin.row.user_id))
    assert admin.get(path).headers["Content-Type"] == "application/json; charset=utf-8"
    response = Caller().get(path)
    assert (response.status_code, response.headers["Content-Type"]) == (401, "application/json")


def test_a_204_has_no_body(admin, alice):
    others = [TokenClient(alice).row for _ in range(2)]
    for session, call in zip(
        others,
        (
            "DELETE /ory/admin/sessions/{session_id}",
            "DELETE /ory/admin/identities/{identity_id}/sessions",
        ),
        strict=True,
    ):
        response = ask(admin, call, session)
        assert (response.status_code, response.content) == (204, b"")
        assert "Content-Type" not in response.headers


def test_nobody_extends_on_the_public_side(alice):
    client = TokenClient(alice)
    assert client.ask("PATCH", f"/ory/sessions/{client.pk}/extend").status_code == 404


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("caller", ["admin", "anonymous"])
def test_whoami_on_the_admin_side_is_sent_to_the_public_one(request, caller, method):
    client = request.getfixturevalue("admin") if caller == "admin" else Caller()
    response = client.ask(method, "/ory/admin/sessions/whoami")
    assert (response.status_code, response.headers["Location"]) == (307, "/ory/sessions/whoami")


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("tokenize_as=x&y=%2F", "tokenize_as=x&y=%2F"),
        ("expand=identity&expand=devices", "expand=identity&expand=devices"),
        ("x=%C3%A9+%25", "x=%C3%A9+%25"),
        ("x=é", "x=%C3%A9"),
    ],
)
def test_what_is_sent_elsewhere_keeps_its_query(query, kept):
    response = Caller().get(f"/ory/admin/sessions/whoami?{query}")
    assert response.headers["Location"] == f"/ory/sessions/whoami?{kept}"


def test_a_site_where_all_must_be_signed_in_sends_nobody_elsewhere_to_its_login_page(
    admin, settings
):
    settings.MIDDLEWARE = [
        *settings.MIDDLEWARE,
        "django.contrib.auth.middleware.LoginRequiredMiddleware",
    ]
    for path, methods in ROUTES.items():
        path = path.format(session_id=admin.pk, identity_id=uuid_of(admin.row.user_id))
        for method in methods:
            assert Caller().ask(method.upper(), path).status_code in (200, 307, 400, 401)


@pytest.mark.parametrize(
    "identity", [uuid_of(1), uuid4(), "nonsense"], ids=["a user's UUID", "nobody's UUID", "no UUID"]
)
def test_an_identitys_sessions_on_the_public_side_are_sent_to_the_admin_one(identity):
    response = Caller().ask("DELETE", f"/ory/identities/{identity}/sessions")
    location = f"/ory/admin/identities/{identity}/sessions"
    assert (response.status_code, response.headers["Location"]) == (307, location)


def test_ending_the_others_on_the_admin_side_is_sent_to_the_public_one(admin, alice):
    other = TokenClient(admin.row.user)
    before = changeable()
    for client in (admin, TokenClient(alice)):
        response = client.ask("DELETE", "/ory/admin/sessions")
        assert (response.status_code, response.headers["Location"]) == (307, "/ory/sessions")
        assert response.content == b""
    assert changeable().items() >= before.items()
    followed = admin.delete("/ory/admin/sessions", follow=True)
    assert (followed.status_code, followed.json()) == (200, {"count": 1})
    assert other.row.ended_at is not None


@pytest.mark.parametrize("path", ROUTES)
def test_no_path_ends_in_a_slash_or_is_redirected_to_one(admin, path):
    path = path.format(session_id=admin.pk, identity_id=uuid_of(admin.row.user_id))
    for method in ("GET", "DELETE", "PATCH", "POST"):
        assert admin.ask(method, f"{path}/").status_code == 404
        assert admin.ask(method, path).status_code not in (301, 302, 308, 404)


@pytest.mark.urls("sessions_api.dialects.ory.urls")
def test_the_paths_are_the_same_under_no_prefix(alice):
    client = TokenClient(alice)
    other = TokenClient(alice)
    assert client.get("/sessions/whoami").json() == expected.full(client.row)
    assert client.get("/sessions").json() == [expected.full(other.row)]
    assert client.delete(f"/sessions/{other.pk}").status_code == 204
    assert client.get("/admin/sessions").status_code == 403


@pytest.mark.parametrize(
    "versioning", [AcceptHeaderVersioning, NamespaceVersioning, URLPathVersioning]
)
def test_the_versions_of_the_sites_own_api_are_none_of_the_vendors(alice, monkeypatch, versioning):
    monkeypatch.setattr(versioning, "allowed_versions", ["v1"])
    monkeypatch.setattr(APIView, "versioning_class", versioning)
    client = TokenClient(alice)
    assert client.get("/ory/sessions/whoami").json() == expected.full(client.row)


def test_urls_in_answers_lead_to_where_the_site_is_mounted(settings):
    settings.SESSIONS_API = {"ORY_REQUIRED_AAL": "tests.site.levels.of"}
    client = TokenClient(staff_with("view_session"))
    set_script_prefix("/auth/")
    try:
        redirected = client.delete("/ory/admin/sessions", SCRIPT_NAME="/auth")
        refused = client.get("/ory/sessions", SCRIPT_NAME="/auth")
        listed = client.get("/ory/admin/sessions", SCRIPT_NAME="/auth")
    finally:
        clear_script_prefix()
    assert redirected.headers["Location"] == "/auth/ory/sessions"
    login = "http://testserver/auth/ory/self-service/login/browser?aal=aal2"
    assert refused.json()["redirect_browser_to"] == login
    assert listed.headers["Link"].startswith("</auth/ory/admin/sessions?")


def test_every_id_is_a_uuid(admin):
    response = admin.get("/ory/admin/sessions?expand=identity&expand=devices")
    [session] = response.json()
    ids = [session["id"], session["identity"]["id"], session["devices"][0]["id"]]
    assert [str(UUID(each)) for each in ids] == ids
    assert ids[0] == admin.pk


def test_the_cookie_is_the_sites_own_whatever_its_name(alice, settings):
    settings.SESSION_COOKIE_NAME = "ory_kratos_session"
    browser = Browser(alice)
    key = browser.cookies["ory_kratos_session"].value
    for cookie, status in ((f"a=b; ory_kratos_session={key}; c=d", 200), (f"sessionid={key}", 401)):
        response = Caller().get("/ory/sessions/whoami", headers={"cookie": cookie})
        assert response.status_code == status


@pytest.mark.parametrize(
    "accept", ["application/problem+json", "text/html", "*/*", "image/png", "nonsense", ""]
)
@pytest.mark.parametrize("query", ["", "?format=xml", "?format=api"])
def test_the_answer_is_json_whatever_is_accepted(alice, accept, query):
    client = TokenClient(alice)
    response = client.ask("GET", f"/ory/sessions/whoami{query}", accept=accept)
    assert (response.status_code, response.json()["id"]) == (200, client.pk)
    refused = Caller().ask("DELETE", f"/ory/sessions{query}", accept=accept)
    assert (refused.status_code, refused.json()) == (401, expected.unauthorized())


@pytest.mark.parametrize("call", ADMIN)
def test_operators_calls_are_for_staff_with_the_permission(alice, call):
    session = TokenClient(alice).row
    permissions, status = ADMIN[call]
    refused = {
        "anonymous": (Caller(), 401),
        "a user": (TokenClient(UserFactory.create()), 403),
        "the owner": (TokenClient(alice), 403),
        "staff without a permission": (TokenClient(staff_with()), 403),
        "staff who may not see": (TokenClient(staff_with("change_session", "end_session")), 403),
    }
    before = changeable()
    for name, (client, code) in refused.items():
        response = ask(client, call, session)
        assert response.status_code == code, name
        assert response.json() == (
            expected.unauthorized()
            if code == 401
            else expected.error(
                403,
                expected.FORBIDDEN,
                reason="You do not have permission to perform this action.",
            )
        )
    assert changeable() == before
    assert ask(Browser(staff_with(*permissions)), call, session).status_code == status
    assert ask(
        TokenClient(staff_with(is_superuser=True)), call, TokenClient(alice).row
    ).status_code == (status)


@pytest.mark.parametrize(
    "call",
    [
        "DELETE /ory/admin/sessions/{session_id}",
        "DELETE /ory/admin/identities/{identity_id}/sessions",
        "PATCH /ory/admin/sessions/{session_id}/extend",
    ],
)
def test_staff_do_not_touch_the_sessions_of_superusers(admin, call):
    root = staff_with(is_superuser=True)
    session = TokenClient(root).row
    before = changeable()
    response = ask(admin, call, session)
    reason = "You do not have permission to perform this action."
    assert response.status_code == 403
    assert response.json() == expected.error(403, expected.FORBIDDEN, reason=reason)
    assert changeable() == before
    assert ask(TokenClient(root), call, session).status_code == ADMIN[call][1]
