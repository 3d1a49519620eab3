"""Hanko's calls, over HTTP."""

from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from sessions_api import lifecycle
from sessions_api.dialects.identifiers import uuid_of
from sessions_api.models import EndReason, Session
from tests.dialects.callers import (
    CALLERS,
    NOBODYS,
    OVER,
    Browser,
    Caller,
    TokenClient,
    answer,
    failing,
    ids_in,
    over,
    queries,
    written,
)
from tests.factories import UserFactory
from tests.helpers import FIREFOX, later, staff_with
from tests.user_models import hiding

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("bystander"),
]


VALIDATE = "/hanko/sessions/validate"
LOGOUT = "/hanko/logout"
INVALID = {"is_valid": False}
NOT_FOUND = {"code": 404, "message": "Not Found"}


def path_of(user, session_id=""):
    uuid = user if isinstance(user, str) else uuid_of(user.pk)
    return f"/hanko/users/{uuid}/sessions" + (f"/{session_id}" if session_id else "")


def test_the_list_says_what_is_known_of_each_session(alice, admin, settings):
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


def test_a_session_expires_at_the_absolute_timeout_if_that_is_sooner(alice, admin, settings):
    settings.SESSIONS_API = {"ABSOLUTE_TIMEOUT": timedelta(hours=12)}
    row = TokenClient(alice).row
    (item,) = admin.get(path_of(alice)).json()
    assert item["expires_at"] == written(row.known_since + timedelta(hours=12))


def test_the_session_created_last_comes_first_however_used(alice, admin):
    clients = [Browser(alice), TokenClient(alice), Browser(alice)]
    with later(minutes=2):
        assert clients[0].user_name == "alice"
    listed = ids_in(admin.get(path_of(alice)))
    assert listed == [client.pk for client in reversed(clients)]


def test_sessions_created_at_the_same_moment_come_in_a_fixed_order(alice, admin):
    with time_machine.travel(timezone.now(), tick=False):
        clients = [TokenClient(alice) for _ in range(3)]
    listed = ids_in(admin.get(path_of(alice)))
    assert listed == sorted((client.pk for client in clients), reverse=True)


def test_there_are_no_pages_and_no_parameters(alice, admin):
    clients = [TokenClient(alice) for _ in range(3)]
    listed = ids_in(admin.get(f"{path_of(alice)}?page_size=1&page=2&limit=1"))
    assert set(listed) == {client.pk for client in clients}


@pytest.mark.parametrize("way", OVER)
def test_what_would_not_authenticate_a_request_is_not_listed(alice, admin, way):
    browser = Browser(alice)
    assert ids_in(admin.get(path_of(alice))) == [browser.pk]
    with over(way, browser):
        assert ids_in(admin.get(path_of(alice))) == []


def test_of_a_user_whom_the_site_hides_nothing_is_listed(alice, admin):
    token = TokenClient(alice)
    assert ids_in(admin.get(path_of(alice))) == [token.pk]
    with hiding("alice"):
        assert ids_in(admin.get(path_of(alice))) == []


def test_of_others_nothing_is_listed(alice, admin):
    TokenClient(alice)
    assert ids_in(admin.get(path_of(UserFactory.create()))) == []


@pytest.mark.parametrize("unknown", NOBODYS)
def test_an_unknown_user_has_no_list(admin, unknown):
    assert answer(admin.get(path_of(unknown))) == (404, NOT_FOUND)


@pytest.mark.parametrize(
    "malformed", ["1", "alice", "x" * 5000, "%00", "%FF", "%ED%A0%80", "null", "00000000-0000-0"]
)
def test_the_list_of_a_user_whose_id_is_no_uuid_is_refused(admin, malformed):
    response = admin.get(path_of(malformed))
    assert response.status_code == 400
    assert set(response.json()) == {"code", "message"}
    assert response.json()["code"] == 400
    assert response.json()["message"].endswith(" is not a UUID.")


