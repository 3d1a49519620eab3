"""Deleting engine sessions, and finding out whether they are gone."""

import logging

import pytest
from django.test import Client

from sessions_api import engines, lifecycle, validity
from sessions_api.lifecycle import ending
from sessions_api.models import Session
from tests.engines.stores import on_each, saved, use_subclass
from tests.factories import UserFactory
from tests.helpers import SERVER_SIDE, held, name_of

pytestmark = pytest.mark.django_db(transaction=True)


@on_each
def test_deleted_payloads_are_gone(engine):
    kept, first, second = saved(number=0), saved(number=1), saved(number=2)
    assert engines.delete_many([first, second, "unknown0key"]) == set()
    assert engines.delete_many([]) == set()
    assert list(held([kept, first, second])) == [kept]


@on_each
def test_a_session_is_listed_and_ended_on_any_engine(engine):
    user = UserFactory.create()
    browsers = [Client(), Client()]
    for browser in browsers:
        browser.get(f"/do/login:{user.pk}/")
    assert len(validity.active_sessions(user)) == 2
    lifecycle.end(Session.objects.earliest("created_at"))
    assert len(validity.active_sessions(user)) == 1
    names = [name_of(browser) for browser in browsers]
    assert names == ["", user.username]


@pytest.mark.parametrize("engine", ["overriding"], indirect=True)
def test_a_subclass_that_loads_and_deletes_in_its_own_way_is_asked_to(engine):
    key = saved(number=1)
    assert engines.payload_of(key) == {"number": 1, "loaded": "in its own way"}
    assert engines.delete_many([key]) == {key}  # it keeps what it should delete


@pytest.mark.parametrize("engine", SERVER_SIDE, indirect=True)
def test_a_subclass_that_deletes_in_its_own_way_is_asked_to_for_each_key(engine, monkeypatch):
    deleted = []

    def delete(session, session_key=None):
        deleted.append(session.session_key)
        djangos.delete(session, session_key)

    djangos = use_subclass(monkeypatch, delete=delete)
    keys = [saved(number=number) for number in range(2)]
    assert engines.delete_many(keys) == set()
    assert deleted == keys
    assert held(keys) == {}


@pytest.mark.parametrize("engine", ["db", "cached_db", "cache"], indirect=True)
def test_a_subclass_that_deletes_as_its_engine_does_is_not_asked_for_each_key(engine, monkeypatch):
    def fail(session, session_key=None):
        raise AssertionError

    djangos = use_subclass(monkeypatch)
    monkeypatch.setattr(djangos, "delete", fail)
    keys = [saved(number=number) for number in range(2)]
    assert engines.delete_many(keys) == set()
    assert held(keys) == {}


@pytest.mark.parametrize("engine", ["cached_db"], indirect=True)
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
    message = "The session engine could not delete 1 sessions."
    assert ("sessions_api.engines", logging.ERROR, message) in caplog.record_tuples
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    assert ending.finish_ends([session.pk]) == 0
    session.refresh_from_db()
    assert session.sealed_key == b""
