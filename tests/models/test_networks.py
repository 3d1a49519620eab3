"""What RECORD_IP = "network" keeps of IP addresses."""

import pytest

from sessions_api import signals
from sessions_api.models import Session, networks
from tests.factories import SessionFactory, UserFactory
from tests.helpers import later, signed_in

CASES = [
    ("203.0.113.7", "203.0.113.0", "203.0.113.0/24"),
    ("203.0.113.0", "203.0.113.0", "203.0.113.0/24"),
    ("255.255.255.255", "255.255.255.0", "255.255.255.0/24"),
    ("2001:db8:1:2:3:4:5:6", "2001:db8:1::", "2001:db8:1::/48"),
    ("::1", "::", "::/48"),
]


@pytest.mark.parametrize(("ip_address", "kept", "shown"), CASES)
def test_the_first_bits_are_kept(settings, ip_address, kept, shown):
    assert networks.recorded(ip_address) == ip_address
    assert networks.in_words(ip_address) == ip_address
    settings.SESSIONS_API = {"RECORD_IP": "network"}
    assert networks.recorded(ip_address) == kept
    assert networks.in_words(kept) == shown


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("203.0.113.7", "203.0.113.0/24"),
        ("203.0.113.128/25", "203.0.113.0/24"),
        ("203.0.113.200/31", "203.0.113.0/24"),
        ("203.0.112.0/23", None),
        ("203.0.113.0/24", None),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("2001:db8::/32", None),
        ("::ffff:203.0.113.7", "203.0.113.0/24"),
        ("alice", None),
        ("", None),
    ],
)
def test_what_is_smaller_than_what_is_kept_means_the_network_it_is_in(settings, asked, meant):
    assert networks.meant_by(asked) is None
    settings.SESSIONS_API = {"RECORD_IP": "network"}
    found = networks.meant_by(asked)
    assert (None if found is None else str(found)) == meant


def test_an_ip_address_from_before_is_shown_as_it_is(settings):
    settings.SESSIONS_API = {"RECORD_IP": "network"}
    assert networks.in_words("203.0.113.7") == "203.0.113.7"


@pytest.mark.django_db
def test_nothing_else_of_an_ip_address_is_stored(settings):
    settings.SESSIONS_API = {
        **settings.SESSIONS_API,
        "RECORD_IP": "network",
        "LOCATION": "tests.models.test_networks.place",
    }
    browser = signed_in(UserFactory.create(), REMOTE_ADDR="203.0.113.77")
    browser.get("/do/user/", REMOTE_ADDR="203.0.113.78")
    row = Session.objects.get()
    assert (row.ip_address, row.last_ip_address) == ("203.0.113.0", "203.0.113.0")
    assert row.client_changed_at is None
    assert row.location == "place of 203.0.113.0"
    shown = browser.get("/api/sessions/current/").content.decode()
    assert "203.0.113.7" not in shown


def place(request, ip_address):
    """Tell of which IP address the place was asked, for LOCATION."""
    return ("", "", f"place of {ip_address}")


@pytest.mark.django_db(transaction=True)
def test_a_client_that_has_not_changed_is_told_of_nobody_once_networks_are_kept(settings):
    browser = signed_in(UserFactory.create(), REMOTE_ADDR="203.0.113.77")
    told = []

    def receiver(session, **kwargs):
        told.append(session)

    signals.session_client_changed.connect(receiver)
    try:
        settings.SESSIONS_API = {**settings.SESSIONS_API, "RECORD_IP": "network"}
        with later(minutes=5):
            browser.get("/do/user/", REMOTE_ADDR="203.0.113.77")
        assert told == []
        with later(minutes=10):
            browser.get("/do/user/", REMOTE_ADDR="198.51.100.1")
        assert len(told) == 1
    finally:
        signals.session_client_changed.disconnect(receiver)


@pytest.mark.django_db
def test_the_api_says_for_which_network_an_ip_address_stands(settings, admin_client):
    settings.SESSIONS_API = {**settings.SESSIONS_API, "RECORD_IP": "network"}
    SessionFactory.create(ip_address="203.0.113.0", expires_at=None)
    url = "/api/admin/sessions/"
    assert admin_client.get(f"{url}?ip=203.0.113.7").json()["network"] == "203.0.113.0/24"
    assert admin_client.get(f"{url}?search=203.0.113.7").json()["network"] == "203.0.113.0/24"
    for query in ("", "?ip=203.0.113.0/24", "?search=alice"):
        assert "network" not in admin_client.get(url + query).json()
    body = {"ip": "203.0.113.7", "dry_run": True}
    ended = admin_client.post(f"{url}end/", body, content_type="application/json")
    assert ended.json() == {"matched": 0, "ended": 0, "network": "203.0.113.0/24"}
