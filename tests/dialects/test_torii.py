"""Torii's calls, over HTTP: those of the site's server, and those of its users."""

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
    change,
    failing,
    over,
    queries,
    written,
)
from tests.factories import UserFactory
from tests.helpers import DJANGOS_ENGINES, FIREFOX, later, staff_with
from tests.site import identities
from tests.user_models import hiding

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("bystander"),
]


OWN = "/torii/_torii/users/me/sessions"
ENVIRONMENT = "5d1ab3a5-3d7c-8e0a-b7a1-6f0f1c2e9d44"
ORGANIZATION = "01931a72-0000-7000-8000-0000000000dd"


def path_of(user, session_id=""):
    uuid = user if isinstance(user, str) else uuid_of(user.pk)
    path = f"/torii/api/server/v1/users/{uuid}/sessions"
    return f"{path}/{session_id}" if session_id else path


def listed(client, path):
    response = client.get(path)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"
    return response.json()


def listed_ids(client, path):
    return [item["id"] for item in listed(client, path)]


def problem(status, title, detail, path):
    """Return the response's status, media type and body."""
    body = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": path,
    }
    return status, "application/problem+json", body


def answer(response):
    return response.status_code, response.headers["Content-Type"], response.json()


def unauthorized(path):
    detail = "Authentication credentials were not provided."
    return problem(401, "Unauthorized", detail, path)


def forbidden(path):
    detail = "You do not have permission to perform this action."
    return problem(403, "Forbidden", detail, path)


def elsewhere(path):
    return problem(403, "Forbidden", "User belongs to a different environment.", path)


def is_ended(response):
    return (response.status_code, response.content, len(response.cookies)) == (204, b"", 0)


def test_the_list_says_what_is_known_of_each_session(alice, admin, settings):
    settings.SESSIONS_API = {"RECORD_IP": False}
    with time_machine.travel("2026-11-21T08:00:00Z", tick=False):
        token = TokenClient(alice)
    settings.SESSIONS_API = {}
    with time_machine.travel("2026-11-20T08:00:01.25Z", tick=False):
        browser = Browser(alice)
    change(browser.row, impersonator=admin.row.user, organization_id=ORGANIZATION)
    with time_machine.travel("2026-11-21T09:30:12.5Z", tick=False):
        assert browser.user_name == "alice"
        rows = listed(TokenClient(admin.row.user), path_of(alice))
    user_id = "00000000-0000-8100-8100-" + f"{alice.pk:012x}"
    assert rows == [
        {
            "id": browser.pk,
            "userId": user_id,
            "environmentId": ENVIRONMENT,
            "userAgent": FIREFOX,
            "ipAddress": "127.0.0.1",
            "createdAt": "2026-11-20T08:00:01.250000Z",
            "expiresAt": "2026-12-04T08:00:01.250000Z",
            "lastUsedAt": "2026-11-21T09:30:12.500000Z",
            "activeOrganizationId": ORGANIZATION,
            "impersonatedBy": str(uuid_of(admin.row.user.pk)),
        },
        {
            "id": token.pk,
            "userId": user_id,
            "environmentId": ENVIRONMENT,
            "userAgent": None,
            "ipAddress": None,
            "createdAt": "2026-11-21T08:00:00Z",
            "expiresAt": "2026-12-21T08:00:00Z",
            "lastUsedAt": "2026-11-21T08:00:00Z",
            "activeOrganizationId": None,
            "impersonatedBy": None,
        },
    ]
    for item, row in zip(rows, [browser.row, token.row], strict=True):
        assert item["id"] == str(row.pk)
        assert item["createdAt"] == written(row.created_at)
        assert item["expiresAt"] == written(row.expires_at)
        assert item["lastUsedAt"] == written(row.last_used)


def test_the_list_is_the_same_for_the_server_and_for_the_user(alice, admin):
    browser = Browser(alice)
    assert listed(admin, path_of(alice)) == listed(browser, OWN)


