"""The API's description in OpenAPI says what the API does. Needs drf-spectacular."""

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta
from typing import Any

import jsonschema
import pytest
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.settings import patched_settings
from drf_spectacular.validation import validate_schema
from rest_framework.authentication import BasicAuthentication, SessionAuthentication

from sessions_api import lifecycle
from sessions_api.api.admin_views import AdminSessionViewSet
from sessions_api.api.bodies import MAX_BODY
from sessions_api.api.openapi import extensions  # noqa: F401 (registers itself: drf-spectacular is no app here)
from sessions_api.api.views import OwnSessionViewSet
from sessions_api.listing.filters import StaffSessionFilter
from sessions_api.models import EndReason, Session
from sessions_api.validity import State
from tests.api.endpoints import CALLERS, MALFORMED, ROWS
from tests.factories import PASSWORD, UserFactory
from tests.helpers import bearer
from tests.site.throttles import OneADay

VERSIONS = ["3.0.3", "3.1.0"]
OPERATIONS = {
    "GET /api/sessions/": "sessions_list",
    "POST /api/sessions/": "sessions_sign_in",
    "DELETE /api/sessions/": "sessions_end_others",
    "GET /api/sessions/current/": "sessions_current",
    "DELETE /api/sessions/current/": "sessions_sign_out",
    "GET /api/sessions/current/status/": "sessions_status",
    "POST /api/sessions/current/keep-alive/": "sessions_keep_alive",
    "POST /api/sessions/current/reauthenticate/": "sessions_reauthenticate",
    "POST /api/sessions/tokens/": "sessions_make_token",
    "GET /api/sessions/{id}/": "sessions_get",
    "PATCH /api/sessions/{id}/": "sessions_rename",
    "DELETE /api/sessions/{id}/": "sessions_end",
    "GET /api/admin/sessions/": "sessions_admin_list",
    "POST /api/admin/sessions/end/": "sessions_admin_end_matching",
    "GET /api/admin/sessions/{id}/": "sessions_admin_get",
    "DELETE /api/admin/sessions/{id}/": "sessions_admin_end",
    "POST /api/admin/sessions/{id}/extend/": "sessions_admin_extend",
    "GET /api/admin/users/{user_id}/sessions/": "sessions_admin_list_of_user",
    "DELETE /api/admin/users/{user_id}/sessions/": "sessions_admin_end_of_user",
}

WANTS_PROOF = {
    "DELETE /api/sessions/",
    "DELETE /api/sessions/{id}/",
    "POST /api/admin/sessions/end/",
    "DELETE /api/admin/sessions/{id}/",
    "DELETE /api/admin/users/{user_id}/sessions/",
}
"""Operations for which a user may have to confirm who they are."""
TRIES = {
    "POST /api/sessions/": {"username": "x", "password": "x"},
    "POST /api/sessions/current/reauthenticate/": {"password": "x"},
}
"""Operations that try passwords, and wrong ones."""

OURS: list[dict[str, list[str]]] = [{"sessionToken": []}, {"sessionTokenHeader": []}]

MADE: list[dict[str, Any]] = []


@pytest.fixture
def generate(settings):
    """Return a function that makes the document of the test site, without a warning."""
    settings.REST_FRAMEWORK = {"DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema"}

    def make(version="3.1.0"):
        GENERATOR_STATS.reset()
        with patched_settings({"OAS_VERSION": version}):
            made = SchemaGenerator(urlconf="tests.site.urls").get_schema(public=True)
        assert not GENERATOR_STATS
        return json.loads(OpenApiJsonRenderer().render(made))

    return make


@pytest.fixture
def document(generate):
    """Return the document of the test site, made once."""
    if not MADE:
        MADE.append(generate())
    return MADE[0]


