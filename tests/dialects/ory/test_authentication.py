"""In Ory's dialect: whose credential counts, from where, and for which methods."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from sessions_api import lifecycle
from sessions_api.dialects.identifiers import uuid_of
from tests.dialects.callers import OVER, Browser, Caller
from tests.dialects.ory import expected
from tests.dialects.ory.clients import WHOAMI, TokenClient, changeable
from tests.factories import UserFactory
from tests.helpers import staff_with

pytestmark = pytest.mark.django_db(transaction=True)


SESSIONS = "/ory/sessions"
SOMEBODY = "01890000-0000-7000-8000-000000000000"

ANY_METHOD = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"]


def whose(client, **headers):
    """Return the user name of whom every path takes a request for, or None for nobody."""
    response = client.get(WHOAMI, headers=headers)
    if response.status_code == 401:
        assert response.json() == expected.unauthorized(expected.NO_CREDENTIALS)
        assert client.get(SESSIONS, headers=headers).status_code == 401
        return None
    assert response.status_code == 200
    current = client.delete(f"{SESSIONS}/{response.json()['id']}", headers=headers)
    assert current.json() == expected.error(400, "cannot revoke current session")
    return response.json()["identity"]["traits"]["username"]


@pytest.fixture
def bob():
    return UserFactory.create(username="bob")


def test_the_session_token_counts_before_the_cookie_and_authorization(alice, bob):
    bearer = TokenClient(UserFactory.create(username="carol"), header="authorization")
    browser, token = Browser(bob), TokenClient(alice).token
    headers = {"authorization": f"Bearer {bearer.token}", "x-session-token": token}
    assert whose(browser, **headers) == "alice"


@pytest.mark.parametrize(
    "token", ["wrong", "ory_st_MP2YWEMeM8MxjkGKpH4dqOQ4Q4DlSPaj", "session_" + "x" * 51]
)
def test_a_wrong_session_token_is_not_passed_over(alice, bob, token):
    bearer = TokenClient(bob, header="authorization")
    headers = {"authorization": f"Bearer {bearer.token}", "x-session-token": token}
    assert whose(Browser(alice), **headers) is None


def test_a_session_token_that_has_ended_is_not_passed_over(alice, bob):
    client = TokenClient(bob)
    lifecycle.end(client.row)
    assert whose(Browser(alice), **{"x-session-token": client.token}) is None


@pytest.mark.parametrize("nothing", ["", " "])
def test_an_empty_session_token_is_passed_over(alice, nothing):
    assert whose(Browser(alice), **{"x-session-token": nothing}) == "alice"


def test_the_cookie_counts_before_authorization(alice, bob):
    bearer = TokenClient(bob, header="authorization")
    assert whose(Browser(alice), authorization=f"Bearer {bearer.token}") == "alice"
    assert whose(Browser(alice), authorization="Bearer wrong") == "alice"


@pytest.mark.parametrize("cookie", ["", "nonsense", "a" * 32, "ended", "of a visitor"])
def test_a_cookie_that_signs_nobody_in_leaves_the_word_to_authorization(alice, bob, cookie):
    client = Caller()
    if cookie == "of a visitor":
        client.get("/do/write/")
    elif cookie == "ended":
        browser = Browser(alice)
        OVER["ended"](browser)
        client.cookies = browser.cookies
    else:
        client.cookies["sessionid"] = cookie
    bearer = TokenClient(bob).token
    assert whose(client, authorization=f"Bearer {bearer}") == "bob"


@pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", "BEARER ", "bEaReR ", ""])
def test_the_word_bearer_is_written_in_any_capitals_or_left_out(alice, scheme):
    token = TokenClient(alice).token
    assert whose(Caller(), authorization=scheme + token) == "alice"


@pytest.mark.parametrize(
    "form",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer {} x",
        "Bearer x {}",
        "Bearer{}",
        "Basic {}",
        "Token {}",
        "x{}",
        "{}x",
        "{} {}",
        "Bearer ory_st_MP2YWEMeM8MxjkGKpH4dqOQ4Q4DlSPaj",
    ],
)
def test_any_other_authorization_signs_nobody_in(alice, form):
    assert whose(Caller(), authorization=form.format(*[TokenClient(alice).token] * 2)) is None


@pytest.mark.parametrize("name", ["session_token", "access_token", "token", "X-Session-Token"])
def test_a_token_in_the_query_signs_nobody_in(alice, name):
    response = Caller().get(WHOAMI, {name: TokenClient(alice).token})
    assert response.status_code == 401


def delete_the_user(client):
    client.row.user.delete()


@pytest.mark.parametrize(
    "over",
    [
        "ended",
        "deleted",
        "expired",
        "of a deactivated user",
        "of another password",
        "of a deleted user",
    ],
)
def test_a_session_that_is_over_authenticates_nothing(alice, sign_in, over):
    client = sign_in(alice)
    other = TokenClient(UserFactory.create())
    assert whose(client) == "alice"
    {**OVER, "of a deleted user": delete_the_user}[over](client)
    before = changeable()
    with time_machine.travel(timezone.now() + timedelta(seconds=61)):  # another process
        assert whose(client) is None
        for method, path in [
            ("GET", SESSIONS),
            ("DELETE", SESSIONS),
            ("DELETE", f"{SESSIONS}/{other.pk}"),
        ]:
            response = client.ask(method, path)
            assert (response.status_code, response.json()) == (401, expected.unauthorized())
        assert client.get("/ory/admin/sessions").status_code == 401
    after = changeable()
    assert after[other.row.pk] == before[other.row.pk]


def test_a_401_says_how_to_authenticate(alice):
    response = Caller().get(WHOAMI)
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="api"'
    response = Caller().get(WHOAMI, headers={"x-session-token": "wrong"})
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="api", error="invalid_token"'


CALLS = {
    "DELETE /ory/sessions": 200,
    "DELETE /ory/sessions/{other}": 204,
    "DELETE /ory/admin/sessions": 307,
    "DELETE /ory/admin/sessions/{other}": 204,
    "PATCH /ory/admin/sessions/{other}/extend": 200,
    "DELETE /ory/admin/identities/{alice}/sessions": 204,
    "POST /ory/admin/sessions disable": 200,
    "POST /ory/admin/sessions delete": 200,
}
"""What may change something in the name of whose cookie comes with it, and is answered how."""

FOREIGN = [
    {"origin": "https://evil.example"},
    {"origin": "http://testserver.evil.example"},
    {"origin": "http://testserver:8000"},
    {"origin": "https://testserver"},
    {"origin": "null"},
    {"origin": ""},
    {"origin": "http://["},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "of-the-future"},
    {"origin": "https://evil.example", "sec-fetch-site": "same-origin"},
]
OUR_OWN = [
    {},
    {"origin": "http://testserver"},
    {"origin": "http://testserver", "sec-fetch-site": "same-origin"},
    {"sec-fetch-site": "same-origin"},
    {"sec-fetch-site": "none"},
    {"origin": "https://trusted.example", "sec-fetch-site": "cross-site"},
    {"origin": "https://sub.trusted.example"},
]


@pytest.fixture
def superuser(settings):
    settings.CSRF_TRUSTED_ORIGINS = ["https://trusted.example", "https://*.trusted.example"]
    return staff_with(is_superuser=True)


@pytest.fixture
def call(alice, superuser):
    """Return what makes one of CALLS, about another session of the caller's or about Alice."""
    other = TokenClient(superuser).pk
    TokenClient(alice)

    def call(client, name, **headers):
        method, path, *action = name.split()
        path = path.format(other=other, alice=uuid_of(alice.pk))
        body = {"action": action[0], "sessions": [other]} if action else None
        return client.ask(method, path, body, **headers)

    return call


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_a_page_of_another_origin_changes_nothing_with_the_cookie(superuser, call, headers, name):
    browser = Browser(superuser)
    before = changeable()
    response = call(browser, name, **headers)
    reason = "This page is not one of this site."
    assert response.status_code == 403
    assert response.json() == expected.error(403, expected.FORBIDDEN, reason=reason)
    assert changeable() == before


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("headers", OUR_OWN, ids=str)
def test_a_page_of_this_site_or_a_trusted_one_needs_no_csrf_token(superuser, call, headers, name):
    assert call(Browser(superuser), name, **headers).status_code == CALLS[name]


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("header", ["x-session-token", "authorization"])
@pytest.mark.parametrize("headers", [FOREIGN[0], {"sec-fetch-site": "cross-site"}], ids=str)
def test_a_token_is_taken_from_any_origin(superuser, call, header, headers, name):
    client = TokenClient(superuser, header=header)
    assert call(client, name, **headers).status_code == CALLS[name]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_every_origin_may_ask_whoami_by_any_method_and_read_by_get(superuser, headers):
    browser = Browser(superuser)
    for method in ANY_METHOD:
        assert browser.ask(method, WHOAMI, **headers).status_code == 200
    for path in (SESSIONS, "/ory/admin/sessions"):
        assert browser.ask("GET", path, **headers).status_code == 200


def test_a_page_of_another_origin_without_a_session_is_told_so(alice):
    response = Caller().ask("DELETE", SESSIONS, origin="https://evil.example")
    assert (response.status_code, response.json()) == (401, expected.unauthorized())
