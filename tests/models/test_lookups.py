"""Whether an IP address lies in a network, whatever the database."""

import ipaddress

import pytest

from sessions_api.models import Session
from tests.factories import SessionFactory

pytestmark = pytest.mark.django_db

ADDRESSES = [
    "0.0.0.0",  # noqa: S104 (nothing listens here)
    "10.0.0.0",
    "10.255.255.255",
    "11.0.0.0",
    "203.0.113.7",
    "203.0.113.128",
    "255.255.255.255",
    "::",
    "::1",
    "2001:db8::",
    "2001:db8::7",
    "2001:db8:0:1::1",
    "2001:db8:0:1:1::",
    "2001:db80::1",
    "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
    "::ffff:203.0.113.7",
    "203.0.11.3",
    "2001:db9::",
    "fe80::1",
]
NETWORKS = [
    "0.0.0.0/0",
    "10.0.0.0/8",
    "10.0.0.0/9",
    "203.0.113.0/25",
    "203.0.113.128/25",
    "203.0.113.7/32",
    "::/0",
    "2001:db8::/32",
    "2001:db8::/64",
    "2001:db8::7/128",
    "2001:db8:0:1::/64",
    "2001:db8:0:1::/127",
    "203.0.0.0/16",
    "203.0.113.6/31",
    "::ffff:0:0/96",
    "fe80::/10",
]


@pytest.fixture
def sessions():
    SessionFactory.create(ip_address=None)
    return {address: SessionFactory.create(ip_address=address) for address in ADDRESSES}


@pytest.mark.parametrize("network", NETWORKS)
def test_exactly_the_ip_addresses_of_a_network_lie_in_it(sessions, network):
    inside = ipaddress.ip_network(network)
    assert set(Session.objects.filter(ip_address__within=network)) == {
        session for text, session in sessions.items() if ipaddress.ip_address(text) in inside
    }


def test_what_is_outside_can_be_asked_for_too(sessions):
    outside = Session.objects.exclude(ip_address__within="0.0.0.0/0")
    assert {session.ip_address for session in outside} == {
        None,
        *(address for address in ADDRESSES if ":" in address),
    }


def test_host_bits_do_not_matter(sessions):
    found = Session.objects.filter(ip_address__within="203.0.113.9/25").get()
    assert found == sessions["203.0.113.7"]


def test_what_is_no_network_is_refused():
    with pytest.raises(ValueError, match="203"):
        Session.objects.filter(ip_address__within="203.0.113")


@pytest.mark.parametrize("number", [0, 1, 3])
def test_rows_are_found_by_many_keys(number):
    sessions = SessionFactory.create_batch(3, label="a label")
    wanted = sessions[:number]
    assert set(Session.objects.filter(pk__among=[session.pk for session in wanted])) == set(wanted)
    assert set(Session.objects.filter(pk__among={str(session.pk) for session in wanted})) == set(
        wanted
    )
    labels = ["a label", "another"][:number]
    assert Session.objects.filter(label__among=labels).count() == (3 if number else 0)


BEGINNINGS = ["Chrome", "Edge", "Mobile Safari", "iPad", "macOS"]
NAMES = [
    "",
    "1Browser",
    "Chrome",
    "Chrome 142",
    "chrome mobile",
    "CHROMIUM",
    "Chromf",
    "Chrom",
    "Edge 9",
    "Edgf",
    "Edg",
    "Firefox",
    "Mobile",
    "mobile safari 18",
    "Mobile Safarj",
    "ipad",
    "iPadOS",
    "iPhone",
    "MacOS 15",
    "zzz",
    "\u7535\u8111",
]


def test_the_names_outside_some_families_are_those_that_begin_otherwise():
    sessions = {name: SessionFactory.create(browser=name) for name in NAMES}
    families = tuple(each.lower() for each in BEGINNINGS)
    outside = {"browser__outside": BEGINNINGS}
    assert set(Session.objects.filter(**outside)) == {
        session for name, session in sessions.items() if not name.lower().startswith(families)
    }