def test_the_environment_is_the_sites(alice, admin, settings):
    other = "01931a72-0000-7000-8000-0000000000cc"
    TokenClient(alice)
    assert UUID(ENVIRONMENT).version == 8
    settings.SESSIONS_API = {"TORII_ENVIRONMENT": other}
    assert [item["environmentId"] for item in listed(admin, path_of(alice))] == [other]


def test_the_environment_may_be_that_of_the_user(alice, admin, settings, caplog):
    bob = UserFactory.create(username="bob")
    settings.SESSIONS_API = {"TORII_ENVIRONMENT_OF": "tests.site.identities.environment_of"}
    for user, environment in ((alice, identities.ENVIRONMENT), (bob, ENVIRONMENT)):
        TokenClient(user)
        assert [each["environmentId"] for each in listed(admin, path_of(user))] == [environment]
    assert "tests.site.identities.environment_of failed." in caplog.text


@pytest.mark.parametrize(
    ("organization", "shown"),
    [
        ("", None),
        (ORGANIZATION, ORGANIZATION),
        (ORGANIZATION.upper(), ORGANIZATION),
        ("acme", "61636d65-0000-8200-8900-000000000000"),
        ("5", "35000000-0000-8200-8300-000000000000"),
        ("größte-firma", "6772c3b6-c39f-8274-9d65-2d6669726d61"),
    ],
)
def test_an_organization_that_is_no_uuid_appears_under_one(alice, admin, organization, shown):
    change(TokenClient(alice).row, organization_id=organization)
    assert listed(admin, path_of(alice))[0]["activeOrganizationId"] == shown


def test_a_session_expires_at_the_absolute_timeout_if_that_is_sooner(alice, admin, settings):
    settings.SESSIONS_API = {"ABSOLUTE_TIMEOUT": timedelta(hours=12)}
    row = TokenClient(alice).row
    expected = written(row.known_since + timedelta(hours=12))
    assert listed(admin, path_of(alice))[0]["expiresAt"] == expected


def test_the_session_used_last_comes_first(alice, admin):
    clients = [Browser(alice), TokenClient(alice), Browser(alice)]
    with later(minutes=2):
        assert clients[1].user_name == "alice"
    with later(minutes=4):
        assert clients[0].user_name == "alice"
    expected = [clients[n].pk for n in (0, 1, 2)]
    assert listed_ids(admin, path_of(alice)) == expected
    assert listed_ids(clients[0], OWN) == expected


def test_there_are_no_pages_and_no_filters(alice, admin):
    clients = [TokenClient(alice) for _ in range(3)]
    listed = listed_ids(admin, f"{path_of(alice)}?page_size=1&limit=1&state=ended")
    assert set(listed) == {client.pk for client in clients}


@pytest.mark.parametrize("way", OVER)
def test_what_would_not_authenticate_a_request_is_not_listed_to_the_server(alice, admin, way):
    browser = Browser(alice)
    assert listed_ids(admin, path_of(alice)) == [browser.pk]
    with over(way, browser):
        assert listed_ids(admin, path_of(alice)) == []


def test_of_others_nothing_is_listed(alice, admin):
    TokenClient(alice)
    assert listed_ids(admin, path_of(UserFactory.create())) == []


def test_ending_one_puts_it_out(alice, admin):
    browser, other = Browser(alice), Browser(alice)
    assert is_ended(admin.delete(path_of(alice, browser.pk)))
    assert (browser.user_name, other.user_name) == ("", "alice")
    assert listed_ids(admin, path_of(alice)) == [other.pk]
    row = browser.row
    assert (row.end_reason, row.ended_by) == (EndReason.REVOKED, admin.row.user)
    assert row.sealed_key == b""


