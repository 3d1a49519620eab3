"""Where sessions are: found at a sign-in, and when the IP address changes."""

import logging
from contextlib import nullcontext

import pytest
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from sessions_api import lifecycle, logs, recent
from sessions_api.client.location import NOWHERE, Location, location_of
from sessions_api.models import MAX_LOCATION, Session
from tests.client.databases import write_database
from tests.factories import SessionFactory
from tests.helpers import (
    CURRENT,
    DJANGOS_ENGINES,
    FIREFOX,
    SESSIONS,
    bearer,
    later,
    old_session,
    session_of,
    signed_in,
    use_engine,
)

PLACES = {
    "203.0.113.7": Location("DE", "Bavaria", "Munich"),
    "198.51.100.7": Location("FR", "Rhône", "Lyon"),
    "192.0.2.7": None,
}
asked: list[str] = []


def place(request, ip_address):
    """Tell where an IP address is, for LOCATION."""
    asked.append(ip_address)
    return PLACES[ip_address]


def answering(request, ip_address):
    """Tell what a test wants to hear."""
    return answers[0]


def failing(request, ip_address):
    """Fail."""
    raise RuntimeError("no such place")


answers: list[object] = []


@pytest.fixture(autouse=True)
def located(settings):
    """Have the site tell where its clients are."""
    settings.SESSIONS_API = {
        **settings.SESSIONS_API,
        "LOCATION": "tests.client.test_location.place",
    }
    asked.clear()


def at(ip_address):
    return {"REMOTE_ADDR": ip_address, "headers": {"user-agent": FIREFOX}}


@pytest.mark.parametrize(
    ("location", "text"),
    [
        (Location("DE", "Bavaria", "Munich"), "Munich, DE"),
        (Location("DE", "Bavaria"), "Bavaria, DE"),
        (Location("DE"), "DE"),
        (Location(city="Munich"), "Munich"),
        (NOWHERE, ""),
        (Location("DE", "", "x" * 200), "x" * 96 + ", DE"),
        (Location("", "", "x" * 200), "x" * 100),
    ],
)
def test_a_place_is_told_by_its_city_or_region_and_its_country(location, text):
    assert str(location) == text
    assert len(text) <= MAX_LOCATION


@pytest.mark.parametrize(
    ("answer", "stored"),
    [
        (None, NOWHERE),
        (("fr", None, " Lyon\x00\n\ud800 "), Location("FR", "", "Lyon")),
        (Location("FRA", "Rhône", ""), Location("", "Rhône", "")),
        (Location("ZZ"), NOWHERE),
        ("nonsense", NOWHERE),
        ("Rio", NOWHERE),
        (7, NOWHERE),
        (("a", "b", "c", "d"), NOWHERE),
    ],
)
def test_what_a_site_tells_is_stored_as_far_as_it_can_be(rf, settings, answer, stored):
    settings.SESSIONS_API = {"LOCATION": "tests.client.test_location.answering"}
    answers[:] = [answer]
    assert location_of(rf.get("/"), "203.0.113.7") == stored


@pytest.mark.parametrize("path", ["tests.client.test_location.failing", "no.such.path"])
def test_telling_that_fails_is_logged_once_and_is_no_error(rf, settings, caplog, path):
    settings.SESSIONS_API = {"LOCATION": path}
    logs.clear()
    with caplog.at_level(logging.WARNING, "sessions_api"):
        assert [location_of(rf.get("/"), "203.0.113.7") for _ in range(3)] == [NOWHERE] * 3
    message = "No location is recorded: LOCATION has failed."
    assert caplog.record_tuples == [("sessions_api.client", logging.WARNING, message)]


@pytest.mark.django_db
@pytest.mark.parametrize("engine", DJANGOS_ENGINES)
def test_a_place_is_found_at_the_sign_in_and_when_the_ip_address_changes(alice, settings, engine):
    use_engine(settings, engine)
    browser = signed_in(alice, **at("203.0.113.7"))
    for _ in range(3):
        browser.get(SESSIONS)
        recent.clear()
    shown = browser.get(CURRENT).json()
    assert (shown["country"], shown["location"]) == ("DE", "Munich, DE")
    assert asked == ["203.0.113.7"]

    with later(minutes=2):
        browser.get(CURRENT, REMOTE_ADDR="198.51.100.7")
    row = Session.objects.get()
    assert (row.country, row.location) == ("FR", "Lyon, FR")
    assert row.first_location == "Munich, DE"
    assert asked == ["203.0.113.7", "198.51.100.7"]

    with later(minutes=4):
        browser.get(CURRENT, REMOTE_ADDR="192.0.2.7")
    row = Session.objects.get()
    assert (row.country, row.location, row.first_location) == ("", "", "Munich, DE")

    with later(minutes=6):
        browser.get(CURRENT, REMOTE_ADDR="203.0.113.7")
    row = Session.objects.get()
    assert (row.country, row.location, row.first_location) == ("DE", "Munich, DE", "Munich, DE")


