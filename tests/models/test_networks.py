"""What RECORD_IP = "network" keeps of IP addresses."""

import pytest

from sessions_api.models import Session, networks
from tests.factories import UserFactory
from tests.helpers import signed_in

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
