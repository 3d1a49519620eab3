"""The races in which an engine brings a deleted session back, each forced to happen.

A row that has ended is a tombstone: what comes back is refused at its next due gate, and under
STRICT it never authenticates a request. ``another_process`` keeps a memory from before the end, as
a process does that has not heard of it.
"""

import shutil
from contextlib import contextmanager
from contextvars import Context

import pytest
from asgiref.sync import iscoroutinefunction, sync_to_async
from django.conf import settings
from django.contrib.sessions.backends import cached_db
from django.core.cache import caches
from django.test import override_settings

from sessions_api import credentials, lifecycle, recent
from sessions_api.models import Session
from tests.helpers import later


@pytest.fixture
def victim(world):
    """Return a signed-in browser whose session somebody is about to end."""
    browser = world.browser(user=world.alice)
    assert browser.user_name() == world.alice.username
    return browser


def end(browser):
    session = Session.objects.get(pk=browser.session_id())
    return lambda: lifecycle.end(session)


@contextmanager
def another_process(browser):
    """Forget within the block what this process learns in it of the browser's session."""
    key_digest = credentials.digest(browser.cookie)
    known = recent.memory.get(key_digest)
    assert known is not None
    yield
    recent.memory.put(key_digest, known)


@contextmanager
def just_before(monkeypatch, owner, name, callback):
    """Call back once, right before the next call of a function of the engine."""
    original = getattr(owner, name)
    calls = [callback]

    def interrupted(*args, **kwargs):
        if calls:
            Context().run(calls.pop())
        return original(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, interrupted)
        yield


@contextmanager
def right_after(monkeypatch, owner, name, callback):
    """Call back once, right after the next call of a function of the engine."""
    original = getattr(owner, name)
    calls = [callback]

    def interrupted(*args, **kwargs):
        result = original(*args, **kwargs)
        if calls:
            Context().run(calls.pop())
        return result

    async def ainterrupted(*args, **kwargs):
        result = await original(*args, **kwargs)
        if calls:
            await sync_to_async(Context().run)(calls.pop())
        return result

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, ainterrupted if iscoroutinefunction(original) else interrupted)
        yield


@pytest.mark.parametrize("step", ["cycle", "password:another", "write", "save"])
def test_a_request_in_flight_does_not_bring_an_ended_session_back(world, victim, step):
    world.while_in_flight(end(victim))
    victim.do("user", "callback", step)
    assert victim.user_name() == ""
    world.assert_true()


@pytest.mark.parametrize("step", ["cycle", "write"])
def test_a_request_that_never_asks_for_its_user_does_not_bring_an_ended_session_back(
    world, victim, step
):
    world.while_in_flight(end(victim))
    victim.do("read", "callback", step)
    assert victim.user_name() == ""
    world.assert_true()


def test_a_login_in_flight_is_a_session_of_its_own(world, victim):
    ended_id = victim.session_id()
    world.while_in_flight(end(victim))
    victim.do("user", "callback", f"login:{world.alice.pk}")
    assert victim.session_id() != ended_id
    world.assert_true(victim)


def resurrect(world, victim, monkeypatch):
    """Force the race by which the engine brings an ended session back."""
    if world.engine == "cached_db":
        load = "_aget_session_from_db" if world.is_async else "_get_session_from_db"
        interruption = right_after(monkeypatch, cached_db.SessionStore, load, end(victim))
        caches[settings.SESSION_CACHE_ALIAS].clear()
        steps = ["read"]
    elif world.engine == "cache":
        cache = type(caches[settings.SESSION_CACHE_ALIAS])
        interruption = just_before(monkeypatch, cache, "set", end(victim))
        steps = ["user", "write"]
    else:
        assert world.engine == "file"
        interruption = just_before(monkeypatch, shutil, "move", end(victim))
        steps = ["user", "write"]
    with another_process(victim), interruption:
        victim.do(*steps)
    assert "_auth_user_id" in victim.session()


def test_a_session_that_its_engine_resurrects_is_refused_at_the_next_due_gate(
    world, victim, monkeypatch
):
    world.skip_on("db", "signed_cookies", because="no race brings a session back")
    resurrect(world, victim, monkeypatch)
    assert world.listed() == set()
    with later(seconds=61):
        assert victim.user_name() == ""
        world.assert_true()


def test_a_session_that_its_engine_resurrects_never_authenticates_under_strict(
    world, victim, monkeypatch
):
    world.skip_on("db", "signed_cookies", because="no race brings a session back")
    resurrect(world, victim, monkeypatch)
    with override_settings(SESSIONS_API={"STRICT": True}):
        assert victim.user_name() == ""
        world.assert_true()


def test_a_save_on_the_db_engine_fails_when_its_session_was_ended(world, victim, monkeypatch):
    world.while_in_flight(end(victim))
    response = victim.do("user", "write", "callback")
    if world.engine in ("db", "cached_db", "cache"):
        assert response.status_code == 400
    world.assert_true()


def test_an_ended_session_is_out_in_the_process_that_ended_it_at_once(world, victim):
    end(victim)()
    assert victim.user_name() == ""
    world.assert_true()


def test_a_row_deleted_by_hand_takes_its_session_with_it(world, victim):
    Session.objects.all().delete()
    assert victim.user_name() == ""
    world.assert_true()