@pytest.mark.parametrize("way", OVER)
def test_the_server_may_end_what_is_over(alice, admin, way):
    browser = Browser(alice)
    with over(way, browser):
        assert is_ended(admin.delete(path_of(alice, browser.pk)))
        assert is_ended(admin.delete(path_of(alice, browser.pk)))


@pytest.mark.parametrize("unknown", NOBODYS)
def test_the_server_may_end_what_is_not_there(alice, admin, unknown):
    assert is_ended(admin.delete(path_of(alice, unknown)))


def test_a_session_of_another_user_is_not_there_under_this_one(alice, admin):
    bobs = TokenClient(UserFactory.create())
    assert is_ended(admin.delete(path_of(alice, bobs.pk)))
    assert bobs.row.ended_at is None


def test_ending_all_of_a_user_can_be_done_again(alice, admin):
    clients, bobs = [Browser(alice), TokenClient(alice)], TokenClient(UserFactory.create())
    assert is_ended(admin.delete(path_of(alice)))
    assert [client.user_name for client in clients] == ["", ""]
    assert listed_ids(admin, path_of(alice)) == []
    assert {client.row.ended_by for client in clients} == {admin.row.user}
    ended = list(Session.objects.order_by("pk").values())
    assert is_ended(admin.delete(path_of(alice)))
    assert list(Session.objects.order_by("pk").values()) == ended
    assert bobs.row.ended_at is None


@pytest.mark.parametrize("kind", [Browser, TokenClient])
@pytest.mark.parametrize("saves_every_request", [False, True])
@pytest.mark.parametrize("all_of_them", [False, True])
def test_staff_may_end_the_session_they_use(kind, saves_every_request, all_of_them, settings):
    me = kind(staff_with("view_session", "end_session"))
    settings.SESSION_SAVE_EVERY_REQUEST = saves_every_request
    path = path_of(me.row.user, "" if all_of_them else me.pk)
    assert me.delete(path).status_code == 204
    assert me.row.ended_at is not None
    assert me.get(OWN).status_code == 401


@pytest.mark.parametrize("unknown", NOBODYS)
def test_an_unknown_user_belongs_to_a_different_environment(alice, admin, unknown):
    token = TokenClient(alice)
    for method, path in calls(unknown, token.pk):
        assert answer(getattr(admin, method)(path)) == elsewhere(path)
    assert token.row.ended_at is None


@pytest.mark.parametrize("malformed", ["1", "alice", "me", "x" * 5000, "%00", "%FF", "%ED%A0%80"])
def test_an_id_that_is_no_uuid_is_refused(alice, admin, malformed):
    token = TokenClient(alice)
    own, others = token.delete(f"{OWN}/{malformed}"), admin.delete(path_of(alice, malformed))
    asked = [getattr(admin, method)(path) for method, path in calls(malformed, token.pk)]
    for response in (own, others, *asked):
        status, media_type, body = answer(response)
        assert (status, media_type) == (400, "application/problem+json")
        assert (body["status"], body["title"]) == (400, "Bad Request")
        assert body["detail"].endswith(" is not a UUID.")
    assert token.row.ended_at is None


def test_there_is_no_impersonation_token(alice, admin):
    path = f"/torii/api/server/v1/users/{uuid_of(alice.pk)}/impersonation-token"
    assert admin.ask("POST", path, {}).status_code == 404


def calls(user, session_id):
    """Return the calls of the site's server."""
    one, every = path_of(user, session_id), path_of(user)
    return [("get", every), ("delete", every), ("delete", one)]


def own_calls(session_id):
    """Return the calls of the end user."""
    return [("get", OWN), ("delete", f"{OWN}/{session_id}")]


def test_callers_without_credentials_are_unauthorized(alice):
    token = TokenClient(alice)
    for method, path in [*calls(alice, token.pk), *own_calls(token.pk)]:
        response = getattr(Caller(), method)(path)
        assert answer(response) == unauthorized(path)
        assert response.headers["WWW-Authenticate"] == 'Bearer realm="api"'
    assert token.row.ended_at is None


