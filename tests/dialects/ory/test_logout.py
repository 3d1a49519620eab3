"""Ory's DELETE /self-service/logout/api: whoever has a token ends it."""

import pytest

from sessions_api import credentials
from sessions_api.models import EndReason
from tests.dialects.callers import OVER, Browser, Caller
from tests.dialects.ory import expected
from tests.dialects.ory.clients import WHOAMI, TokenClient, changeable
from tests.factories import UserFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("bystander"),
]


LOGOUT = "/ory/self-service/logout/api"


def log_out(client, body, **headers):
    return client.ask("DELETE", LOGOUT, body, **headers)


def test_a_token_ends_its_session_and_may_do_so_again(alice, signed_out):
    client, other = TokenClient(alice), TokenClient(alice)
    response = log_out(Caller(), {"session_token": client.token})
    assert (response.status_code, response.content) == (204, b"")
    assert (client.row.end_reason, client.row.ended_by) == (EndReason.LOGOUT, alice)
    assert client.get(WHOAMI).status_code == 401
    assert other.get(WHOAMI).status_code == 200
    before = changeable()
    assert log_out(Caller(), {"session_token": client.token}).status_code == 204
    assert changeable() == before
    assert signed_out == ["alice"]


@pytest.mark.parametrize(
    "over", ["ended", "expired", "of a deactivated user", "of another password"]
)
def test_the_token_of_a_session_that_is_over_is_known_still(alice, over):
    client = TokenClient(alice)
    OVER[over](client)
    assert log_out(Caller(), {"session_token": client.token}).status_code == 204
    assert client.row.ended_at is not None


@pytest.mark.parametrize(
    "headers", [{}, {"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}], ids=str
)
def test_the_token_in_the_body_is_all_that_counts(alice, headers):
    client, caller = TokenClient(alice), Browser(UserFactory.create())
    other = TokenClient(alice)
    headers = {"x-session-token": other.token, "authorization": "Bearer wrong", **headers}
    assert log_out(caller, {"session_token": client.token}, **headers).status_code == 204
    assert client.row.ended_at is not None
    assert (caller.row.ended_at, other.row.ended_at) == (None, None)


@pytest.mark.parametrize(
    "token",
    [
        "wrong",
        "session_" + "x" * 51,
        "ory_st_MP2YWEMeM8MxjkGKpH4dqOQ4Q4DlSPaj",
        "\0",
        "\0" * 8 + "00000000",
        "\u0660" * 59,
        "\ud800" * 59,
        " ",
        "x" * 60_000,
    ],
    ids=lambda token: ascii(token)[:20],
)
def test_an_unknown_token_is_403(alice, token):
    client, before = TokenClient(alice), changeable()
    response = log_out(client, {"session_token": token})
    reason = "The session token is not known."
    assert response.status_code == 403
    assert response.json() == expected.error(403, expected.FORBIDDEN, reason=reason)
    assert changeable() == before


def test_the_token_of_a_deleted_session_is_not_known_any_more(alice):
    client = TokenClient(alice)
    OVER["deleted"](client)
    assert log_out(Caller(), {"session_token": client.token}).status_code == 403
    assert client.row.end_reason == EndReason.DELETED


def test_the_key_of_a_browsers_session_is_no_token(alice):
    browser = Browser(alice)
    key = browser.cookies["sessionid"].value
    assert credentials.digest(key) == browser.row.key_digest
    assert log_out(Caller(), {"session_token": key}).status_code == 403
    assert browser.row.ended_at is None


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"session_token": ""},
        {"session_token": None},
        {"session_token": 1},
        {"session_token": True},
        {"session_token": ["x"]},
        {"session_token": {}},
        {"token": "x"},
        [],
        ["session_token"],
        "session_token",
        None,
        1,
    ],
    ids=str,
)
def test_a_body_without_a_token_is_400(alice, body):
    client = TokenClient(alice)
    response = log_out(client, body)
    error = response.json()["error"]
    assert error.pop("reason") in ("session_token is missing.", "The body is not a JSON object.")
    assert (response.status_code, {"error": error}) == (
        400,
        expected.error(400, expected.MALFORMED),
    )
    assert client.row.ended_at is None