def operations(document):
    """Return the operations by their methods and paths."""
    return {
        f"{method.upper()} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def parameters(operation):
    return {parameter["name"]: parameter for parameter in operation.get("parameters", [])}


def resolved(document, described):
    """Return what a schema refers to, or itself."""
    if "$ref" not in described:
        return described
    return document["components"]["schemas"][described["$ref"].rpartition("/")[2]]


def schema_of(document, answer):
    """Return the schema of an answer's body."""
    return resolved(document, answer["content"]["application/json"]["schema"])


def problems(document, described, value):
    """Return what is wrong with a value."""
    validator = jsonschema.Draft202012Validator(
        {**described, "components": document["components"]},
        format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER,
    )
    return [error.message for error in validator.iter_errors(value)]


def assert_documented(document, name, response):
    """Check that an operation may answer so."""
    answers = operations(document)[name.replace("{query}", "")]["responses"]
    assert str(response.status_code) in answers
    answer = answers[str(response.status_code)]
    assert answer["headers"].keys() <= {header.title() for header in response.headers}
    if "content" not in answer:
        assert response.content == b""
    else:
        described = answer["content"]["application/json"]["schema"]
        assert problems(document, described, response.json()) == []


@pytest.mark.parametrize("version", VERSIONS)
def test_the_document_is_valid_and_names_every_operation(generate, version):
    document = generate(version)
    validate_schema(document)
    assert {
        name: operation["operationId"] for name, operation in operations(document).items()
    } == OPERATIONS
    assert {name.replace("{query}", "") for name in ROWS} == OPERATIONS.keys()
    assert all(operation["summary"] for operation in operations(document).values())


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("name", ROWS)
def test_what_everybody_gets_is_documented(document, people, name, caller):
    assert_documented(document, name, people.ask(ROWS[name], caller))


@pytest.mark.parametrize(
    ("name", "wrong"), [(name, wrong) for name, wrong in MALFORMED if wrong != "no method"]
)
def test_what_a_malformed_request_gets_is_documented(document, people, name, wrong):
    changes, *_ = ROWS[name].malformed[wrong]
    assert_documented(document, name, people.ask(ROWS[name], "right caller", **changes))


def test_a_conflict_is_documented(document, people):
    name = "POST /api/admin/sessions/{id}/extend/"
    gone = people.names("right caller")["id"]
    people.ask(ROWS["DELETE /api/admin/sessions/{id}/"], "right caller")
    response = people.client("right staff").post(f"/api/admin/sessions/{gone}/extend/")
    assert response.status_code == 409
    assert_documented(document, name, response)


@pytest.mark.parametrize("name", ["DELETE /api/sessions/{query}", "DELETE /api/sessions/{id}/"])
def test_that_a_password_is_to_be_confirmed_is_documented(document, people, settings, name):
    settings.SESSIONS_API = {"REAUTHENTICATION_AGE": 300}
    Session.objects.update(authenticated_at="2026-01-01T00:00:00Z")
    response = people.ask(ROWS[name], "right caller")
    assert (response.status_code, response.json()["code"]) == (403, "reauthentication_required")
    assert_documented(document, name, response)


def test_where_more_may_be_asked_an_example_has_the_code(document):
    known = set(document["components"]["schemas"]["SessionsApiErrorCode"]["enum"])
    with_code = {}
    for name, operation in operations(document).items():
        answer = (
            operation["responses"].get("403", {}).get("content", {}).get("application/json", {})
        )
        shown = [example["value"] for example in answer.get("examples", {}).values()]
        if codes := {value["code"] for value in shown if "code" in value}:
            with_code[name] = codes
            assert codes <= known
    assert with_code.pop("POST /api/sessions/") <= {
        *("second_factor_unsupported", "session_limit_reached"),
        *("sign_in_disabled", "sign_in_incomplete", "sign_in_refused"),
    }
    assert with_code.pop("POST /api/sessions/current/reauthenticate/") == {
        *("impersonation", "reauthentication_required"),
    }
    assert with_code.pop("POST /api/sessions/tokens/") == {
        *("reauthentication_required", "session_limit_reached", "token_not_possible"),
    }
    assert with_code == {name: {"reauthentication_required"} for name in WANTS_PROOF}


def test_names_do_not_collide_with_those_of_the_site(document):
    ours = {name for name in document["components"]["schemas"] if "SessionsApi" not in name}
    assert ours == set()
    assert all(name.startswith("sessions_") for name in OPERATIONS.values())


def test_a_client_has_one_type_for_a_refusal_wherever_it_occurs(document):
    for operation in operations(document).values():
        for status, answer in operation["responses"].items():
            if "content" in answer and int(status) >= 202:
                assert answer["content"]["application/json"]["schema"].keys() == {"$ref"}


def test_a_reader_that_looks_at_names_alone_tells_an_error_from_those_of_fields(document):
    bad_request = document["components"]["schemas"]["SessionsApiBadRequest"]["anyOf"]
    first, _ = (resolved(document, each) for each in bad_request)
    assert first["required"] == ["detail"]


@pytest.mark.parametrize("name", ["POST /api/sessions/", "POST /api/sessions/tokens/"])
def test_that_there_are_as_many_sessions_as_may_be_is_documented(document, settings, name, alice):
    settings.SESSIONS_API = {**settings.SESSIONS_API, "MAX_SESSIONS_PER_USER": 1}
    settings.SESSIONS_API["ON_LIMIT"] = "refuse"
    token = lifecycle.issue_token(alice, methods=["password"]).token
    credentials = {"username": "alice", "password": PASSWORD}
    headers = bearer(token) if "tokens" in name else {}
    body = {} if "tokens" in name else credentials
    response = Client(headers=headers).post(
        name.removeprefix("POST "), body, content_type="application/json"
    )
    assert (response.status_code, response.json()["code"]) == (403, "session_limit_reached")
    assert_documented(document, name, response)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("POST /api/sessions/tokens/", "token_not_possible"),
        ("POST /api/sessions/current/reauthenticate/", "impersonation"),
    ],
)
def test_what_somebody_in_anothers_place_gets_is_documented(document, alice, name, code):
    issued = lifecycle.issue_token(alice, methods=["password"])
    Session.objects.update(impersonator=UserFactory.create())
    client = Client(headers=bearer(issued.token))
    response = client.post(name.removeprefix("POST "), {}, content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (403, code)
    assert_documented(document, name, response)


def test_the_examples_of_a_refusal_are_by_reason(document):
    answers = operations(document)["POST /api/admin/sessions/end/"]["responses"]
    examples = answers["403"]["content"]["application/json"]["examples"]
    assert examples.keys() == {"Permission", "Csrf", "Reauthentication"}
    assert "not provided" not in json.dumps(answers["403"])
    assert "not provided" in json.dumps(answers["401"])


@pytest.mark.parametrize("name", [name for name in ROWS if name.startswith(("POST", "PATCH"))])
def test_a_body_of_another_media_type_is_documented(document, people, name):
    endpoint = ROWS[name]
    names = people.names("right caller")
    caller = people.client("right staff" if endpoint.is_for_staff else "right caller")
    path = endpoint.path.format(**names)
    response = caller.generic(endpoint.method, path, "x", content_type="text/plain")
    assert response.status_code == 415
    assert_documented(document, name, response)


@pytest.mark.parametrize("name", [name for name in ROWS if name.startswith(("POST", "PATCH"))])
def test_a_body_that_is_too_large_is_documented(document, people, name):
    body = {"username": "x" * MAX_BODY}
    response = people.ask(ROWS[name], "right caller", body=body)
    assert response.status_code == 413
    assert_documented(document, name, response)


@pytest.mark.parametrize(("name", "credentials"), TRIES.items())
def test_too_many_tries_are_documented(document, people, name, credentials):
    for _ in range(11):
        response = people.ask(ROWS[name], "right caller", body=credentials)
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) > 0
    assert_documented(document, name, response)


