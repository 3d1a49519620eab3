"""Who is at the other end of a request, as far as the site records it."""

import pytest

from sessions_api.client import client_of, fingerprint_of
from sessions_api.models import Client, Session
from tests.factories import UserFactory
from tests.helpers import FIREFOX, signed_in


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, Client("192.0.2.1", FIREFOX)),
        ({"RECORD_IP": False}, Client(None, FIREFOX)),
        ({"RECORD_USER_AGENT": False}, Client("192.0.2.1", "")),
        ({"RECORD_IP": False, "RECORD_USER_AGENT": False}, Client(None, "")),
    ],
    ids=["both", "no IP address", "no user agent", "neither"],
)
def test_a_client_is_what_the_site_records_of_it(rf, settings, options, expected):
    settings.SESSIONS_API = options
    request = rf.get("/", REMOTE_ADDR="192.0.2.1", headers={"user-agent": FIREFOX})
    assert client_of(request) == expected


def test_a_request_that_says_nothing_has_an_unknown_client(rf):
    request = rf.get("/")
    del request.META["REMOTE_ADDR"]
    assert client_of(request) == Client(None, "")


@pytest.mark.parametrize(("proxies", "tells"), [(["10.0.0.0/8"], True), ([], False)])
def test_the_header_of_proxies_tells_clients_apart_where_there_are_proxies(
    rf, settings, proxies, tells
):
    settings.SESSIONS_API = {"TRUSTED_PROXIES": proxies}
    one, other = (
        rf.get("/", REMOTE_ADDR="10.0.0.1", headers={"x-forwarded-for": ip_address})
        for ip_address in ("192.0.2.1", "192.0.2.2")
    )
    assert (fingerprint_of(one) != fingerprint_of(other)) is tells


@pytest.mark.django_db
@pytest.mark.parametrize(
    "options",
    [
        {"TRUSTED_PROXIES": "10.0.0.0/8"},
        {"TRUSTED_PROXIES": ["proxy.local"]},
        {"TRUSTED_PROXIES": 1, "CLIENT_IP_HEADER": None},
    ],
    ids=repr,
)
def test_settings_that_cannot_be_read_keep_nobody_from_signing_in(settings, options):
    settings.SESSIONS_API = {**settings.SESSIONS_API, **options}
    browser = signed_in(UserFactory.create(), headers={"x-forwarded-for": "192.0.2.1"})
    assert browser.get("/api/sessions/").status_code == 200
    assert Session.objects.get().ip_address is None
