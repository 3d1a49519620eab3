"""What the paths of every dialect promise: JSON, 405 to anybody, failures in their own words."""

import logging
from typing import Any

import pytest
from django.contrib.auth import user_logged_out
from django.core.signals import got_request_exception
from django.db import connection
from django.urls import URLPattern, get_resolver
from rest_framework.schemas.generators import EndpointEnumerator

from sessions_api.dialects.identifiers import uuid_of
from sessions_api.dialects.views import DialectViewSet
from sessions_api.models import Session
from tests.dialects.callers import NOBODYS, Browser, Caller, TokenClient, failing
from tests.factories import UserFactory
from tests.site.throttles import OneADay

pytestmark = pytest.mark.django_db(transaction=True)


DIALECTS = ["ory", "hanko", "torii", "flashback"]
LISTS = {
    "ory": "/ory/sessions",
    "hanko": "/hanko/users/{user}/sessions",
    "torii": "/torii/_torii/users/me/sessions",
    "flashback": "/flashback/sessions",
}
MEDIA_TYPES = {
    "ory": ("application/json; charset=utf-8", "application/json"),
    "hanko": ("application/json", "application/json"),
    "torii": ("application/json", "application/problem+json"),
    "flashback": ("application/json", "application/json"),
}
"""Of an answer, and of an error."""
ERROR_FIELDS = {
    "ory": {"error"},
    "hanko": {"code", "message"},
    "torii": {"type", "title", "status", "detail", "instance"},
    "flashback": {"success", "error"},
}


@pytest.fixture
def failing_receiver():
    """Have a receiver of the site's fail when somebody has signed out."""

    def fail(sender, **kwargs):
        raise RuntimeError("The site's receiver fails.")

    user_logged_out.connect(fail)
    yield
    user_logged_out.disconnect(fail)


def list_of(dialect, user):
    return LISTS[dialect].format(user=uuid_of(user.pk))


def paths():
    """Return every path of every dialect that a viewset answers, and its methods, by dialect."""
    found = []
    for dialect in DIALECTS:
        for pattern in get_resolver(f"sessions_api.dialects.{dialect}.urls").url_patterns:
            actions: dict[str, str] | None = getattr(pattern.callback, "actions", None)
            if isinstance(pattern, URLPattern) and actions is not None:
                route = str(pattern.pattern)
                for name in ("user_id", "session_id", "identity_id"):
                    route = route.replace(f"<str:{name}>", NOBODYS[0])
                found.append((dialect, f"/{dialect}/{route}", actions.keys() - {"head"}))
    return found


PATHS = [pytest.param(*each, id=each[1]) for each in paths()]


def assert_error(dialect, response, status):
    assert response.status_code == status
    assert response.headers["Content-Type"] == MEDIA_TYPES[dialect][1]
    assert response.json().keys() >= ERROR_FIELDS[dialect]
    assert "detail" not in response.json() or dialect == "torii"


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    "accept",
    [
        *("application/json", "*/*", "text/html", "application/xml", "image/png;q=0", "nonsense"),
        *("application/problem+json", "application/json; version=99", "", ";;", "é", "a" * 5000),
    ],
)
def test_the_answer_is_json_whatever_is_accepted(root, dialect, accept):
    path = list_of(dialect, root.row.user)
    response = root.get(path, headers={"accept": accept})
    assert response.status_code == 200
    assert response.headers["Content-Type"] == MEDIA_TYPES[dialect][0]
    response.json()
    assert_error(dialect, Caller().get(path, headers={"accept": accept}), 401)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("format", ["api", "json", "xml", "nonsense"])
def test_the_answer_is_json_whatever_format_the_query_names(root, dialect, format):
    response = root.get(f"{list_of(dialect, root.row.user)}?format={format}")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == MEDIA_TYPES[dialect][0]


