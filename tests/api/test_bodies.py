"""No body of a request is larger than any that makes sense."""

import json
from io import BytesIO
from urllib.parse import urlencode

import pytest
from django.http.request import HttpRequest
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from sessions_api.api.bodies import MAX_BODY
from sessions_api.models import MAX_LABEL, MAX_SEARCH_TERM
from tests.bodies import Unread, answer, passed_on
from tests.factories import PASSWORD, UserFactory
from tests.helpers import REAUTHENTICATE, SESSIONS, signed_in

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
TOO_LARGE = {"detail": "The body is too large."}
WRITES = [
    ("POST", SESSIONS),
    ("POST", REAUTHENTICATE),
    ("PATCH", f"{SESSIONS}01a1fd02-a302-7213-aa0b-801a5331b708/"),
    ("DELETE", SESSIONS),
    ("POST", "/api/admin/sessions/end/"),
    ("POST", "/api/admin/sessions/01a1fd02-a302-7213-aa0b-801a5331b708/extend/"),
]
HUGE = b"x" * (MAX_BODY + 1)


def encoded(content_type, **fields):
    """Return a body with these fields."""
    if content_type == JSON:
        return json.dumps(fields)
    return urlencode(fields) if content_type == FORM else encode_multipart(BOUNDARY, fields)


@pytest.mark.parametrize("content_type", [JSON, FORM, MULTIPART_CONTENT, "text/plain"])
@pytest.mark.parametrize(("method", "path"), WRITES)
def test_a_large_body_is_refused_whoever_sends_it(db, method, path, content_type):
    user = UserFactory.create()
    for client in (Client(), signed_in(user)):
        body = encoded(content_type, username="x" * MAX_BODY)
        response = client.generic(method, path, body, content_type=content_type)
        assert (response.status_code, response.json()) == (413, TOO_LARGE)


@pytest.mark.parametrize("content_type", [JSON, FORM, MULTIPART_CONTENT])
@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_nothing_reads_it(alice, accept, content_type):
    client = signed_in(alice, enforce_csrf_checks=True)
    body = Unread()
    response = client.post(
        REAUTHENTICATE,
        content_type=content_type,
        headers={"accept": accept},
        **{"wsgi.input": body, "CONTENT_LENGTH": str(body.left)},
    )
    assert response.status_code == 413
    assert body.was_read == 0


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_nothing_reads_it_where_the_method_is_not_allowed(alice, method):
    client, body = signed_in(alice, enforce_csrf_checks=True), Unread()
    extra = {"wsgi.input": body, "CONTENT_LENGTH": str(body.left)}
    response = client.generic(
        method, f"{SESSIONS}current/", content_type=FORM, headers={"accept": "text/html"}, **extra
    )
    assert response.status_code == 413
    assert body.was_read == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_TRANSFER_ENCODING": "chunked"},
        {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": "10"},
        {"CONTENT_LENGTH": ""},
        {"CONTENT_LENGTH": "10,10"},
        {"CONTENT_LENGTH": "-1"},
        {"CONTENT_LENGTH": "1" * 5000},
        {},
    ],
)
def test_a_large_body_of_no_stated_length_is_read_up_to_the_bound(db, headers):
    for request in passed_on(SESSIONS, Unread, **headers):
        body = request._stream
        response = answer(request)
        assert (response.status_code, response.data) == (413, TOO_LARGE)
        assert body.was_read <= MAX_BODY + 1


def test_a_small_body_of_no_stated_length_can_still_be_read(db):
    for request in passed_on(SESSIONS, lambda: BytesIO(b'{"username": "x"}')):
        assert answer(request).status_code == 400
        assert request.body == b'{"username": "x"}'


@pytest.mark.parametrize("content_type", [JSON, FORM, MULTIPART_CONTENT])
@pytest.mark.django_db(transaction=True)
def test_whatever_a_sign_in_may_say_is_taken(alice, content_type):
    body = {
        "username": "😀" * MAX_SEARCH_TERM,
        "password": "😀" * 4096,
        "label": "😀" * MAX_LABEL,
    }
    sent = encoded(content_type, **body)
    response = Client().generic("POST", SESSIONS, sent, content_type=content_type)
    assert response.status_code == 401


def test_what_middleware_has_read_is_taken(alice, settings):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.read_the_body"]
    body = {"username": "alice", "password": PASSWORD}
    for content_type in (JSON, FORM, MULTIPART_CONTENT):
        sent = encoded(content_type, **body)
        response = Client().generic("POST", SESSIONS, sent, content_type=content_type)
        assert response.status_code == 201
        assert Client().generic("POST", SESSIONS, HUGE, content_type=JSON).status_code == 413


def read_the_body(get_response):
    """Read every form, as CSRF protection does."""

    def middleware(request: HttpRequest):
        assert request.POST is not None
        return get_response(request)

    return middleware


def test_a_page_may_say_what_it_likes_in_a_request_that_reads(alice):
    client = signed_in(alice)
    assert client.generic("GET", SESSIONS, HUGE, content_type=JSON).status_code == 200