@pytest.mark.parametrize("key", ["sk_live_51H", "sk_test_51H", "session_x"])
def test_callers_with_a_wrong_key_are_unauthorized(alice, key):
    token = TokenClient(alice)
    for method, path in [*calls(alice, token.pk), *own_calls(token.pk)]:
        response = getattr(Caller(authorization=f"Bearer {key}"), method)(path)
        status, media_type, body = answer(response)
        assert (status, media_type) == (401, "application/problem+json")
        assert (body["status"], body["title"]) == (401, "Unauthorized")
        assert response.headers["WWW-Authenticate"].startswith('Bearer realm="api"')
    assert token.row.ended_at is None


@pytest.mark.parametrize("permissions", [None, [], ["change_session"], ["end_session"]])
def test_callers_without_the_permission_are_forbidden(alice, permissions):
    token = TokenClient(alice)
    caller = UserFactory.create() if permissions is None else staff_with(*permissions)
    for client in (TokenClient(caller), Browser(caller)):
        for method, path in calls(alice, token.pk):
            assert answer(getattr(client, method)(path)) == forbidden(path)
    assert token.row.ended_at is None


def test_users_without_the_permission_are_forbidden_their_own_too(alice):
    token = TokenClient(alice)
    for method, path in calls(alice, token.pk):
        assert answer(getattr(token, method)(path)) == forbidden(path)


def test_only_superusers_end_what_is_a_superusers(admin):
    root = staff_with(is_superuser=True)
    victim, superuser = TokenClient(root), TokenClient(staff_with(is_superuser=True))
    assert listed_ids(admin, path_of(root)) == [victim.pk]
    for path in (path_of(root), path_of(root, victim.pk)):
        assert answer(admin.delete(path)) == forbidden(path)
    assert victim.row.ended_at is None
    assert is_ended(superuser.delete(path_of(root, victim.pk)))
    assert is_ended(superuser.delete(path_of(root)))
    assert victim.row.end_reason == EndReason.REVOKED


def test_a_failure_says_no_more_than_that_to_the_server(alice, admin):
    browser = Browser(alice)
    with failing("sessions_api_session", after=1):
        response = admin.get(path_of(alice))
    expected = problem(500, "Internal Server Error", "Internal Server Error", path_of(alice))
    assert answer(response) == expected
    for path in (path_of(alice), path_of(alice, browser.pk)):
        with failing("sessions_api_session", "UPDATE"):
            response = admin.delete(path)
        assert answer(response) == problem(
            500, "Internal Server Error", "Internal Server Error", path
        )
    assert browser.row.ended_at is None


def test_users_see_their_own_sessions(alice):
    clients = [Browser(alice), TokenClient(alice)]
    Browser(UserFactory.create())
    expected = {client.pk for client in clients}
    for client in clients:
        assert set(listed_ids(client, OWN)) == expected
        assert {item["userId"] for item in listed(client, OWN)} == {str(uuid_of(alice.pk))}


@pytest.mark.parametrize(
    "way", sorted(OVER.keys() - {"of another password", "of a deactivated user"})
)
def test_users_do_not_see_what_would_not_authenticate_a_request(alice, way):
    browser = Browser(alice)
    with over(way, browser):
        token = TokenClient(alice)
        assert listed_ids(token, OWN) == [token.pk]


def test_users_end_their_other_sessions(alice):
    browser, token = Browser(alice), TokenClient(alice)
    assert is_ended(token.delete(f"{OWN}/{browser.pk}"))
    assert browser.user_name == ""
    assert (browser.row.end_reason, browser.row.ended_by) == (EndReason.REVOKED, alice)
    assert listed_ids(token, OWN) == [token.pk]


