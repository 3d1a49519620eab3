"""In Ory's dialect: every error, word for word."""

import logging
from datetime import timedelta

import pytest
import time_machine
from django.core.signals import got_request_exception
from django.db import OperationalError, connection
from django.utils import timezone

from sessions_api.dialects.identifiers import uuid_of
from sessions_api.exceptions import SessionsUnavailable
from sessions_api.models import Session
from tests.dialects.callers import Browser, Caller, change
from tests.dialects.ory import expected
from tests.dialects.ory.clients import WHOAMI, TokenClient, changeable
from tests.factories import UserFactory
from tests.helpers import staff_with

pytestmark = pytest.mark.django_db(transaction=True)


SESSIONS = "/ory/sessions"
ADMIN = "/ory/admin/sessions"
LOGOUT = "/ory/self-service/logout/api"
SOMEBODY = "01890000-0000-7000-8000-000000000000"

LEVELS = {"ORY_REQUIRED_AAL": "tests.site.levels.of"}


def outcome(response):
    """Return what is the same for every error: its status, and its body."""
    assert response.headers["Content-Type"] == "application/json"
    body = response.json()
    assert response.headers["Ory-Error-Id"] == body["error"].get("id", "")
    return response.status_code, body


@pytest.mark.parametrize(
    "client", [Caller(), Caller(**{"x-session-token": "wrong"})], ids=["none", "wrong"]
)
@pytest.mark.parametrize(
    ("method", "path", "reason"),
    [
        ("GET", WHOAMI, expected.NO_CREDENTIALS),
        ("POST", WHOAMI, expected.NO_CREDENTIALS),
        ("DELETE", WHOAMI, expected.NO_CREDENTIALS),
        ("GET", SESSIONS, expected.NO_COOKIE),
        ("DELETE", SESSIONS, expected.NO_COOKIE),
        ("DELETE", f"{SESSIONS}/{SOMEBODY}", expected.NO_COOKIE),
        ("DELETE", f"{SESSIONS}/nonsense", expected.NO_COOKIE),
        ("GET", ADMIN, expected.NO_COOKIE),
        ("GET", f"{ADMIN}?page_size=nonsense", expected.NO_COOKIE),
        ("GET", f"{ADMIN}/nonsense", expected.NO_COOKIE),
    ],
)
def test_without_a_session_the_answer_is_401(client, method, path, reason):
    response = client.ask(method, path)
    assert outcome(response) == (
        401,
        {
            "error": {
                "code": 401,
                "status": "Unauthorized",
                "reason": reason,
                "message": "The request could not be authorized",
            }
        },
    )


@pytest.mark.parametrize("path", [WHOAMI, SESSIONS])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_too_low_an_assurance_level_is_403_and_says_where_to_go(settings, scheme, path):
    settings.SESSIONS_API = LEVELS
    client = TokenClient(staff_with())
    login = f"{scheme}://testserver/ory/self-service/login/browser?aal=aal2"
    response = client.get(path, secure=scheme == "https")
    assert outcome(response) == (
        403,
        {
            "error": {
                "id": "session_aal2_required",
                "code": 403,
                "status": "Forbidden",
                "details": {"redirect_browser_to": login},
                "message": ("Session does not fulfill the requested Authenticator Assurance Level"),
            },
            "redirect_browser_to": login,
        },
    )


def test_other_paths_do_not_ask_for_an_assurance_level(settings):
    settings.SESSIONS_API = LEVELS
    root = staff_with(is_superuser=True)
    client, others = TokenClient(root), [TokenClient(root) for _ in range(2)]
    assert client.get(WHOAMI).status_code == 403
    assert client.delete(f"{SESSIONS}/{others[0].pk}").status_code == 204
    assert client.delete(SESSIONS).json() == {"count": 1}
    assert client.get(ADMIN).status_code == 200
    assert (
        client.delete(LOGOUT, {"session_token": client.token}, "application/json").status_code
        == 204
    )


def test_no_level_is_asked_for_unless_the_site_says_so(settings):
    client = TokenClient(staff_with())
    Session.objects.update(aal=None)
    assert client.get(WHOAMI).status_code == client.get(SESSIONS).status_code == 200


@pytest.mark.parametrize("is_staff", [False, True])
@pytest.mark.parametrize("aal", [None, 1, 2])
def test_each_user_is_asked_for_the_level_that_is_theirs(settings, aal, is_staff):
    client = TokenClient(UserFactory.create(is_staff=is_staff))
    settings.SESSIONS_API = LEVELS
    Session.objects.update(aal=aal)
    fulfils = aal == 2 or not is_staff
    for path in (WHOAMI, SESSIONS):
        assert client.get(path).status_code == (200 if fulfils else 403)


@pytest.mark.parametrize("path", [WHOAMI, SESSIONS])
def test_a_level_that_cannot_be_determined_is_401_and_logged(settings, caplog, path):
    settings.SESSIONS_API = LEVELS
    response = TokenClient(UserFactory.create(username="nobody")).get(path)
    body = expected.unauthorized("Unable to determine AAL.")
    assert outcome(response) == (401, body)
    [record] = [record for record in caplog.records if record.name == "sessions_api.dialects"]
    assert record.getMessage() == "tests.site.levels.of failed."
    assert record.exc_info is not None
    assert record.exc_info[0] is LookupError


