"""What the worst of clients send: nothing fails, and nothing changes."""

import pytest

from sessions_api.dialects.identifiers import uuid_of
from tests.dialects.callers import Browser, Caller
from tests.dialects.ory import expected
from tests.dialects.ory.clients import TokenClient, changeable
from tests.helpers import staff_with

pytestmark = pytest.mark.django_db(transaction=True)


ADMIN = "/ory/admin/sessions"
SESSIONS = "/ory/sessions"
LOGOUT = "/ory/self-service/logout/api"
JSON = "application/json"

BODIES = [
    (b"", JSON, 400),
    (b"", "text/plain", 400),
    (b"{", JSON, 400),
    (b"\xff", JSON, 400),
    (b"\x00", JSON, 400),
    (b"{}", "application/json; charset=utf-16", 400),
    (b"\xef\xbb\xbf{}", JSON, 400),
    (b'{"action": NaN, "session_token": NaN}', JSON, 400),
    (b'{"action": 1e400, "session_token": 1e400}', JSON, 400),
    (b'{"action": ' + b"1" * 5_000 + b"}", JSON, 400),
    (b"[" * 60_000, JSON, 400),
    (b'{"session_token": ' + b'{"x": ' * 10_000, JSON, 400),
    (b"x" * 3_000_000, JSON, 413),
    (b"action=disable&session_token=x", "application/x-www-form-urlencoded", 415),
    (b"--x", "multipart/form-data; boundary=x", 415),
    (b"--x", "multipart/form-data", 415),
    (b"{}", "text/plain", 415),
    (b"{}", "nonsense", 415),
    (b"{}", ";;;", 415),
]


@pytest.mark.parametrize(("method", "path"), [("POST", ADMIN), ("DELETE", LOGOUT)])
@pytest.mark.parametrize(
    ("body", "media_type", "status"), BODIES, ids=lambda value: ascii(value)[:40]
)
def test_a_body_that_cannot_be_read_is_an_error_of_the_clients(
    admin, method, path, body, media_type, status
):
    before = changeable()
    response = admin.generic(method, path, body, content_type=media_type)
    assert response.status_code == status
    assert changeable() == before


def test_what_is_no_json_is_415_in_words(admin):
    response = admin.generic("POST", ADMIN, b"{}", content_type="text/plain")
    message = 'Unsupported media type "text/plain" in request.'
    assert response.json() == expected.error(415, message, reason=message)


QUERIES = [
    "%00=%00",
    "%FF=%FF",
    "&&&=&",
    "=",
    "page=%00&per_page=%00&active=1&expand=identity",
    "z=%0D%0AX-Evil:%201",
    "z=%F0%9F%98%80%ED%A0%80",
    "z=" + "x" * 60_000,
    "&".join(f"z{number}=1" for number in range(900)),
]


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query[:40])
def test_a_query_that_means_nothing_is_kept_in_the_links_and_breaks_nothing(admin, query):
    owner = uuid_of(admin.row.user_id)
    other = TokenClient(admin.row.user)
    for path in (SESSIONS, ADMIN, f"/ory/admin/identities/{owner}/sessions"):
        response = admin.get(f"{path}?{query}")
        assert response.status_code == 200
        assert response.headers["Link"].isascii()
        assert "X-Evil" not in response.headers
    for path in (f"{SESSIONS}/whoami", f"{ADMIN}/{other.pk}"):
        assert admin.get(f"{path}?{query}").status_code == 200


def test_a_query_of_more_fields_than_django_takes_is_400(admin):
    query = "&".join(f"z{number}=1" for number in range(1_001))
    for path in (SESSIONS, ADMIN, f"{SESSIONS}/whoami"):
        assert admin.get(f"{path}?{query}").status_code == 400


HEADERS = [
    {"x-request-id": "\0\x7f\xff" * 100},
    {"x-request-id": "x" * 100_000},
    {"x-session-token": "\0"},
    {"x-session-token": "\xff" * 59},
    {"x-session-token": "x" * 100_000},
    {"authorization": "Bearer \0"},
    {"authorization": "Bearer \xff"},
    {"authorization": "\0"},
    {"authorization": "x " * 50_000},
    {"cookie": "sessionid=\0"},
    {"cookie": "sessionid=\xff"},
    {"cookie": "sessionid=" + "x" * 100_000},
    {"cookie": "=;;=" * 1_000},
    {"origin": "\0"},
    {"origin": "http://[::1"},
    {"origin": "x" * 100_000},
    {"sec-fetch-site": "\0"},
    {"user-agent": "\0\xff" * 1_000},
    {"x-forwarded-for": "junk, \0"},
    {"accept": "\0"},
    {"accept-language": "x" * 10_000},
]


@pytest.mark.parametrize("headers", HEADERS, ids=lambda headers: ascii(headers)[:40])
def test_headers_that_mean_nothing_break_nothing(headers):
    root = staff_with(is_superuser=True)
    for client in (Caller(), Browser(root), TokenClient(root)):
        for method, path in [
            ("GET", SESSIONS),
            ("GET", f"{SESSIONS}/whoami"),
            ("GET", ADMIN),
            ("DELETE", f"{SESSIONS}/nonsense"),
            ("DELETE", LOGOUT),
        ]:
            status = client.ask(method, path, **headers).status_code
            assert status in (200, 400, 401, 403), (method, path)


@pytest.mark.parametrize(
    "text",
    [
        "%0A",
        "%00",
        "%0D%0AX-Evil:%201",
        "%F0%9F%98%80",
        "%FF",
        "%E2%80%A8",
        "%2e%2e",
        "%5C%5Cevil.example",
        "%25",
        "%3F",
        "%23",
        "{}",
        "x" * 1_000,
    ],
)
def test_a_redirect_stays_on_this_site_whatever_the_path(text):
    response = Caller().delete(f"/ory/identities/{text}/sessions")
    location = response.headers["Location"]
    assert response.status_code == 307
    assert location.isascii()
    assert location.startswith("/ory/admin/identities/")
    assert location.endswith("/sessions")
    assert Caller().delete(location).status_code == 401