def test_too_many_requests_are_documented_where_they_are_counted(generate, document, monkeypatch):
    def throttled(document):
        described = operations(document).items()
        return {name for name, operation in described if "429" in operation["responses"]}

    assert throttled(document) == TRIES.keys()
    for view in (OwnSessionViewSet, AdminSessionViewSet):
        monkeypatch.setattr(view, "throttle_classes", [OneADay])
    assert throttled(generate()) == OPERATIONS.keys()


@pytest.mark.parametrize("caller", ["right caller", "wrong user"])
@pytest.mark.parametrize("name", [name for name, endpoint in ROWS.items() if endpoint.body])
def test_what_is_documented_as_a_body_is_taken(document, people, name, caller):
    endpoint = ROWS[name]
    assert endpoint.body is not None
    body = operations(document)[name]["requestBody"]
    assert body.get("required", False) is (name != "POST /api/sessions/tokens/")
    described = body["content"]["application/json"]
    examples = [example["value"] for example in described.get("examples", {}).values()]
    values = [value for value in examples if not value.keys() & {"password", "otp"}]  # nobody's
    for value in [*values, endpoint.body(people.names(caller))]:
        assert problems(document, described["schema"], value) == []
        response = people.ask(endpoint, caller, body=value)
        assert response.status_code == endpoint.answers[caller]