def test_a_failure_of_the_list_says_no_more_than_that(alice, admin):
    with failing("sessions_api_session", after=1):
        response = admin.get(path_of(alice))
    assert answer(response) == (500, {"code": 500, "message": "Internal Server Error"})


def test_deleting_ends_the_session(alice, admin):
    browser, other = Browser(alice), Browser(alice)
    response = admin.delete(path_of(alice, browser.pk))
    assert (response.status_code, response.content) == (204, b"")
    assert (browser.user_name, other.user_name) == ("", "alice")
    assert ids_in(admin.get(path_of(alice))) == [other.pk]
    row = browser.row
    assert (row.end_reason, row.ended_by) == (EndReason.REVOKED, admin.row.user)
    assert row.sealed_key == b""


def test_deleting_twice_is_not_found(alice, admin):
    path = path_of(alice, TokenClient(alice).pk)
    assert admin.delete(path).status_code == 204
    assert answer(admin.delete(path)) == (404, NOT_FOUND)


@pytest.mark.parametrize("way", ["expired", "idle", "lost by the engine", "of another password"])
def test_deleting_what_is_over_without_having_been_ended_is_no_error(alice, admin, way):
    browser = Browser(alice)
    with over(way, browser):
        assert admin.delete(path_of(alice, browser.pk)).status_code == 204
        assert admin.delete(path_of(alice, browser.pk)).status_code == 404
    assert browser.row.end_reason == EndReason.REVOKED


@pytest.mark.parametrize("unknown", NOBODYS)
def test_an_unknown_session_is_not_deleted(alice, admin, unknown):
    assert answer(admin.delete(path_of(alice, unknown))) == (404, NOT_FOUND)


@pytest.mark.parametrize("unknown", NOBODYS)
def test_of_an_unknown_user_nothing_is_deleted(alice, admin, unknown):
    token = TokenClient(alice)
    assert answer(admin.delete(path_of(unknown, token.pk))) == (404, NOT_FOUND)
    assert token.row.ended_at is None


def test_a_session_of_another_user_is_not_found_and_lives_on(alice, admin):
    bobs = TokenClient(UserFactory.create())
    assert answer(admin.delete(path_of(alice, bobs.pk))) == (404, NOT_FOUND)
    assert bobs.row.ended_at is None


@pytest.mark.parametrize("malformed", ["1", "x" * 5000, "%00", "%FF", "{id}x", "validate"])
def test_deleting_by_an_id_that_is_no_uuid_is_refused(alice, admin, malformed):
    token = TokenClient(alice)
    response = admin.delete(path_of(alice, malformed.replace("{id}", token.pk)))
    assert response.status_code == response.json()["code"] == 400
    response = admin.delete(path_of(malformed.replace("{id}", token.pk), token.pk))
    assert response.status_code == response.json()["code"] == 400
    assert token.row.ended_at is None


def test_a_failure_to_delete_says_no_more_than_that(alice, admin):
    token = TokenClient(alice)
    with failing("sessions_api_session", "UPDATE"):
        response = admin.delete(path_of(alice, token.pk))
    assert answer(response) == (500, {"code": 500, "message": "Internal Server Error"})
    assert token.row.ended_at is None


def test_staff_may_end_the_session_they_use(admin):
    me = admin.row.user
    assert admin.delete(path_of(me, admin.pk)).status_code == 204
    assert admin.row.end_reason == EndReason.LOGOUT
    assert answer(admin.get(path_of(me))) == (401, {"code": 401, "message": "Unauthorized"})


def test_sessions_are_not_created_here(alice, admin):
    response = admin.ask("POST", "/hanko/sessions", {"user_id": str(uuid_of(alice.pk))})
    assert response.status_code == 404
    assert not Session.objects.for_user(alice).exists()


def calls(user, session_id):
    """Return the calls for staff."""
    return [("get", path_of(user)), ("delete", path_of(user, session_id))]