@pytest.mark.parametrize("kind", [Browser, TokenClient])
@pytest.mark.parametrize("saves_every_request", [False, True])
def test_users_end_the_session_they_use(alice, kind, saves_every_request, settings):
    client = kind(alice)
    settings.SESSION_SAVE_EVERY_REQUEST = saves_every_request
    response = client.delete(f"{OWN}/{client.pk}")
    assert (response.status_code, response.content) == (204, b"")
    assert client.row.ended_at is not None
    assert client.get(OWN).status_code == 401


@pytest.mark.parametrize("engine", DJANGOS_ENGINES, indirect=True)
def test_ending_the_current_session_leaves_the_cookie_alone(alice, settings, engine):
    browser = Browser(alice)
    before = browser.cookies[settings.SESSION_COOKIE_NAME].value
    assert is_ended(browser.delete(f"{OWN}/{browser.pk}"))
    assert browser.cookies[settings.SESSION_COOKIE_NAME].value == before
    assert browser.user_name == ""


@pytest.mark.parametrize(
    "way", sorted(OVER.keys() - {"of another password", "of a deactivated user"})
)
def test_users_may_end_what_is_over(alice, way):
    browser = Browser(alice)
    with over(way, browser):
        token = TokenClient(alice)
        assert is_ended(token.delete(f"{OWN}/{browser.pk}"))
        assert is_ended(token.delete(f"{OWN}/{browser.pk}"))


@pytest.mark.parametrize("unknown", NOBODYS)
def test_users_may_end_what_is_not_there(alice, unknown):
    assert is_ended(TokenClient(alice).delete(f"{OWN}/{unknown}"))


def test_a_session_of_another_user_is_not_there_for_a_user(alice):
    bobs = TokenClient(UserFactory.create())
    assert is_ended(TokenClient(alice).delete(f"{OWN}/{bobs.pk}"))
    assert bobs.row.ended_at is None


def test_a_superuser_has_no_more_rights_among_their_own_sessions(alice):
    token, root = TokenClient(alice), TokenClient(staff_with(is_superuser=True))
    assert is_ended(root.delete(f"{OWN}/{token.pk}"))
    assert token.row.ended_at is None
    assert listed_ids(root, OWN) == [root.pk]


@pytest.mark.parametrize("kind", [Browser, TokenClient])
def test_to_end_others_one_must_have_authenticated_recently(alice, kind, settings):
    settings.SESSIONS_API = {"REAUTHENTICATION_AGE": 600}
    client, other = kind(alice), TokenClient(alice)
    change(client.row, authenticated_at=timezone.now() - timedelta(seconds=601))
    path = f"{OWN}/{other.pk}"
    expected = problem(403, "Forbidden", "Confirm who you are first.", path)
    assert answer(client.delete(path)) == expected
    assert other.row.ended_at is None
    assert len(listed_ids(client, OWN)) == 2
    change(client.row, authenticated_at=timezone.now() - timedelta(seconds=580))
    assert is_ended(client.delete(path))


@pytest.mark.parametrize("kind", [Browser, TokenClient])
def test_to_end_the_current_session_one_need_not(alice, kind, settings):
    settings.SESSIONS_API = {"REAUTHENTICATION_AGE": 600}
    client = kind(alice)
    change(client.row, authenticated_at=timezone.now() - timedelta(seconds=601))
    assert is_ended(client.delete(f"{OWN}/{client.pk}"))


def test_the_sites_server_need_not_authenticate_again(alice, admin, settings):
    settings.SESSIONS_API = {"REAUTHENTICATION_AGE": 600}
    token = TokenClient(alice)
    change(admin.row, authenticated_at=timezone.now() - timedelta(days=1))
    assert is_ended(admin.delete(path_of(alice, token.pk)))
    assert is_ended(admin.delete(path_of(alice)))


def test_the_instance_of_a_problem_is_a_uri_whatever_was_asked_for(alice):
    response = TokenClient(alice).delete(f"{OWN}/é%20%22%3F")
    assert response.status_code == 400
    assert response.json()["instance"] == f"{OWN}/%C3%A9%20%22%3F"