@pytest.mark.parametrize(("dialect", "path", "methods"), PATHS)
def test_a_method_that_a_path_does_not_have_is_not_allowed_to_anybody(root, dialect, path, methods):
    callers = [Caller(), Browser(UserFactory.create()), root, Caller(authorization="Bearer x")]
    others = {"get", "post", "put", "patch", "delete", "trace", "frobnicate"} - methods
    before = list(Session.objects.order_by("pk").values())
    for method in others:
        for client in callers:
            response = client.ask(method.upper(), path)
            assert_error(dialect, response, 405)
            allowed = {name.lower() for name in response.headers["Allow"].split(", ")}
            assert methods <= allowed
            assert method not in allowed
    assert list(Session.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_page_of_another_site_hears_of_a_wrong_method_too(root, dialect):
    browser = Browser(root.row.user)
    path = list_of(dialect, root.row.user)
    assert_error(dialect, browser.ask("PATCH", path, origin="https://evil.example"), 405)


@pytest.mark.parametrize(("dialect", "path", "methods"), PATHS)
def test_no_answer_is_stored_by_a_cache(root, dialect, path, methods):
    user = UserFactory.create()
    for client in (Caller(), TokenClient(user), Browser(user), root):
        for method in [*methods, "options", "frobnicate"]:
            response = client.ask(method.upper(), path)
            assert response.status_code < 500
            assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(("passed", "status"), [(0, 503), (1, 500)])
def test_no_failure_is_stored_by_a_cache(root, dialect, passed, status):
    path = list_of(dialect, root.row.user)
    with failing("sessions_api_session", after=passed):
        response = root.get(path)
    assert response.status_code == status
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_failure_is_told_in_the_vendors_shape_and_without_its_reason(root, dialect):
    path = list_of(dialect, root.row.user)
    with failing("sessions_api_session", after=1):
        response = root.get(path)
    assert_error(dialect, response, 500)
    assert "The database is down." not in response.content.decode()


@pytest.mark.parametrize("dialect", DIALECTS)
def test_where_no_token_can_be_looked_up_the_service_is_unavailable(root, dialect, caplog):
    path = list_of(dialect, root.row.user)
    with failing("sessions_api_session"):
        response = root.get(path)
    assert_error(dialect, response, 503)
    assert "The database is down." not in response.content.decode()
    assert not [each for each in caplog.records if each.name == "sessions_api.dialects"]
    assert root.get(path).status_code == 200


@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_engine_that_does_not_answer_takes_nobody_off_the_list(root, dialect):
    browser = Browser(root.row.user)
    path = list_of(dialect, root.row.user)
    before = root.get(path).content.decode()
    with failing("django_session"):
        response = root.get(path)
    assert response.status_code == 200
    assert browser.pk in before
    assert browser.pk in response.content.decode()
    assert browser.user_name == root.row.user.username


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_failure_is_logged_and_signalled_as_any_of_a_site(root, dialect, caplog):
    heard: list[Any] = []

    def hear(sender, request, **kwargs):
        heard.append((sender, request.path))

    got_request_exception.connect(hear)
    path = list_of(dialect, root.row.user)
    try:
        with (
            failing("sessions_api_session", after=1),
            caplog.at_level(logging.ERROR, "sessions_api.dialects"),
        ):
            root.get(path)
    finally:
        got_request_exception.disconnect(hear)
    ((sender, heard_path),) = heard
    assert issubclass(sender, DialectViewSet)
    assert heard_path == path
    (logged,) = [each for each in caplog.records if each.name == "sessions_api.dialects"]
    assert logged.getMessage() == f"{path} failed."
    assert logged.exc_info is not None
    assert root.token not in caplog.text


@pytest.mark.parametrize(
    ("dialect", "method", "path"),
    [
        ("ory", "DELETE", "/ory/admin/sessions/{id}"),
        ("hanko", "POST", "/hanko/logout"),
        ("torii", "DELETE", "/torii/api/server/v1/users/{user}/sessions"),
        ("flashback", "POST", "/flashback/sessions/{id}/revoke"),
    ],
)
def test_an_end_is_in_force_before_the_answer_even_if_the_request_fails(
    root, dialect, method, path, failing_receiver, monkeypatch
):
    me = root.row.user
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", value=True)
    response = root.ask(method, path.format(id=root.pk, user=uuid_of(me.pk)))
    assert_error(dialect, response, 500)
    assert root.row.ended_at is not None
    assert root.get(list_of(dialect, me)).status_code == 401


@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_error_of_the_caller_is_no_failure(root, dialect, caplog):
    heard: list[Any] = []

    def hear(sender, **kwargs):
        heard.append(sender)

    got_request_exception.connect(hear)
    try:
        for client in (Caller(), Caller(authorization="Bearer session_x")):
            assert_error(dialect, client.get(list_of(dialect, root.row.user)), 401)
    finally:
        got_request_exception.disconnect(hear)
    assert heard == []
    assert [each for each in caplog.records if each.levelno >= logging.ERROR] == []


def test_a_request_that_django_itself_refuses_is_left_to_django(root, settings, caplog):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    body = b'{"session_token": "longer than ten"}'
    path = "/hanko/sessions/validate"
    response = root.generic("POST", path, body, content_type="application/json")
    assert response.status_code == 400
    assert "django.security.RequestDataTooBig" in {record.name for record in caplog.records}
    assert "sessions_api.dialects" not in {record.name for record in caplog.records}


def test_no_path_is_in_a_schema_of_the_sites_api():
    endpoints = EndpointEnumerator(urlconf="tests.site.urls").get_api_endpoints()
    described = {path.split("/")[1] for path, *_ in endpoints}
    assert described == {"api"}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_exception_handler_of_the_sites_api_is_not_asked(root, dialect, settings):
    settings.REST_FRAMEWORK = {"EXCEPTION_HANDLER": "nowhere.handler"}
    assert_error(dialect, Caller().get(list_of(dialect, root.row.user)), 401)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_too_many_requests_are_told_in_the_vendors_shape(root, dialect, monkeypatch):
    monkeypatch.setattr(DialectViewSet, "throttle_classes", [OneADay])
    path = list_of(dialect, root.row.user)
    assert root.get(path).status_code == 200
    response = root.get(path)
    assert_error(dialect, response, 429)
    assert int(response.headers["Retry-After"]) > 0


@pytest.mark.parametrize(
    "key", [2**31, -(2**31) - 1, 2**63 - 1, -(2**63), 2**63, 2**100, "alice", ""]
)
def test_a_user_whose_key_the_site_cannot_have_is_nobody(root, key):
    uuid = str(uuid_of(key))
    assert root.get(f"/ory/admin/identities/{uuid}/sessions").json() == []
    body = {"action": "disable", "identities": [uuid]}
    response = root.ask("POST", "/ory/admin/sessions", body)
    assert (response.status_code, response.json()["processed"]) == (200, 0)
    assert root.delete(f"/ory/admin/identities/{uuid}/sessions").status_code == 404
    assert root.get(f"/hanko/users/{uuid}/sessions").status_code == 404
    assert root.get(f"/torii/api/server/v1/users/{uuid}/sessions").status_code == 403
