"""``sessions_api.client.geoip``: places by a database in MaxMind's format."""

import os
import sys

import pytest

from sessions_api.client import geoip
from sessions_api.client.location import Location
from tests.client.databases import COUNTRY_ALONE, LYON, MUNICH, NETWORKS, write_database


@pytest.fixture
def database(tmp_path, settings):
    """Return the path of the database that the site has."""
    path = write_database(tmp_path / "GeoLite2-City.mmdb")
    settings.GEOIP_PATH = path
    return path


@pytest.mark.parametrize(
    ("ip_address", "place", "text"),
    [
        ("203.0.113.7", Location("DE", "Bavaria", "Munich"), "Munich, DE"),
        ("198.51.100.7", Location("FR", "Rhône", "Lyon"), "Lyon, FR"),
        ("2001:db8:1::7", Location("FR", "Rhône", "Lyon"), "Lyon, FR"),
        ("198.51.100.200", Location("US", "Iowa"), "Iowa, US"),
        ("192.0.2.7", Location("JP"), "JP"),
        ("192.0.2.200", Location(), ""),
    ],
)
def test_an_ip_address_is_where_the_database_has_it(database, ip_address, place, text):
    found = geoip.location(None, ip_address)
    assert found == place
    assert str(found) == text


@pytest.mark.parametrize("ip_address", ["10.0.0.1", "127.0.0.1", "::1", "2001:db8:2::1"])
def test_nobody_knows_where_an_ip_address_is_that_the_database_lacks(database, ip_address):
    assert geoip.location(None, ip_address) is None


@pytest.mark.parametrize(
    ("kind", "place"),
    [
        ("GeoIP2-City", Location("DE", "Bavaria", "Munich")),
        ("DBIP-City-Lite", Location("DE", "Bavaria", "Munich")),
        ("GeoIP2-Enterprise", Location("DE", "Bavaria", "Munich")),
        ("GeoLite2-Country", Location("DE")),
    ],
)
def test_databases_of_cities_and_of_countries_will_do(tmp_path, settings, kind, place):
    settings.GEOIP_PATH = write_database(tmp_path / "any name.mmdb", kind=kind)
    assert geoip.problem() is None
    assert geoip.location(None, "203.0.113.7") == place


def test_a_directory_has_the_file_that_django_looks_for(tmp_path, settings):
    settings.GEOIP_PATH = str(tmp_path)
    write_database(tmp_path / "GeoLite2-Country.mmdb", kind="GeoLite2-Country")
    assert geoip.location(None, "203.0.113.7") == Location("DE")
    write_database(tmp_path / "GeoLite2-City.mmdb")
    assert geoip.location(None, "203.0.113.7") == Location("DE", "Bavaria", "Munich")
    settings.GEOIP_CITY, settings.GEOIP_COUNTRY = "cities.mmdb", "countries.mmdb"
    write_database(tmp_path / "countries.mmdb", {"203.0.113.0/24": LYON}, "GeoLite2-Country")
    assert geoip.location(None, "203.0.113.7") == Location("FR")
    write_database(tmp_path / "cities.mmdb", {"203.0.113.0/24": LYON})
    assert geoip.location(None, "203.0.113.7") == Location("FR", "Rhône", "Lyon")


def test_a_database_that_is_replaced_is_opened_again(database):
    assert geoip.location(None, "203.0.113.7") == Location("DE", "Bavaria", "Munich")
    newer = write_database(database.with_suffix(".new"), {"203.0.113.0/24": COUNTRY_ALONE})
    later = database.stat().st_mtime + 60
    os.utime(newer, (later, later))
    newer.rename(database)
    assert geoip.location(None, "203.0.113.7") == Location("JP")


def test_the_database_is_opened_once(database, monkeypatch):
    from geoip2.database import Reader

    opened = []

    def open_database(path):
        opened.append(path)
        return Reader(path)

    monkeypatch.setattr("geoip2.database.Reader", open_database)
    os.utime(database, (1, 1))
    for _ in range(3):
        geoip.location(None, "203.0.113.7")
    assert opened == [database]


def test_no_problem_with_a_database_of_places(database):
    assert geoip.problem() is None


def _no_path(settings, path):
    settings.GEOIP_PATH = None


def _missing(settings, path):
    settings.GEOIP_PATH = path / "missing"


def _broken(settings, path):
    settings.GEOIP_PATH = path / "broken.mmdb"
    settings.GEOIP_PATH.write_bytes(b"no database" * 100)


def _of_networks(settings, path):
    settings.GEOIP_PATH = write_database(
        path / "asn.mmdb",
        {"203.0.113.0/24": {"autonomous_system_number": 64496}},
        "GeoLite2-ASN",
    )


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_no_path, "There is no database: GEOIP_PATH is not set. Name its file"),
        (_missing, "missing is no file, and no directory with GeoLite2-City.mmdb or"),
        (_broken, "The database cannot be read"),
        (_of_networks, "has no countries. Name a database of cities or countries"),
    ],
)
def test_what_keeps_a_database_from_being_read_is_said_with_the_remedy(
    tmp_path, settings, spoil, words
):
    spoil(settings, tmp_path)
    problem = geoip.problem()
    assert problem is not None
    assert words in " ".join(problem)


def test_the_package_that_is_missing_is_named(database, monkeypatch):
    for name in [name for name in sys.modules if name.partition(".")[0] == "geoip2"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "geoip2", None)
    geoip._opened.cache_clear()
    problem = geoip.problem()
    assert problem is not None
    assert "pip install django-sessions-api[geoip2]" in problem.hint


def test_the_networks_are_those_of_the_tests():
    assert NETWORKS["203.0.113.0/24"] is MUNICH
