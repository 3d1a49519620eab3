"""What the session engine holds."""

import logging

import pytest
import time_machine
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sessions_api import activity, engines, lifecycle, validity
from sessions_api.models import Session
from tests.factories import UserFactory
from tests.matrix.conftest import ENGINES
from tests.matrix.test_life_cycle import later
from tests.site.engines import DictionarySessionStore

SERVER_SIDE = [
    *(options["SESSION_ENGINE"] for name, options in ENGINES.items() if name != "signed_cookies"),
    "tests.site.third_party.dictionary",
    "tests.site.third_party.subclassed",
]


@pytest.fixture
def engine(request, settings, transactional_db):
    """Run on an engine."""
    settings.SESSION_ENGINE = request.param
    caches["default"].clear()
    activity.clear()
    return request.param


each = pytest.mark.parametrize("engine", sorted(set(SERVER_SIDE)), indirect=True)


def saved(expiry=None, **payload):
    store = engines.store_class()()
    store.update(payload)
    if expiry is not None:
        store.set_expiry(expiry)
    store.save()
    return store.session_key


@each
def test_many_payloads_are_loaded_by_their_keys(engine):
    keys = [saved(number=number) for number in range(5)]
    held = engines.load_many([*keys, "unknown0key", "another/key"])
    assert {key: payload["number"] for key, payload in held.items()} == dict(
        zip(keys, range(5), strict=True)
    )
    assert engines.load(keys[0]) == {"number": 0}
    assert engines.load("unknown0key") is None
    assert engines.load_many([]) == {}


@each
def test_deleted_payloads_are_gone(engine):
    kept, first, second = saved(number=0), saved(number=1), saved(number=2)
    assert engines.delete_many([first, second, "unknown0key"]) == set()
    assert engines.delete_many([]) == set()
    assert list(engines.load_many([kept, first, second])) == [kept]


@each
def test_loading_a_list_changes_nothing(engine):
    with time_machine.travel("2030-01-01 12:00", tick=False):
        key = saved(expiry=100)
    with (
        time_machine.travel("2030-01-01 13:00", tick=False),
        CaptureQueriesContext(connection) as q,
    ):
        engines.load_many([key])
    assert not [query for query in q if not query["sql"].startswith("SELECT")]


@pytest.mark.parametrize("engine", ["django.contrib.sessions.backends.file"], indirect=True)
def test_a_file_that_has_expired_is_left_where_it_is(engine, settings, tmp_path, monkeypatch):
    monkeypatch.setattr(engines.store_class(), "_storage_path", str(tmp_path), raising=False)
    key = saved(number=1)
    (file,) = tmp_path.iterdir()
    with later(days=30):
        assert engines.load(key) is None
    file.write_text("")
    assert engines.load(key) == {}
    assert list(tmp_path.iterdir()) == [file]


@each
def test_a_session_is_listed_and_ended_on_any_engine(engine):
    user = UserFactory.create()
    browsers = [Client(), Client()]
    for browser in browsers:
        browser.get(f"/do/login:{user.pk}/")
    assert len(validity.active_sessions(user)) == 2
    lifecycle.end(Session.objects.earliest("created_at"))
    assert len(validity.active_sessions(user)) == 1
    names = [browser.get("/do/user/").content.decode() for browser in browsers]
    assert names == ["", user.username]


@pytest.mark.parametrize("engine", ["tests.site.third_party.dictionary"], indirect=True)
def test_an_engine_of_a_third_party_is_asked_once_for_each_key(engine):
    keys = [saved(number=number) for number in range(3)]
    DictionarySessionStore.loads.clear()
    engines.load_many(keys)
    assert DictionarySessionStore.loads == keys
    assert not engines.enforces_expiry()


@pytest.mark.parametrize("engine", ["tests.site.third_party.overriding"], indirect=True)
def test_a_subclass_that_loads_and_deletes_in_its_own_way_is_asked_to(engine):
    key = saved(number=1)
    assert engines.load(key) == {"number": 1, "loaded": "in its own way"}
    assert engines.delete_many([key]) == {key}  # it keeps what it should delete


@pytest.mark.parametrize("engine", [ENGINES["cached_db"]["SESSION_ENGINE"]], indirect=True)
def test_a_cache_that_fails_leaves_cached_db_its_database(engine, settings):
    key = saved(number=1)
    settings.CACHES = {"default": {"BACKEND": "tests.site.cache.FailingCache"}}
    assert engines.load(key) == {"number": 1}


@pytest.mark.parametrize("engine", [ENGINES["cached_db"]["SESSION_ENGINE"]], indirect=True)
def test_what_a_failing_cache_may_still_hold_is_not_reported_as_ended(engine, settings, caplog):
    user = UserFactory.create()
    Client().get(f"/do/login:{user.pk}/")
    session = Session.objects.get()
    with caplog.at_level(logging.ERROR, "sessions_api"):
        settings.CACHES = {"default": {"BACKEND": "tests.site.cache.FailingCache"}}
        assert lifecycle.end(session)
    session.refresh_from_db()
    assert session.ended_at is not None
    assert session.sealed_key
    assert "could not delete" in caplog.text
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    assert lifecycle.finish_ends([session.pk]) == 0
    session.refresh_from_db()
    assert session.sealed_key == ""


def test_a_signed_cookie_is_believed_while_it_is_genuine_and_young(settings):
    settings.SESSION_ENGINE = ENGINES["signed_cookies"]["SESSION_ENGINE"]
    cookie = saved(number=1)
    assert engines.signed_payload(cookie) == {"number": 1}
    assert engines.signed_payload(cookie + "x") == {}
    assert engines.signed_payload("") == {}
    with later(days=15):
        assert engines.signed_payload(cookie) == {}
