"""Raising the expiry of an engine session while its payload stays as it is."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings as django_settings
from django.core.cache import caches
from django.utils import timezone

from sessions_api import engines
from tests.engines.stores import on_those_that_extend, saved
from tests.helpers import engine_rows, later

pytestmark = pytest.mark.django_db(transaction=True)


@on_those_that_extend
def test_an_expiry_is_raised_and_the_payload_is_not_written(engine):
    key = saved(number=1)
    with later(days=10):
        assert engines.extend(key) == timezone.now() + timedelta(days=14)
        assert engines.extend("unknown0key") is None
    with later(days=20):
        assert engines.payload_of(key) == {"number": 1}
        caches[django_settings.SESSION_CACHE_ALIAS].clear()
        assert (engines.payload_of(key) is None) == (engine in ("cache", "redis"))


@pytest.mark.parametrize("engine", ["cached_db"], indirect=True)
def test_an_expiry_is_raised_where_the_cache_has_lost_the_session(engine):
    key = saved(number=1)
    caches[django_settings.SESSION_CACHE_ALIAS].clear()
    with later(days=10):
        assert engines.extend(key) is not None
    with later(days=20):
        assert engines.payload_of(key) == {"number": 1}


@pytest.mark.parametrize("engine", ["cached_db"], indirect=True)
def test_an_expiry_is_raised_where_the_cache_fails(engine, settings):
    key = saved(number=1)
    settings.CACHES = {"default": {"BACKEND": "tests.site.cache.FailingCache"}}
    with later(days=10):
        assert engines.extend(key) is not None
    with later(days=20):
        assert engines.payload_of(key) == {"number": 1}


@pytest.mark.parametrize("engine", ["cached_db"], indirect=True)
def test_no_expiry_is_raised_where_the_cache_alone_has_the_session(engine):
    key = saved(number=1)
    engine_rows().delete()
    assert engines.payload_of(key) == {"number": 1}
    assert engines.extend(key) is None


@on_those_that_extend
def test_a_write_in_flight_keeps_what_it_writes(engine):
    key = saved(number=1)
    in_flight = engines.store_class()(key)
    in_flight["number"] = 2
    engines.extend(key)
    in_flight.save()
    assert engines.payload_of(key) == {"number": 2}


@on_those_that_extend
@pytest.mark.parametrize("expiry", [0, 3600, datetime(2100, 1, 1, tzinfo=UTC)])
def test_a_raised_expiry_is_what_a_save_would_give(engine, expiry):
    key = saved(expiry=expiry)
    with later(minutes=30):
        session = engines.store_class()(key)
        session.load()
        assert engines.extend(key) == session.get_expiry_date()


@pytest.mark.parametrize(
    "engine",
    [
        "signed_cookies",
        "dictionary",
        "overriding",
    ],
    indirect=True,
)
def test_what_cannot_be_raised_without_writing_is_left_alone(engine):
    assert engines.extend(saved(number=1)) is None
