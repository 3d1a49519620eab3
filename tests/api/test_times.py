"""Times as RFC 3339 writes them, whatever the site's time zone."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from sessions_api.api.times import utc


@pytest.mark.parametrize(
    ("time", "text"),
    [
        (datetime(2026, 3, 1, 12, tzinfo=UTC), "2026-03-01T12:00:00Z"),
        (datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC), "2026-03-01T12:00:00.250000Z"),
        (datetime(2026, 3, 1, 12, 0, 0, 1, tzinfo=UTC), "2026-03-01T12:00:00.000001Z"),
        (datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00Z"),
        (datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), "9999-12-31T23:59:59.999999Z"),
    ],
)
def test_a_time_in_utc_is_written_as_it_is(time, text):
    assert utc(time) == text


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        (timezone(timedelta(hours=5, minutes=45)), "2026-03-01T06:15:00Z"),
        (timezone(timedelta(hours=-11)), "2026-03-01T23:00:00Z"),
        (ZoneInfo("Pacific/Auckland"), "2026-02-28T23:00:00Z"),
        (ZoneInfo("UTC"), "2026-03-01T12:00:00Z"),
    ],
    ids=str,
)
def test_a_time_elsewhere_is_written_in_utc(zone, text):
    assert utc(datetime(2026, 3, 1, 12, tzinfo=zone)) == text


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("UTC", "2026-07-01T12:00:00.250000Z"),
        ("Pacific/Auckland", "2026-07-01T00:00:00.250000Z"),
        ("America/New_York", "2026-07-01T16:00:00.250000Z"),
    ],
)
def test_a_naive_time_is_one_of_the_sites_time_zone(settings, zone, text):
    settings.USE_TZ, settings.TIME_ZONE = False, zone
    assert utc(datetime(2026, 7, 1, 12, 0, 0, 250_000)) == text  # noqa: DTZ001 (as it is stored)


def test_no_time_is_none():
    assert utc(None) is None
