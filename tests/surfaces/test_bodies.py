"""No URL that clients call reads a body that is too large, whoever sends it."""

import re
from http import HTTPStatus
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from sessions_api.api.bodies import MAX_BODY
from tests.bodies import JSON, Unread, answer, passed_on
from tests.helpers import signed_in
from tests.surfaces.calls import PREFIXES, mounted

pytestmark = pytest.mark.django_db

METHODS = ("POST", "PUT", "PATCH", "DELETE")
SOMEBODYS = str(UUID("01a1fd02-a302-7213-aa0b-801a5331b708"))
SAID = "The body is too large."

WITHOUT_USE = {"/ory/sessions/whoami"}
"""URLs that have no use for a body, which the proxies that ask them keep."""


def paths():
    """Return every path that clients call, with the id of nobody's session where one is."""
    called = {call.partition(" ")[2] for call in mounted()}
    of_clients = (path for path in called if path.startswith(tuple(PREFIXES)))
    return sorted(re.sub(r"{\w+}", SOMEBODYS, path) for path in of_clients)


def is_led_elsewhere(path):
    return "/ory/identities/" in path or path == "/ory/admin/sessions/whoami"


REFUSING = [path for path in paths() if path not in WITHOUT_USE and not is_led_elsewhere(path)]
OTHERS = [path for path in paths() if path not in REFUSING]


def of_request(body: Unread) -> dict[str, Any]:
    """Return what a server says of a request that has this body."""
    return {"wsgi.input": body, "CONTENT_LENGTH": str(body.left)}


def error_of(path):
    """Return the error as the surface of a path has it."""
    status, phrase = 413, HTTPStatus(413).phrase
    named = {"status": phrase, "reason": SAID, "message": SAID}
    problem = {"type": "about:blank", "title": phrase, "detail": SAID, "instance": path}
    return {
        "api": {"detail": SAID},
        "ory": {"error": {"code": status, **named}},
        "hanko": {"code": status, "message": phrase},
        "torii": {"status": status, **problem},
        "flashback": {"success": False, "error": SAID},
    }[path.split("/")[1]]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("path", REFUSING)
def test_a_large_body_is_refused_and_not_read_on_every_surface(alice, path, method):
    for client in (Client(), signed_in(alice, enforce_csrf_checks=True)):
        body, headers = Unread(), {"origin": "http://testserver"}
        response = client.generic(
            method, path, content_type=JSON, headers=headers, **of_request(body)
        )
        assert (response.status_code, response.json()) == (413, error_of(path))
        assert body.was_read == 0


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("path", REFUSING)
def test_one_without_a_length_is_read_up_to_the_bound(path, method):
    for request in passed_on(path, Unread, method, HTTP_TRANSFER_ENCODING="chunked"):
        body = request._stream
        response = answer(request)
        assert (response.status_code, response.data) == (413, error_of(path))
        assert body.was_read <= MAX_BODY + 1


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("path", OTHERS)
def test_what_has_no_use_for_a_body_does_not_read_it(path, method):
    body = Unread()
    response = Client().generic(method, path, content_type=JSON, **of_request(body))
    assert response.status_code == (401 if path in WITHOUT_USE else 307)
    assert body.was_read == 0


def test_every_surface_is_there():
    assert {path.split("/")[1] for path in REFUSING} == {prefix.strip("/") for prefix in PREFIXES}
    assert {*OTHERS} >= WITHOUT_USE
