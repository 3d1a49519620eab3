"""The figures of the overview: what is counted, from how many rows, and how long it is kept."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sessions_api.admin import figures as module
from sessions_api.admin.figures import DAYS, MOST_COUNTED, figures
from sessions_api.models import Session
from tests.factories import SessionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_noon():
    cache.clear()
    with time_machine.travel(NOON, tick=False), timezone.override("UTC"):
        yield
    cache.clear()


def ago(**duration):
    return NOON - timedelta(**duration)


def ended(**fields):
    return SessionFactory.create(**{"created_at": ago(days=90), "end_reason": "logout", **fields})


def shown():
    """Return what our admin lists."""
    return Session.objects.on_primary().known()


def sign_ins():
    return [day.sign_ins for day in figures(shown()).days]


def ends():
    return [day.ends for day in figures(shown()).days]


def test_sign_ins_and_ends_are_counted_by_day_for_two_weeks():
    for days in (0, 0, 1, 13, 14):
        SessionFactory.create(created_at=ago(days=days))
    for days in (0, 2, 2, 13, 14):
        ended(ended_at=ago(days=days))
    dates = [day.date for day in figures(shown()).days]
    assert len(dates) == DAYS == 14
    assert dates[-1] == NOON.date()
    assert dates == sorted(dates)
    assert sign_ins() == [1, *[0] * 11, 1, 2]
    assert ends() == [1, *[0] * 10, 2, 0, 1]


@pytest.mark.parametrize(
    ("zone", "expected"), [("UTC", [1, 2]), ("Pacific/Auckland", [2, 1]), ("America/Lima", [2, 1])]
)
def test_days_are_those_of_the_current_time_zone(zone, expected):
    for moment in (ago(hours=1), ago(hours=11), ago(hours=23)):
        SessionFactory.create(created_at=moment)
    with timezone.override(zone):
        assert sign_ins()[-2:] == expected


def test_a_site_without_time_zones_counts_its_own_days(settings):
    settings.USE_TZ = False
    SessionFactory.create(created_at=timezone.now(), expires_at=timezone.now() + timedelta(days=1))
    assert sign_ins()[-1] == 1


def test_ends_are_counted_by_reason_also_those_that_wait_for_the_engine():
    for reason in ("logout", "logout", "idle", "another version"):
        ended(ended_at=ago(days=3), end_reason=reason)
    ended(ended_at=ago(days=3), end_reason="idle", sealed_key=b"left")
    ended(ended_at=ago(days=14), end_reason="revoked")
    found = dict(figures(shown()).reasons)
    assert found == {"logout": 2, "idle": 2, "another version": 1}


def test_what_is_so_now_is_counted_of_sessions_that_are_not_over():
    common = {"device_type": "desktop", "country": "FR"}
    SessionFactory.create(**common)
    SessionFactory.create(device_type="desktop")
    SessionFactory.create(device_type="mobile", country="DE")
    SessionFactory.create(**common, ended_at=ago(days=1))
    SessionFactory.create(**common, kind="token", expires_at=ago(days=1))
    SessionFactory.create(**common, expires_at=None)
    found = figures(shown())
    assert found.standing == 3
    assert found.are_all_read
    assert found.devices == [("desktop", 2), ("mobile", 1)]
    assert sorted(found.countries) == [("", 1), ("DE", 1), ("FR", 1)]


def test_deadlines_decide_what_is_over(settings):
    settings.SESSIONS_API = {"IDLE_TIMEOUT": timedelta(days=7)}
    SessionFactory.create(last_used=ago(days=8))
    assert figures(shown()).standing == 0


def test_of_more_than_can_be_read_later_days_are_counted(monkeypatch):
    monkeypatch.setattr(module, "MOST_COUNTED", 3)
    for hours in (1, 2, 30, 31, 60):
        SessionFactory.create(created_at=ago(hours=hours))
        ended(ended_at=ago(hours=hours))
    # The fourth but the last is of the day before: that is not counted, since some of it is not read.
    assert sign_ins() == [None] * 13 + [2]
    assert ends() == [None] * 13 + [2]
    assert figures(shown()).reasons == [("logout", 2)]


def test_of_a_day_with_more_than_can_be_read_nothing_is_claimed(monkeypatch):
    monkeypatch.setattr(module, "MOST_COUNTED", 3)
    for hours in (1, 2, 3, 4):
        SessionFactory.create(created_at=ago(hours=hours))
    assert sign_ins() == [None] * 14


def test_as_many_as_can_be_read_are_all_counted(monkeypatch):
    monkeypatch.setattr(module, "MOST_COUNTED", 3)
    for hours in (1, 30, 60):
        SessionFactory.create(created_at=ago(hours=hours))
    assert sign_ins() == [0] * 11 + [1, 1, 1]


def test_now_is_told_by_the_sessions_that_were_used_last(monkeypatch):
    monkeypatch.setattr(module, "MOST_RECENT", 2)
    for hours, kind in ((1, "desktop"), (2, "desktop"), (3, "mobile")):
        SessionFactory.create(last_used=ago(hours=hours), device_type=kind)
    found = figures(shown())
    assert found.devices == [("desktop", 2)]
    assert not found.are_all_read


def test_at_most_five_queries_each_within_a_limit_and_none_within_a_minute():
    SessionFactory.create()
    with CaptureQueriesContext(connection) as captured:
        figures(shown())
    statements = [query["sql"] for query in captured]
    assert len(statements) == 5
    beyond = [each for each in statements if f"OFFSET {MOST_COUNTED}" in each]
    per_day = [each for each in statements if "UNION ALL" in each]
    recent = [each for each in statements if f"LIMIT {module.MOST_RECENT + 1}" in each]
    assert (len(beyond), len(per_day), len(recent)) == (2, 2, 1)
    with CaptureQueriesContext(connection) as captured:
        figures(shown())
    assert len(captured) == 0


def test_the_figures_are_a_minute_old_at_most():
    assert sign_ins()[-1] == 0
    SessionFactory.create(created_at=NOON)
    assert sign_ins()[-1] == 0
    with time_machine.travel(NOON + timedelta(seconds=61), tick=False):
        assert sign_ins()[-1] == 1


@pytest.mark.parametrize("kept", [None, "nonsense", ["another", "version"]])
def test_what_is_no_figures_is_read_anew(kept, monkeypatch):
    monkeypatch.setattr(cache, "get", lambda key: kept)
    Session.objects.all().delete()
    assert sign_ins() == [0] * 14


@pytest.mark.parametrize("operation", ["get", "set"])
def test_a_cache_that_fails_breaks_nothing(operation, monkeypatch, caplog):
    def fail(*arguments, **options):
        raise ConnectionError("The cache is down.")

    SessionFactory.create(created_at=NOON)
    monkeypatch.setattr(cache, operation, fail)
    assert sign_ins()[-1] == 1
    assert "overview" in caplog.text


def test_of_a_narrowed_list_the_figures_are_those_of_the_list_and_nobody_elses():
    mine = SessionFactory.create(created_at=ago(hours=1))
    SessionFactory.create(created_at=ago(hours=1))
    assert sign_ins()[-1] == 2
    narrowed = figures(shown().filter(user=mine.user))
    assert (narrowed.days[-1].sign_ins, narrowed.standing) == (1, 1)
    assert sign_ins()[-1] == 2