def test_the_level_is_asked_for_before_what_else_is_wrong(settings):
    settings.SESSIONS_API = LEVELS
    assert TokenClient(staff_with()).get(f"{WHOAMI}?tokenize_as=x").status_code == 403


NOT_UUIDS = [
    "nonsense",
    "1",
    "01890000-0000-7000-8000-00000000000",
    "01890000-0000-7000-8000-0000000000000",
    "01890000-0000-7000-8000-00000000000g",
    "0x890000-0000-7000-8000-000000000000",
    "+1890000-0000-7000-8000-000000000000",
    "0_890000-0000-7000-8000-000000000000",
    "%0A1890000-0000-7000-8000-000000000000",
    "01890000-0000-7000-8000-00000000000%20",
    "%D9%A11890000-0000-7000-8000-000000000000",
    "%00",
    "%F0%9F%98%80",
    "%FF",
    "..",
    "' OR 1=1",
    "*",
]


@pytest.mark.parametrize(
    "call",
    [
        "DELETE /ory/sessions/{}",
        "GET /ory/admin/sessions/{}",
        "DELETE /ory/admin/sessions/{}",
        "PATCH /ory/admin/sessions/{}/extend",
        "GET /ory/admin/identities/{}/sessions",
        "DELETE /ory/admin/identities/{}/sessions",
    ],
)
def test_an_id_that_is_no_uuid_is_400(admin, call):
    before = changeable()
    method, path = call.split()
    for text in NOT_UUIDS:
        code, body = outcome(admin.ask(method, path.format(text)))
        reason = body["error"].pop("reason")
        assert (code, body) == (400, expected.error(400, expected.MALFORMED)), text
        assert reason.endswith(" is not a UUID.")
    assert changeable() == before


@pytest.mark.parametrize("text", ["yes", "2", "TrUe", "null", "-1", "%00", "true%20", "%D9%A1"])
@pytest.mark.parametrize("path", [ADMIN, f"/ory/admin/identities/{uuid_of(1)}/sessions"])
def test_active_that_is_no_boolean_is_400(admin, path, text):
    response = admin.get(f"{path}?active={text}")
    assert outcome(response) == (400, expected.error(400, "could not parse parameter active"))


@pytest.mark.parametrize(
    "text",
    ["x", "", "1.5", "1e3", "0x10", "%00", "None", "1_0", "%201", "1%0A", "%D9%A1", "9" * 5000],
)
def test_a_page_size_of_the_admin_list_that_is_no_number_is_400(admin, text):
    response = admin.get(f"{ADMIN}?page_size={text}")
    assert outcome(response) == (400, expected.error(400, "could not parse parameter page_size"))


@pytest.mark.parametrize(
    "token",
    [
        "nonsense",
        "%00",
        "%F0%9F%98%80",
        "a:b:c",
        "eyJvZmZzZXQiOiIyIiwidiI6Mn0",
        "Y3JlYXRlZF9hdD0yMjAwLTEyLTMxIDIzOjU5OjU5",
        "x" * 7_000,
    ],
)
def test_a_page_token_of_the_admin_list_that_is_none_of_ours_is_400(admin, token):
    response = admin.get(f"{ADMIN}?page_token={token}")
    reason = "The page_token is not one of this site's."
    assert outcome(response) == (400, expected.error(400, expected.MALFORMED, reason=reason))


@pytest.mark.parametrize("path", [ADMIN, f"{ADMIN}/{SOMEBODY}"])
@pytest.mark.parametrize(
    "expand", ["expand=x", "expand=identity&expand=x", "expand=x,identity", "expand=X"]
)
def test_what_cannot_be_expanded_is_400_and_named(admin, path, expand):
    code, body = outcome(admin.get(f"{path}?{expand}"))
    reason = body["error"].pop("reason")
    assert (code, body) == (400, expected.error(400, expected.MALFORMED))
    assert "'x" in reason


def test_the_current_session_cannot_be_revoked(alice, sign_in):
    client = sign_in(alice)
    response = client.delete(f"{SESSIONS}/{client.pk}")
    assert outcome(response) == (400, expected.error(400, "cannot revoke current session"))
    assert client.row.ended_at is None


@pytest.mark.parametrize(
    "call",
    [
        f"GET {ADMIN}/{SOMEBODY}",
        f"DELETE {ADMIN}/{SOMEBODY}",
        f"PATCH {ADMIN}/{SOMEBODY}/extend",
        f"DELETE /ory/admin/identities/{SOMEBODY}/sessions",
        f"DELETE /ory/admin/identities/{uuid_of(99_999_999)}/sessions",
    ],
)
def test_what_is_not_there_is_404(admin, call):
    response = admin.ask(*call.split())
    code, body = outcome(response)
    assert (code, body["error"]["message"]) == (404, expected.NOT_FOUND)
    assert body["error"].keys() <= {"code", "status", "message", "reason"}