@pytest.mark.django_db
def test_a_place_that_was_not_known_at_the_sign_in_stays_unknown_there(alice):
    browser = signed_in(alice, **at("192.0.2.7"))
    with later(minutes=2):
        browser.get(CURRENT, REMOTE_ADDR="203.0.113.7")
    row = Session.objects.get()
    assert (row.location, row.first_location) == ("Munich, DE", "")


@pytest.mark.django_db
def test_another_user_agent_asks_for_no_place(alice):
    browser = signed_in(alice, **at("203.0.113.7"))
    with later(minutes=2):
        browser.get(CURRENT, headers={"user-agent": FIREFOX.replace("157", "158")})
    assert session_of(browser).last_user_agent != ""
    assert asked == ["203.0.113.7"]


@pytest.mark.django_db
def test_tokens_and_adopted_sessions_have_places(alice, rf):
    request = rf.get("/", REMOTE_ADDR="203.0.113.7")
    token = lifecycle.issue_token(alice, request=request)
    assert (token.session.country, token.session.location) == ("DE", "Munich, DE")
    with later(minutes=2):
        Client().get(CURRENT, headers=bearer(token.token), REMOTE_ADDR="198.51.100.7")
    token.session.refresh_from_db()
    assert (token.session.location, token.session.first_location) == ("Lyon, FR", "Munich, DE")

    old_session(alice).get(CURRENT, REMOTE_ADDR="198.51.100.7")
    assert Session.objects.get(adopted=True).location == "Lyon, FR"


@pytest.mark.django_db
@pytest.mark.parametrize("options", [{"RECORD_IP": False}, {"LOCATION": None}], ids=repr)
def test_nothing_is_asked_or_stored_without_an_ip_address_or_a_setting(alice, settings, options):
    settings.SESSIONS_API = {**settings.SESSIONS_API, **options}
    browser = signed_in(alice, **at("203.0.113.7"))
    row = session_of(browser)
    assert (row.country, row.location, row.location_at_sign_in, asked) == ("", "", None, [])


@pytest.mark.django_db
def test_listing_asks_for_no_place(alice, admin_client):
    for ip_address in PLACES:
        SessionFactory.create(user=alice, ip_address=ip_address, last_ip_address=ip_address)
    asked.clear()
    assert admin_client.get("/api/admin/sessions/").status_code == 200
    assert asked == []


@pytest.mark.django_db
def test_a_sign_in_needs_no_query_for_a_place(alice, settings):
    signed_in(alice)
    counts = []
    for options in ({}, {"LOCATION": None}):
        settings.SESSIONS_API = {**settings.SESSIONS_API, **options}
        with CaptureQueriesContext(connection) as captured:
            signed_in(alice, **at("203.0.113.7"))
        counts.append(len(captured))
    assert counts[0] == counts[1] > 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    "content", [None, b"", b"no database" * 100], ids=["missing", "empty", "broken"]
)
def test_a_database_that_cannot_be_read_changes_no_sign_in(alice, settings, tmp_path, content):
    settings.GEOIP_PATH = tmp_path / "GeoLite2-City.mmdb"
    if content is not None:
        settings.GEOIP_PATH.write_bytes(content)
    settings.SESSIONS_API = {
        **settings.SESSIONS_API,
        "LOCATION": "sessions_api.client.geoip.location",
    }
    browser = signed_in(alice, **at("203.0.113.7"))
    assert session_of(browser).location == ""
    write_database(settings.GEOIP_PATH)
    assert session_of(signed_in(alice, **at("203.0.113.7"))).location == "Munich, DE"


def colliding(request, ip_address):
    """Write what the database refuses, for LOCATION."""
    Group.objects.create(name=ip_address)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("atomic", [True, False])
@pytest.mark.parametrize("way", ["login", "token", "adoption"])
def test_an_error_of_the_database_breaks_no_transaction_of_the_view(
    alice, settings, monkeypatch, atomic, way
):
    settings.SESSIONS_API = {
        **settings.SESSIONS_API,
        "LOCATION": "tests.client.test_location.colliding",
    }
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", atomic)
    Group.objects.create(name="203.0.113.7")
    if way == "login":
        assert session_of(signed_in(alice, **at("203.0.113.7"))).location == ""
    elif way == "adoption":
        browser = old_session(alice)
        assert browser.get("/do/user/", **at("203.0.113.7")).content.decode() == "alice"
    else:
        request = RequestFactory().get("/", REMOTE_ADDR="203.0.113.7")
        with transaction.atomic() if atomic else nullcontext():
            lifecycle.issue_token(alice, request=request)
    assert Session.objects.get().ip_address == "203.0.113.7"
