"""The payloads that the engine would load: reading them changes nothing."""

import json
import logging

import pytest
import time_machine
from django.core.cache.backends.locmem import LocMemCache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sessions_api import engines
from sessions_api.engines import loading
from tests.engines.stores import on_each, saved
from tests.helpers import engine_rows, later, use_engine
from tests.site.cache import operations
from tests.site.engines import DictionarySessionStore

pytestmark = pytest.mark.django_db(transaction=True)


class BackwardsSerializer:
    """A serializer as a site may have its own."""

    def dumps(self, content):
        return json.dumps(content).encode()[::-1]

    def loads(self, data):
        return json.loads(data[::-1])


@on_each
def test_many_payloads_are_loaded_by_their_keys(engine):
    keys = [saved(number=number) for number in range(5)]
    answers = engines.load_many([*keys, "unknown0key", "another/key"])
    numbered = {key: {"number": number} for number, key in enumerate(keys)}
    assert answers == numbered | {"unknown0key": None, "another/key": None}
    assert engines.payload_of(keys[0]) == {"number": 0}
    assert engines.payload_of("unknown0key") is None
    assert engines.load_many([]) == {}


@on_each
def test_payloads_are_read_by_the_sites_serializer(engine, settings):
    settings.SESSION_SERIALIZER = f"{__name__}.BackwardsSerializer"
    assert engines.payload_of(saved(number=1)) == {"number": 1}


@pytest.mark.parametrize("name", ["cache", "cached_db"])
def test_a_cache_is_asked_for_many_at_once(settings, name):
    settings.CACHES = {"default": {"BACKEND": "tests.site.cache.BatchCache"}}
    use_engine(settings, name)
    keys = [saved(number=number) for number in range(5)]
    del operations[:]
    assert engines.load_many(keys).keys() == set(keys)
    assert operations == ["get_many 5"]


@on_each
def test_loading_a_list_changes_nothing(engine):
    with time_machine.travel("2030-01-01 12:00", tick=False):
        key = saved(expiry=100)
    with (
        time_machine.travel("2030-01-01 13:00", tick=False),
        CaptureQueriesContext(connection) as q,
    ):
        engines.load_many([key])
    assert not [query for query in q if not query["sql"].startswith("SELECT")]


@pytest.mark.parametrize("engine", ["file"], indirect=True)
def test_a_file_that_has_expired_is_left_where_it_is(engine, settings, tmp_path, monkeypatch):
    monkeypatch.setattr(engines.store_class(), "_storage_path", str(tmp_path), raising=False)
    key = saved(number=1)
    (file,) = tmp_path.iterdir()
    with later(days=30):
        assert engines.payload_of(key) is None
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("engine", ["dictionary"], indirect=True)
def test_an_engine_of_a_third_party_is_asked_once_for_each_key(engine):
    keys = [saved(number=number) for number in range(3)]
    DictionarySessionStore.loads.clear()
    engines.load_many(keys)
    assert DictionarySessionStore.loads == keys
    assert not engines.enforces_expiry()


@on_each
@pytest.mark.parametrize("is_atomic", [True, False])
def test_a_key_is_rolled_back_where_views_are_and_their_database_holds_it_not(
    engine, monkeypatch, is_atomic
):
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", is_atomic)
    is_in_database = engine in ("db", "cached_db", "cached_db_redis", "subclassed")
    assert engines.is_rolled_back("unknown0key") is (is_atomic and is_in_database)
    assert not engines.is_rolled_back(saved(number=1))
    assert not engines.is_rolled_back(None)


@pytest.mark.parametrize("engine", ["dictionary"], indirect=True)
def test_a_key_that_an_engine_of_a_third_party_fails_at_is_not_gone(engine, monkeypatch, caplog):
    torn, sound = saved(number=1), saved(number=2)
    load = DictionarySessionStore.load

    def fail_at_one(store):
        if store.session_key == torn:
            raise OSError("The store is away.")
        return load(store)

    monkeypatch.setattr(DictionarySessionStore, "load", fail_at_one)
    answers = engines.load_many([torn, sound])
    assert isinstance(answers[torn], engines.Unreadable)
    assert answers[sound] == {"number": 2}
    message = "1 of 2 engine sessions could not be read, the first for OSError."
    assert caplog.record_tuples == [("sessions_api.engines", logging.WARNING, message)]


@pytest.mark.parametrize("engine", ["cache", "cached_db"], indirect=True)
def test_a_cache_that_refuses_to_be_asked_for_many_is_asked_for_one_by_one(engine, monkeypatch):
    def refuse(cache, keys, version=None):
        raise ConnectionError

    keys = {saved(number=number): {"number": number} for number in range(3)}
    monkeypatch.setattr(LocMemCache, "get_many", refuse)
    engine_rows().delete()
    assert engines.load_many([*keys, "unknown0key"]) == {**keys, "unknown0key": None}


@pytest.mark.parametrize("engine", ["cache"], indirect=True)
def test_where_patience_ends_what_is_left_is_not_gone(engine, settings, monkeypatch):
    keys = [saved(number=number) for number in range(3)]
    settings.CACHES = {"default": {"BACKEND": "tests.site.cache.FailingCache"}}
    monkeypatch.setattr(loading, "PATIENCE", -1)
    answers = engines.load_many(keys)
    assert answers.keys() == set(keys)
    assert all(isinstance(answer, engines.Unreadable) for answer in answers.values())


@pytest.mark.parametrize("engine", ["cached_db"], indirect=True)
def test_a_cache_that_fails_leaves_cached_db_its_database(engine, settings):
    key = saved(number=1)
    settings.CACHES = {"default": {"BACKEND": "tests.site.cache.FailingCache"}}
    assert engines.payload_of(key) == {"number": 1}