def test_callers_without_credentials_are_unauthorized(alice):
    token = TokenClient(alice)
    for method, path in [*calls(alice, token.pk), ("post", LOGOUT)]:
        response = getattr(Caller(), method)(path)
        assert answer(response) == (401, {"code": 401, "message": "Unauthorized"})
        assert response.headers["WWW-Authenticate"] == 'Bearer realm="api"'
        assert response.headers["Content-Type"] == "application/json"
    assert token.row.ended_at is None


@pytest.mark.parametrize("wrong", ["Bearer session_x", "Bearer {}0", "Bearer session_" + "a" * 51])
def test_callers_with_a_wrong_token_are_unauthorized(alice, admin, wrong):
    token = TokenClient(alice)
    wrong = wrong.format(admin.token)
    for method, path in [*calls(alice, token.pk), ("post", LOGOUT)]:
        response = getattr(Caller(authorization=wrong), method)(path)
        assert answer(response) == (401, {"code": 401, "message": "Unauthorized"})
        assert 'error="invalid_token"' in response.headers["WWW-Authenticate"]


@pytest.mark.parametrize("permissions", [None, [], ["change_session"], ["end_session"]])
def test_callers_without_the_permission_are_forbidden(alice, permissions):
    token = TokenClient(alice)
    caller = UserFactory.create() if permissions is None else staff_with(*permissions)
    for client in (TokenClient(caller), Browser(caller)):
        for method, path in calls(alice, token.pk):
            response = getattr(client, method)(path)
            assert answer(response) == (403, {"code": 403, "message": "Forbidden"})
    assert token.row.ended_at is None


def test_users_without_the_permission_may_not_even_see_their_own(alice):
    token = TokenClient(alice)
    assert token.get(path_of(alice)).status_code == 403
    assert token.delete(path_of(alice, token.pk)).status_code == 403


def test_only_superusers_end_what_is_a_superusers(admin):
    root = staff_with(is_superuser=True)
    victim, superuser = TokenClient(root), TokenClient(staff_with(is_superuser=True))
    assert ids_in(admin.get(path_of(root))) == [victim.pk]
    response = admin.delete(path_of(root, victim.pk))
    assert answer(response) == (403, {"code": 403, "message": "Forbidden"})
    assert victim.row.ended_at is None
    assert superuser.delete(path_of(root, victim.pk)).status_code == 204


def test_logging_out_ends_a_token(alice):
    token, other = TokenClient(alice), TokenClient(alice)
    response = token.post(LOGOUT)
    assert (response.status_code, response.content) == (204, b"")
    assert token.row.end_reason == EndReason.LOGOUT
    assert token.post(LOGOUT).status_code == 401
    assert other.row.ended_at is None


def test_logging_out_ends_a_browsers_session_and_deletes_its_cookie(alice, settings):
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


def both(browser, token, **headers):
    """Log out with a browser's cookie and a token."""
    return browser.ask("POST", LOGOUT, authorization=f"Bearer {token.token}", **headers)


@pytest.mark.parametrize("engine", ["db", "cache", "signed_cookies"], indirect=True)
def test_logging_out_ends_a_token_and_its_users_cookie_beside_it(
    alice, settings, signed_out, engine
):
    browser, token, other = Browser(alice), TokenClient(alice), Browser(alice)
    stolen = Client()
    stolen.cookies[settings.SESSION_COOKIE_NAME] = browser.cookies[
        settings.SESSION_COOKIE_NAME
    ].value
    response = both(browser, token)
    assert (response.status_code, response.content) == (204, b"")
    assert response.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == 0
    for client in (token, browser):
        assert client.row.end_reason == EndReason.LOGOUT
        assert answer(client.get(VALIDATE)) == (200, {"is_valid": False})
    assert stolen.get("/do/user/").content == b""
    assert other.user_name == "alice"
    assert signed_out == ["alice"]