ENDING = [f"DELETE {SESSIONS}", f"DELETE {SESSIONS}/{{}}"]


@pytest.mark.parametrize("call", ENDING)
def test_whoever_has_not_proved_lately_who_they_are_ends_no_others(alice, sign_in, settings, call):
    settings.SESSIONS_API = {"REAUTHENTICATION_AGE": 600}
    client, other = sign_in(alice), TokenClient(alice)
    with time_machine.travel(timezone.now() + timedelta(seconds=601)):
        before = changeable()
        response = client.ask(*call.format(other.pk).split())
        body = expected.error(
            403,
            expected.FORBIDDEN,
            id="session_refresh_required",
            reason="Confirm who you are first.",
        )
        assert outcome(response) == (403, body)
        assert changeable() == before
        assert client.get(SESSIONS).status_code == client.get(WHOAMI).status_code == 200
        assert client.delete(f"{SESSIONS}/{client.pk}").status_code == 400
        assert client.delete(f"{SESSIONS}/nonsense").status_code == 400


@pytest.mark.parametrize("call", ENDING)
def test_whoever_has_proved_lately_who_they_are_ends_others(alice, sign_in, settings, call):
    settings.SESSIONS_API = {"REAUTHENTICATION_AGE": 600}
    client, other = sign_in(alice), TokenClient(alice)
    change(client.row, authenticated_at=timezone.now())
    assert client.ask(*call.format(other.pk).split()).status_code in (200, 204)
    assert other.row.ended_at is not None


@pytest.mark.parametrize(
    "call",
    [
        f"GET {WHOAMI}",
        f"DELETE {SESSIONS}/nonsense",
        f"GET {ADMIN}?active=x",
        f"GET {ADMIN}/{SOMEBODY}",
        f"PUT {ADMIN}",
        f"DELETE {LOGOUT}",
    ],
)
def test_the_id_of_the_request_is_echoed(admin, call):
    client = Caller() if WHOAMI in call else admin
    asked = client.ask(*call.split(), **{"x-request-id": "3f0c \u00e9"})
    silent = client.ask(*call.split())
    _, body = outcome(asked)
    assert body["error"].pop("request") == "3f0c \u00e9"
    assert outcome(silent) == (asked.status_code, body)


def test_no_success_has_the_header_of_errors(admin):
    for path in (WHOAMI, SESSIONS, ADMIN):
        assert "Ory-Error-Id" not in admin.get(path).headers


@pytest.fixture
def failures():
    """Return the exceptions that Django is told of, as error trackers are."""
    failures = []

    def receiver(sender, request, **kwargs):
        failures.append(request.path)

    got_request_exception.connect(receiver)
    yield failures
    got_request_exception.disconnect(receiver)


def out_of_order(*, after):
    """Return a database that fails once so many statements have passed."""
    passed = 0

    def execute_or_fail(execute, sql, params, many, context):
        nonlocal passed
        passed += 1
        if passed > after:
            raise OperationalError("The disk is full of secrets.")
        return execute(sql, params, many, context)

    return execute_or_fail


CALLS = [
    ("GET", SESSIONS),
    ("DELETE", SESSIONS),
    ("GET", ADMIN),
    ("DELETE", f"{ADMIN}/{SOMEBODY}"),
]


@pytest.mark.parametrize(("method", "path"), [*CALLS, ("GET", WHOAMI), ("POST", ADMIN)])
def test_where_no_token_can_be_looked_up_every_call_is_503(admin, failures, caplog, method, path):
    with connection.execute_wrapper(out_of_order(after=0)):
        response = admin.ask(method, path, {}, **{"x-request-id": "3f0c"})
    said = str(SessionsUnavailable.MESSAGE)
    assert outcome(response) == (503, expected.error(503, said, reason=said, request="3f0c"))
    assert failures == []
    assert [record for record in caplog.records if record.name == "sessions_api.dialects"] == []


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_what_nobody_foresaw_is_500_logged_and_told(admin, failures, caplog, method, path):
    # The first statement says who the caller is.
    with connection.execute_wrapper(out_of_order(after=1)):
        response = admin.ask(method, path, {}, **{"x-request-id": "3f0c"})
    message = "An internal server error occurred, please contact the system administrator"
    assert outcome(response) == (500, expected.error(500, message, request="3f0c"))
    assert failures == [path]
    [record] = [record for record in caplog.records if record.name == "sessions_api.dialects"]
    assert (record.levelno, record.getMessage()) == (logging.ERROR, f"{path} failed.")
    assert record.exc_info is not None
    assert record.exc_info[0] is OperationalError


def test_a_level_that_is_none_is_500_and_no_success(alice, settings, failures):
    settings.SESSIONS_API = {"ORY_REQUIRED_AAL": "tests.site.levels.in_words"}
    client = Browser(alice)
    assert outcome(client.get(WHOAMI))[0] == 500
    assert failures == [WHOAMI]
