"""Ory's GET /sessions/whoami: the session of the request."""

import pytest

from sessions_api.dialects.identifiers import uuid_of
from tests.dialects.callers import Caller
from tests.dialects.ory import expected
from tests.dialects.ory.clients import WHOAMI, TokenClient, changeable

pytestmark = pytest.mark.django_db(transaction=True)


IDENTITY = "X-Kratos-Authenticated-Identity-Id"


def test_whoami_shows_the_session_of_the_request_with_identity_and_device(alice, sign_in):
    sign_in(alice)
    client = sign_in(alice)
    response = client.get(WHOAMI)
    assert (response.status_code, response.json()) == (200, expected.full(client.row))


def test_whoami_names_the_identity_in_a_header(alice, sign_in):
    response = sign_in(alice).get(WHOAMI)
    assert response.headers[IDENTITY] == str(uuid_of(alice.pk)) == response.json()["identity"]["id"]
    assert IDENTITY not in Caller().get(WHOAMI).headers


@pytest.mark.parametrize(
    "method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"]
)
def test_whoami_answers_every_method_alike_and_changes_nothing(alice, sign_in, method):
    client = sign_in(alice)
    before = changeable()
    response = client.ask(method, WHOAMI)
    assert (response.status_code, response.json()) == (200, expected.full(client.row))
    assert response.headers[IDENTITY] == str(uuid_of(alice.pk))
    refused = Caller().ask(method, WHOAMI)
    assert refused.status_code == 401
    assert refused.json() == expected.unauthorized(expected.NO_CREDENTIALS)
    assert changeable() == before


def test_whoami_answers_head_without_a_body(alice, sign_in):
    response = sign_in(alice).head(WHOAMI)
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers[IDENTITY] == str(uuid_of(alice.pk))


def test_whoami_does_not_tell_how_long_its_answer_may_be_kept(alice):
    for client in (TokenClient(alice), Caller()):
        assert "Ory-Session-Cache-For" not in client.get(WHOAMI).headers


def test_whoami_has_no_templates_to_make_tokens_by(alice):
    client = TokenClient(alice)
    response = client.get(WHOAMI, {"tokenize_as": "jwt_example"})
    reason = "This site has no templates for tokenize_as."
    assert response.status_code == 400
    assert response.json() == expected.error(400, expected.MALFORMED, reason=reason)
    assert client.get(WHOAMI, {"tokenize_as": ""}).json() == expected.full(client.row)
    assert Caller().get(WHOAMI, {"tokenize_as": "jwt_example"}).status_code == 401
