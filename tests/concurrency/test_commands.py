"""Several workers at the same command, in real threads with connections of their own."""

import re
from collections import Counter
from datetime import timedelta
from io import StringIO

import pytest
from django.conf import settings as django_settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from sessions_api import credentials, engines, lifecycle
from sessions_api.lifecycle import canary, ending, maintenance
from sessions_api.models import EndReason, Session
from sessions_api.signals import session_ended
from tests.concurrency.threads import at_once
from tests.factories import SessionFactory, UserFactory
from tests.helpers import engine_rows
from tests.site.views import BACKEND

SESSIONS = 120


@pytest.fixture(autouse=True)
def _small_batches(transactional_db, settings, monkeypatch):
    assert connection.vendor != "sqlite", "Set TEST_DATABASE to postgresql or mariadb."
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.db"
    monkeypatch.setattr(ending, "BATCH", 7)
    monkeypatch.setattr(maintenance, "PURGE_BATCH", 7)
    canary.leave()


@pytest.fixture
def told():
    """Return how often each session was said to have ended."""
    told: Counter[object] = Counter()

    def tell(session, **kwargs):
        told[session.pk] += 1

    session_ended.connect(tell)
    yield told
    session_ended.disconnect(tell)


def make_engine_sessions():
    """Return the key of each."""
    user = UserFactory.create()
    stores = [engines.store_class()() for _ in range(SESSIONS)]
    for store in stores:
        store[SESSION_KEY] = str(user.pk)
        store[BACKEND_SESSION_KEY] = BACKEND
        store[HASH_SESSION_KEY] = user.get_session_auth_hash()
        store.save()
    assert django_settings.SESSION_ENGINE.endswith(".db")
    return user, [store.session_key for store in stores]


def make_sessions(**fields):
    user, keys = make_engine_sessions()
    for key in keys:
        digest, sealed = credentials.digest(key), credentials.seal(key)
        SessionFactory.create(user=user, key_digest=digest, sealed_key=sealed, **fields)


def worker(command, **options):
    """Return a worker that runs a command, and returns the first number that it says."""

    def work():
        stdout = StringIO()
        call_command(command, stdout=stdout, **options)
        number = re.match(r"\d+", stdout.getvalue())
        assert number
        return int(number[0])

    return work


def assert_all_have_ended_once(told):
    assert not Session.objects.not_ended().exists()
    assert not Session.objects.exclude(sealed_key=b"").exists()
    assert not engine_rows().exists()
    assert told == dict.fromkeys(Session.objects.values_list("pk", flat=True), 1)


@pytest.mark.parametrize("workers", [2, 4])
def test_each_session_is_ended_by_one_worker(told, workers):
    make_sessions()
    ended = at_once(*[worker("end_sessions", all=True)] * workers)
    assert sum(ended) == SESSIONS
    assert_all_have_ended_once(told)


def test_a_worker_and_a_user_who_ends_all_share(told):
    make_sessions()
    user = Session.objects.all()[0].user
    ended = at_once(
        worker("end_sessions", all=True), *[lambda: lifecycle.end_all(user, by=user)] * 2
    )
    assert sum(ended) == SESSIONS
    assert_all_have_ended_once(told)


@pytest.mark.parametrize("workers", [2, 4])
def test_each_unfinished_end_is_finished(told, workers):
    make_sessions(ended_at=timezone.now(), end_reason=EndReason.REVOKED)
    at_once(*[worker("reconcile_sessions", grace=0, force=True)] * workers)
    assert not Session.objects.exclude(sealed_key=b"").exists()
    assert not engine_rows().exists()
    assert not told


@pytest.mark.parametrize("workers", [2, 4])
def test_each_dead_session_is_ended_by_one_worker(told, workers):
    make_sessions()
    engine_rows().delete()
    ended = at_once(*[worker("reconcile_sessions", grace=0, force=True)] * workers)
    assert sum(ended) == SESSIONS
    assert_all_have_ended_once(told)


@pytest.mark.parametrize("workers", [2, 4])
def test_each_row_is_purged_by_one_worker(workers):
    make_sessions(ended_at=timezone.now() - timedelta(days=91))
    purged = at_once(*[worker("purge_sessions")] * workers)
    assert sum(purged) == SESSIONS
    assert not Session.objects.exists()
    assert not engine_rows().exists()


def test_old_sessions_are_adopted_once():
    make_engine_sessions()
    adopted = at_once(*[worker("adopt_sessions")] * 4)
    assert sum(adopted) == SESSIONS
    assert Session.objects.filter(adopted=True).count() == SESSIONS