@pytest.mark.parametrize(
    ("name", "wrong"), [(name, w) for name, w in MALFORMED if "body" in ROWS[name].malformed[w][0]]
)
def test_a_malformed_body_is_not_documented(document, name, wrong):
    if "extend" in name or "keep-alive" in name:
        assert "requestBody" not in operations(document)[name]
        return
    described = operations(document)[name]["requestBody"]["content"]["application/json"]
    body = ROWS[name].malformed[wrong][0]["body"]
    beyond_schema = {"a surrogate", "a time out of time", "a wrong one", "wrong ones"}
    assert bool(problems(document, described["schema"], body)) is (wrong not in beyond_schema)


def test_every_example_is_what_its_schema_says(document):
    count = 0
    for operation in operations(document).values():
        contents = [operation.get("requestBody", {}), *operation["responses"].values()]
        for content in contents:
            described = content.get("content", {}).get("application/json", {})
            for example in described.get("examples", {}).values():
                assert problems(document, described["schema"], example["value"]) == []
                count += 1
    assert count > len(OPERATIONS)


def test_the_example_of_a_sign_in_is_what_its_request_gets(document, client, transactional_db):
    described = operations(document)["POST /api/sessions/"]
    body = described["requestBody"]["content"]["application/json"]
    (sent,) = [example["value"] for example in body["examples"].values()]
    (shown,) = described["responses"]["201"]["content"]["application/json"]["examples"].values()
    UserFactory.create(username=sent["username"], password=sent["password"])
    headers = {"user-agent": shown["value"]["user_agent"]}
    got = client.post("/api/sessions/", sent, headers=headers, REMOTE_ADDR="203.0.113.7").json()
    lives = [
        datetime.fromisoformat(each["expires_at"]) - datetime.fromisoformat(each["created_at"])
        for each in (got, shown["value"])
    ]
    assert lives == [timedelta(days=30)] * 2
    times = {
        "created_at",
        "authenticated_at",
        "last_used",
        "expires_at",
        "idle_expires_at",
        "ends_at",
    }
    changing = {"id", "token", *times}
    assert {name: got[name] for name in got.keys() - changing} == {
        name: shown["value"][name] for name in shown["value"].keys() - changing
    }


def test_a_renewed_session_is_shown_as_the_current_one(document):
    described = operations(document)["POST /api/sessions/current/reauthenticate/"]
    (shown,) = described["responses"]["200"]["content"]["application/json"]["examples"].values()
    assert shown["value"]["is_current"]


def test_texts_are_for_whoever_calls_and_not_for_whoever_programs(document):
    text = json.dumps(document)
    assert "``" not in text
    assert not [
        verb for verb in ("Return ", "Tell ", "Raises ") if f'"description": "{verb}' in text
    ]
    for operation in operations(document).values():
        assert operation["description"]


def test_the_answer_of_a_list_is_called_a_page(document):
    described = operations(document).values()
    pages = {
        operation["operationId"]
        for operation in described
        if operation["responses"].get("200", {}).get("description") == "A page of sessions."
    }
    assert pages == {"sessions_list", "sessions_admin_list", "sessions_admin_list_of_user"}


