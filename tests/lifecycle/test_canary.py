"""The canary: left where a request is not in the steady state, at most once an hour and process."""

import logging

import pytest
from django.test import Client

from sessions_api import credentials, engines, recent
from sessions_api.exceptions import EngineNotProven
from sessions_api.lifecycle import canary
from sessions_api.models import Canary
from tests.factories import UserFactory
from tests.helpers import (
    DJANGOS_ENGINES,
    SERVER_SIDE,
    later,
    lose,
    name_of,
    returning_browser,
    use_engine,
)

on_each_engine = pytest.mark.parametrize("engine", DJANGOS_ENGINES, indirect=True)
on_server_side_engines = pytest.mark.parametrize("engine", SERVER_SIDE, indirect=True)

pytestmark = pytest.mark.django_db(transaction=True)


def remove_canary():
    """Take the canary out of the engine, as whoever empties it does."""
    key = credentials.unseal(Canary.objects.get().sealed_key)
    engines.delete_many([key or ""])


@on_each_engine
def test_a_sign_in_leaves_it_and_a_command_finds_it(engine):
    with pytest.raises(EngineNotProven, match="not left their canary"):
        canary.check()
    returning_browser(UserFactory.create())
    canary.check()


@on_each_engine
def test_there_is_one_however_many_processes_look(engine):
    canary.leave()
    before = Canary.objects.values().get()
    for _ in range(3):
        recent.clear()
        canary.leave()
    assert Canary.objects.values().get() == before


@on_server_side_engines
def test_a_process_looks_once_an_hour(engine, django_assert_num_queries, monkeypatch):
    canary.leave()
    remove_canary()
    with django_assert_num_queries(0):
        canary.leave()
    monkeypatch.setattr(canary, "INTERVAL", 0)
    canary.leave()
    canary.check()


@on_server_side_engines
def test_where_a_session_was_lost_the_next_use_that_is_written_leaves_it_again(engine, alice):
    lost, other = returning_browser(alice), returning_browser(alice)
    lose(lost)
    remove_canary()
    assert name_of(lost) == ""
    with later(seconds=61):
        assert name_of(other) == "alice"
    canary.check()


@on_server_side_engines
def test_a_sign_in_leaves_it_again_where_the_engine_was_emptied(engine):
    returning_browser(UserFactory.create())
    remove_canary()
    with pytest.raises(EngineNotProven, match="is not there"):
        canary.check()
    returning_browser(UserFactory.create())
    canary.check()


def test_where_the_cookie_is_the_session_a_sign_in_has_nothing_to_look_for(
    settings, django_assert_num_queries
):
    use_engine(settings, "signed_cookies")
    canary.leave()
    with django_assert_num_queries(0):
        canary.leave(is_sign_in=True)


@on_server_side_engines
def test_a_use_that_is_written_leaves_it_in_a_new_process(engine):
    browser = returning_browser(UserFactory.create())
    Canary.objects.all().delete()
    recent.clear()
    browser.get("/do/user/")
    assert not Canary.objects.exists()
    with later(seconds=61):
        browser.get("/do/user/")
    canary.check()


@on_each_engine
def test_a_visitor_leaves_none(engine):
    Client().get("/do/user,write/")
    assert not Canary.objects.exists()


def test_a_process_with_another_engine_does_not_take_it_for_its_own(settings):
    use_engine(settings, "signed_cookies")
    canary.leave()
    use_engine(settings, "db")
    with pytest.raises(EngineNotProven, match="another SESSION_ENGINE"):
        canary.check()


def test_a_process_with_another_secret_key_cannot_open_it(settings):
    canary.leave()
    settings.SECRET_KEY = "another"
    with pytest.raises(EngineNotProven, match="another SECRET_KEY"):
        canary.check()


def test_an_engine_that_takes_none_fails_no_sign_in(settings, caplog):
    use_engine(settings, "cache")
    settings.CACHES = {"default": {"BACKEND": "tests.site.cache.FailingCache"}}
    canary.leave()
    message = "No canary could be left in the session engine."
    assert caplog.record_tuples == [("sessions_api.engines", logging.WARNING, message)]
    assert not Canary.objects.exists()
