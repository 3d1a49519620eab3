"""Which session engine the site has, and of what kind it is."""

import logging
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.core.cache import caches
from django.utils import timezone

from sessions_api import engines
from sessions_api.engines import store
from tests.engines.stores import saved, use_subclass
from tests.helpers import ENGINES, SERVER_SIDE, THIRD_PARTY_ENGINES, later, use_engine
from tests.site.engines import DictionarySessionStore

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_signed_cookie_is_believed_while_it_is_genuine_and_young(settings):
    use_engine(settings, "signed_cookies")
    cookie = saved(number=1)
    assert engines.signed_payload(cookie) == {"number": 1}
    assert engines.signed_payload(cookie + "x") == {}
    assert engines.signed_payload("") == {}
    with later(days=15):
        assert engines.signed_payload(cookie) == {}


def test_only_on_signed_cookies_the_cookie_is_the_session(engine):
    assert engines.is_client_side() is (engine == "signed_cookies")


@pytest.mark.parametrize("engine", ["dictionary"], indirect=True)
def test_an_engine_of_a_third_party_that_is_tried_keeps_nothing_of_it(engine):
    store._is_client_side.cache_clear()
    before = dict(DictionarySessionStore.stored)
    assert engines.is_client_side() is False
    assert DictionarySessionStore.stored == before


ENFORCING = {"db", "cached_db", "cache", "redis", "cached_db_redis", "overriding", "subclassed"}


@pytest.mark.parametrize("engine", [*ENGINES, *THIRD_PARTY_ENGINES], indirect=True)
def test_an_engine_enforces_expiries_if_it_has_its_databases_or_its_caches_from_django(engine):
    assert engines.enforces_expiry() is (engine in ENFORCING)


@pytest.mark.parametrize("engine", SERVER_SIDE, indirect=True)
def test_a_subclass_that_loads_in_its_own_way_is_asked_to(engine, monkeypatch):
    def load(session):
        return {**djangos.load(session), "loaded": "in its own way"}

    djangos = use_subclass(monkeypatch, load=load)
    key = saved(number=1)
    assert engines.payload_of(key) == {"number": 1, "loaded": "in its own way"}
    assert engines.extend(key) is None


@pytest.mark.parametrize("engine", ["db", "cached_db"], indirect=True)
def test_a_subclass_that_reads_its_database_in_its_own_way_is_asked_to(engine, monkeypatch):
    def read(session):
        row = djangos._get_session_from_db(session)
        row.session_data = session.encode({"read": "in its own way"})
        return row

    djangos = use_subclass(monkeypatch, _get_session_from_db=read)
    key = saved(number=1)
    caches[django_settings.SESSION_CACHE_ALIAS].clear()
    assert engines.payload_of(key) == {"read": "in its own way"}


@pytest.mark.parametrize(("seconds", "expected"), [(100, 100), (10**7, 14 * 24 * 3600)])
def test_a_signed_cookie_expires_at_the_age_of_the_cookie_if_that_is_sooner(
    settings, seconds, expected
):
    use_engine(settings, "signed_cookies")
    with later(seconds=0):
        session = engines.store_class()()
        session.set_expiry(seconds)
        assert engines.expiry(session) == timezone.now() + timedelta(seconds=expected)


@pytest.mark.parametrize("engine", ["dictionary"], indirect=True)
def test_an_engine_that_cannot_be_tried_is_taken_for_one_with_a_store(engine, monkeypatch, caplog):
    def fail(session, must_create=False):
        raise OSError("The store is away.")

    store._is_client_side.cache_clear()
    monkeypatch.setattr(DictionarySessionStore, "save", fail)
    assert not engines.is_client_side()
    message = (
        f"{django_settings.SESSION_ENGINE} could not be tried. It is taken for one with a store."
    )
    assert caplog.record_tuples == [("sessions_api.engines", logging.ERROR, message)]


@pytest.mark.parametrize("engine", SERVER_SIDE, indirect=True)
def test_a_session_whose_engine_cannot_flush_it_is_empty_and_has_no_key(
    engine, monkeypatch, caplog
):
    def fail(session):
        raise OSError("The store is away.")

    session = engines.store_class()(saved(number=1))
    monkeypatch.setattr(engines.store_class(), "flush", fail)
    engines.flush(session)
    assert session.is_empty()
    message = "The session engine could not delete a session."
    assert caplog.record_tuples == [("sessions_api.engines", logging.ERROR, message)]


@pytest.mark.parametrize("engine", SERVER_SIDE, indirect=True)
def test_a_session_goes_on_under_another_key_and_its_own_is_dropped(engine):
    key, other = saved(number=1), saved(number=2)
    session = engines.store_class()(key)
    assert session["number"] == 1
    engines.move(session, other)
    session.save()
    assert engines.payload_of(key) is None
    assert engines.payload_of(other) == {"number": 1}