def test_there_is_no_way_to_end_all_of_ones_own(alice):
    token = TokenClient(alice)
    status, media_type, body = answer(token.delete(OWN))
    assert (status, media_type) == (405, "application/problem+json")
    assert (body["title"], body["instance"]) == ("Method Not Allowed", OWN)
    assert token.row.ended_at is None


def test_a_failure_says_no_more_than_that_to_a_user(alice):
    browser = Browser(alice)
    path = f"{OWN}/{browser.pk}"
    with failing("sessions_api_session", "UPDATE"):
        response = browser.delete(path)
    assert answer(response) == problem(500, "Internal Server Error", "Internal Server Error", path)
    assert browser.user_name == "alice"


@pytest.mark.parametrize("method", ["get", "delete", "post", "put", "patch", "options"])
def test_nobody_who_accepts_problems_alone_is_turned_away_for_that(alice, admin, method):
    token = TokenClient(alice)
    for client, path in [
        *((admin, path) for _, path in calls(alice, token.pk)),
        *((token, path) for _, path in own_calls(token.pk)),
        *((Caller(), path) for _, path in calls(alice, token.pk)),
    ]:
        response = client.ask(method.upper(), path, accept="application/problem+json")
        assert response.status_code in (200, 204, 401, 405)
        kind = "application/problem+json" if response.status_code > 204 else "application/json"
        assert response.status_code == 204 or response.headers["Content-Type"] == kind


def test_paths_have_no_slash_at_the_end_and_are_not_redirected(alice, admin):
    token = TokenClient(alice)
    for method, path in calls(alice, token.pk):
        assert getattr(admin, method)(f"{path}/").status_code == 404
    for method, path in own_calls(token.pk):
        assert getattr(token, method)(f"{path}/").status_code == 404
    assert token.row.ended_at is None


def test_an_id_is_the_same_however_it_is_written(alice, admin):
    token = TokenClient(alice)
    assert listed_ids(admin, path_of(str(uuid_of(alice.pk)).upper())) == [token.pk]
    assert is_ended(token.delete(f"{OWN}/{token.pk.upper()}"))
    assert token.row.end_reason == EndReason.REVOKED


def test_an_ip_address_is_plain_and_that_of_a_trusted_proxys_client(alice, admin, settings):
    forwarded = {"x-forwarded-for": "203.0.113.7", "x-real-ip": "198.51.100.4"}
    Client(headers=forwarded).get(f"/do/login:{alice.pk}/")
    settings.SESSIONS_API = {"TRUSTED_PROXIES": ["127.0.0.1"]}
    Client(headers=forwarded).get(f"/do/login:{alice.pk}/")
    addresses = [item["ipAddress"] for item in listed(admin, path_of(alice))]
    assert addresses == ["203.0.113.7", "127.0.0.1"]


def test_of_a_user_whom_the_site_hides_nothing_is_listed(alice, admin):
    token = TokenClient(alice)
    assert listed_ids(admin, path_of(alice)) == [token.pk]
    with hiding("alice"):
        assert listed_ids(admin, path_of(alice)) == []


@pytest.mark.parametrize(("kind", "knowing_them"), CALLERS)
def test_a_list_of_250_costs_three_queries_beyond_finding_out_who_calls(alice, kind, knowing_them):
    caller = TokenClient(staff_with("view_session", is_superuser=kind == "superuser"))
    browser = Browser(alice)
    for _ in range(248):
        lifecycle.issue_token(alice)
    own = TokenClient(alice)
    assert len(listed_ids(caller, path_of(alice))) == len(listed_ids(own, OWN)) == 250
    assert queries(lambda: caller.get(path_of(alice))) == knowing_them + 3
    assert queries(lambda: own.get(OWN)) == 1 + 2
    assert browser.pk in listed_ids(own, OWN)