def test_a_list_has_every_filter_and_a_bulk_end_has_them_too(document):
    page = {"cursor", "ordering", "page_size"}
    filters = StaffSessionFilter.base_filters.keys()
    described = operations(document)
    assert parameters(described["GET /api/admin/sessions/"]).keys() == filters | page
    assert parameters(described["GET /api/sessions/"]).keys() == filters - {"user", "search"} | page
    assert parameters(described["DELETE /api/sessions/"]).keys() == {"include_current"}
    body = described["POST /api/admin/sessions/end/"]["requestBody"]["content"]["application/json"]
    by_filter, everything = body["schema"]["oneOf"]
    assert by_filter["properties"].keys() == filters | {"all", "dry_run"}
    assert everything["properties"].keys() == {"state", "all", "dry_run"}


def test_enumerations_have_names(document):
    components = document["components"]["schemas"]
    assert components["SessionsApiEndReason"]["enum"] == [*EndReason.values, ""]
    assert components["SessionsApiDeviceType"]["enum"] == [
        *("desktop", "mobile", "tablet", "tv", "console", "bot"),
        "",
    ]
    for name in ("SessionsApiEndReason", "SessionsApiDeviceType"):
        assert components[name]["x-enum-varnames"][-1] == "EMPTY"
    assert components["SessionsApiState"]["enum"] == State.values
    assert State.values == ["active", "unknown", "ended", "expired", "invalid"]
    assert components["SessionsApiSession"]["properties"]["expires_at"]["format"] == "date-time"
    assert components["SessionsApiSession"]["required"] == sorted(
        components["SessionsApiSession"]["properties"]
    )


def test_every_way_to_authenticate_is_documented_ours_first(generate, monkeypatch):
    classes = [BasicAuthentication, SessionAuthentication]
    for view in (OwnSessionViewSet, AdminSessionViewSet):
        monkeypatch.setattr(view, "authentication_classes", classes)
    document = generate()
    described = operations(document)
    assert {"401"} == described["GET /api/sessions/"]["responses"].keys() & {"401", "403"}
    for name in ["DELETE /api/sessions/", "GET /api/admin/sessions/"]:
        assert {"401", "403"} <= described[name]["responses"].keys()
    assert described["GET /api/sessions/"]["security"] == [
        *OURS,
        {"basicAuth": []},
        {"cookieAuth": []},
    ]


def test_the_sites_session_cookie_is_the_way_in(generate, settings, monkeypatch):
    settings.SESSION_COOKIE_NAME = "sid"
    for view in (OwnSessionViewSet, AdminSessionViewSet):
        monkeypatch.setattr(view, "authentication_classes", [SessionAuthentication])
    document = generate()
    assert document["components"]["securitySchemes"] == {
        "sessionToken": {"type": "http", "scheme": "bearer"},
        "sessionTokenHeader": {"type": "apiKey", "in": "header", "name": "X-Session-Token"},
        "cookieAuth": {"type": "apiKey", "in": "cookie", "name": "sid"},
    }
    for name, operation in operations(document).items():
        is_open = name == "POST /api/sessions/"
        assert operation["security"] == ([] if is_open else [*OURS, {"cookieAuth": []}])


def test_a_project_that_installs_drf_spectacular_has_it_all():
    command = ["spectacular", "--validate", "--fail-on-warn", "--format", "openapi-json"]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TEST_")}
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "django", *command],
        env={**environ, "DJANGO_SETTINGS_MODULE": "tests.projects.openapi.settings"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    described = operations(json.loads(done.stdout))
    assert described["GET /api/sessions/"]["operationId"] == "sessions_list"
    for name in ["GET /api/admin/sessions/", "GET /api/admin/users/{user_id}/sessions/"]:
        key = parameters(described[name]).get("user_id", parameters(described[name])["user"])
        assert key["schema"] == {"type": "string", "format": "uuid"}