def test_logging_out_with_a_token_leaves_the_cookie_of_another_user_alone(alice):
    bobs, token = Browser(UserFactory.create(username="bob")), TokenClient(alice)
    response = both(bobs, token)
    assert response.status_code == 204
    assert not response.cookies
    assert token.row.end_reason == EndReason.LOGOUT
    assert bobs.user_name == "bob"


@pytest.mark.parametrize(
    "headers", [{"origin": "https://evil.example"}, {"sec_fetch_site": "cross-site"}], ids=str
)
def test_logging_out_with_a_token_on_another_sites_page_leaves_the_cookie_alone(alice, headers):
    browser, token = Browser(alice), TokenClient(alice)
    response = both(browser, token, **headers)
    assert response.status_code == 204
    assert "Cookie" in response["Vary"]  # it was looked at
    assert not response.cookies
    assert token.row.end_reason == EndReason.LOGOUT
    assert browser.user_name == "alice"


@pytest.mark.parametrize("way", ["ended", "expired", "of another password"])
def test_a_token_that_is_over_does_not_keep_the_cookie_signed_in(alice, way):
    token = TokenClient(alice)
    OVER[way](token)
    browser = Browser(alice)
    assert both(browser, token, origin="https://evil.example").status_code == 403
    assert browser.user_name == "alice"
    assert both(browser, token).status_code == 204
    assert browser.row.ended_at is not None
    assert answer(browser.get(VALIDATE)) == (200, {"is_valid": False})
    assert both(browser, token).status_code == 401


def test_a_token_that_is_over_leaves_the_cookie_of_staff_to_count(alice, admin):
    token, browser = TokenClient(alice), Browser(admin.row.user)
    assert admin.post(LOGOUT).status_code == 204
    credentials = {"authorization": f"Bearer {admin.token}"}
    assert ids_in(browser.ask("GET", path_of(alice), **credentials)) == [token.pk]


def test_there_is_no_list_of_ones_own(alice):
    token = TokenClient(alice)
    for method, path in (("get", "/hanko/sessions"), ("delete", f"/hanko/sessions/{token.pk}")):
        assert getattr(token, method)(path).status_code == 404


def test_paths_have_no_slash_at_the_end_and_are_not_redirected(alice, admin):
    token = TokenClient(alice)
    for method, path in [*calls(alice, token.pk), ("get", VALIDATE), ("post", LOGOUT)]:
        assert getattr(admin, method)(f"{path}/").status_code == 404
        assert getattr(admin, method)(path).status_code in (200, 204)


def test_a_session_is_known_by_an_id_of_any_version_however_it_is_written(alice, admin):
    tokens = [TokenClient(alice) for _ in range(3)]
    assert {UUID(token.pk).version for token in tokens} == {7}
    one, two, three = (token.pk for token in tokens)
    for written_id in (one.replace("-", ""), two.upper(), f"urn:uuid:{three}"):
        assert admin.delete(path_of(alice, written_id)).status_code == 204


def test_an_ip_address_is_plain_and_that_of_a_trusted_proxys_client(alice, admin, settings):
    forwarded = {"x-forwarded-for": "203.0.113.7", "x-real-ip": "198.51.100.4"}
    Client(headers=forwarded).get(f"/do/login:{alice.pk}/")
    settings.SESSIONS_API = {"TRUSTED_PROXIES": ["127.0.0.1"]}
    Client(headers=forwarded).get(f"/do/login:{alice.pk}/")
    listed = admin.get(path_of(alice)).json()
    assert [item["ip_address"] for item in listed] == ["203.0.113.7", "127.0.0.1"]


@pytest.mark.parametrize(("kind", "knowing_them"), CALLERS)
def test_a_list_of_250_costs_three_queries_beyond_finding_out_who_calls(alice, kind, knowing_them):
    caller = TokenClient(staff_with("view_session", is_superuser=kind == "superuser"))
    Browser(alice)
    for _ in range(249):
        lifecycle.issue_token(alice)
    assert len(ids_in(caller.get(path_of(alice)))) == 250
    assert queries(lambda: caller.get(path_of(alice))) == knowing_them + 3
