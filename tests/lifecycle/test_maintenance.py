"""What keeps the table true and small, and what it must not touch."""

import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session as EngineRow
from django.test import Client
from django.utils import timezone

from sessions_api import credentials, engines, lifecycle
from sessions_api.exceptions import EngineNotProven, TooManyLost
from sessions_api.lifecycle import canary, ending, maintenance
from sessions_api.models import Canary, EndReason, Session
from tests.engines.spoiling import undeletable
from tests.factories import SessionFactory, UserFactory
from tests.helpers import (
    SERVER_SIDE,
    engine_rows,
    later,
    name_in_new_process,
    old_session,
    returning_browser,
    signed_in,
    use_engine,
)
from tests.lifecycle.paces import OneByOne
from tests.site import views

pytestmark = pytest.mark.django_db(transaction=True)

NO_GRACE = timedelta(0)
LOCAL_MEMORY = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
FAILING = {"default": {"BACKEND": "tests.site.cache.FailingCache"}}


@pytest.fixture(autouse=True)
def _served(transactional_db):
    """Have the web processes leave their canary."""
    canary.leave()


def ended(reconciled):
    return sum(done.ended.total() for done in reconciled)


def after_retention():
    return later(days=200)


# Reconciling


@pytest.mark.parametrize("steps", ["user,cycle,callback", "password:another,callback"])
def test_a_session_that_is_changing_its_key_or_password_goes_on(steps):
    user = UserFactory.create()
    client = signed_in(user)
    reconciling = maintenance.reconcile(grace=NO_GRACE)
    looks = []
    views.callbacks.append(lambda: looks.append(next(reconciling)))
    client.get(f"/do/{steps}/")
    assert [look.looked_at for look in looks] == [1]
    assert ended(reconciling) == 0
    assert name_in_new_process(client) == user.username


def test_a_session_that_looked_dead_and_still_is_ends():
    client = signed_in(UserFactory.create())
    sealed_key = Session.objects.get().sealed_key
    client.get("/do/user,cycle/?status=500")  # the new key is dropped, and the old one is gone
    Session.objects.update(ended_at=None, end_reason="", sealed_key=sealed_key)
    assert ended(maintenance.reconcile(grace=NO_GRACE)) == 1
    assert Session.objects.get().end_reason == EndReason.LOST


def test_a_login_whose_response_is_on_its_way_goes_on():
    user = UserFactory.create()
    reconciled: list[maintenance.Reconciled] = []
    views.callbacks.append(lambda: reconciled.extend(maintenance.reconcile(grace=NO_GRACE)))
    client = Client()
    client.get(f"/do/login:{user.pk},callback/")
    assert ended(reconciled) == 0
    assert name_in_new_process(client) == user.username


def test_a_session_that_its_backend_does_not_answer_for_goes_on(settings):
    user = UserFactory.create()
    client = signed_in(user)
    settings.AUTHENTICATION_BACKENDS = ["tests.site.backends.OtherBackend"]
    assert ended(maintenance.reconcile(grace=NO_GRACE)) == 0
    settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
    assert name_in_new_process(client) == user.username


def test_a_session_that_changes_between_the_look_and_its_end_goes_on():
    SessionFactory.create()  # no engine session: it looks dead
    Session.objects.update(updated_at=timezone.now() + timedelta(minutes=1))
    assert ended(maintenance.reconcile(grace=NO_GRACE)) == 0
    assert Session.objects.not_ended().exists()


@pytest.fixture
def waits(monkeypatch):
    """Return for how many seconds the process has waited. The clock does not move meanwhile."""
    waits: list[float] = []
    monkeypatch.setattr("time.sleep", waits.append)
    return waits


def test_what_looks_dead_is_looked_at_again_once_its_grace_is_over(waits):
    SessionFactory.create()
    reconciling = maintenance.reconcile(grace=timedelta(hours=1))
    assert ended([next(reconciling)]) == 0
    assert waits == []
    assert ended(reconciling) == 1
    assert waits == [pytest.approx(3600, abs=60)]


def test_without_a_grace_nothing_is_waited_for(waits):
    SessionFactory.create()
    assert ended(maintenance.reconcile(grace=NO_GRACE)) == 1
    assert waits == [0]


def test_a_login_whose_response_is_on_its_way_is_not_looked_at():
    SessionFactory.create(expires_at=None)
    looks = list(maintenance.reconcile(grace=NO_GRACE))
    assert [(look.looked_at, look.unknown) for look in looks] == []


def test_what_looks_dead_waits_in_bounded_numbers(monkeypatch):
    monkeypatch.setattr(ending, "BATCH", 1)
    monkeypatch.setattr(maintenance, "MAX_WAITING", 0)
    SessionFactory.create_batch(3)
    assert ended(maintenance.reconcile(grace=timedelta(microseconds=1))) == 3


# The pace


def end_three(pace):
    SessionFactory.create_batch(3)
    list(ending.end_batches(Session.objects.all(), pace=pace))


def finish_three(pace):
    SessionFactory.create_batch(3, ended_at=timezone.now(), sealed_key=b"garbage")
    list(maintenance.reconcile(grace=NO_GRACE, pace=pace))


def adopt_three(pace):
    for user in UserFactory.create_batch(2):
        old_session(user)
    list(maintenance.adopt_all(pace=pace))  # which looks at the canary, too


def purge_three(pace):
    SessionFactory.create_batch(3, expires_at=timezone.now() - timedelta(days=200))
    list(maintenance.purge_batches(pace=pace))


@pytest.mark.parametrize("work", [end_three, finish_three, adopt_three, purge_three])
def test_work_on_the_whole_table_rests_as_it_is_told(work):
    pace = OneByOne()
    work(pace)
    assert pace.rests == [1, 1, 1]


def test_reconciling_rests_after_each_look(waits):
    SessionFactory.create_batch(3)
    pace = OneByOne()
    list(maintenance.reconcile(grace=timedelta(hours=1), pace=pace))
    assert pace.rests == [1] * 6


# Purging


def test_an_end_that_cannot_be_finished_keeps_its_row(settings, caplog):
    use_engine(settings, "cached_db")
    user = UserFactory.create()
    client = old_session(user)
    list(maintenance.adopt_all())  # so that the payload carries no id
    with caplog.at_level(logging.CRITICAL, "sessions_api"):
        settings.CACHES = FAILING
        assert lifecycle.end(Session.objects.get())
        with after_retention():
            assert lifecycle.purge() == 0
    settings.CACHES = LOCAL_MEMORY
    assert name_in_new_process(client) == ""
    with after_retention():
        assert lifecycle.purge() == 1
    assert not Session.objects.exists()


def test_an_unfinished_end_is_finished_before_its_row_goes():
    client = old_session(UserFactory.create())
    list(maintenance.adopt_all())
    Session.objects.update(ended_at=timezone.now(), end_reason=EndReason.REVOKED)
    assert lifecycle.purge(timezone.now() + timedelta(days=91)) == 1
    assert name_in_new_process(client) == ""
    assert not Session.objects.exists()


def test_a_session_that_a_job_has_kept_alive_is_not_purged():
    user = UserFactory.create()
    client = old_session(user)
    list(maintenance.adopt_all())
    engine_rows().update(expire_date=timezone.now() + timedelta(days=365))
    with after_retention():
        assert lifecycle.purge() == 0
        assert name_in_new_process(client) == user.username


def test_what_the_engine_never_expires_does_not_come_back(settings):
    use_engine(settings, "file")
    canary.leave()
    client = old_session(UserFactory.create())
    key = client.cookies["sessionid"].value
    store = engines.store_class()(key)
    store.set_expiry(3600)
    store.save()
    list(maintenance.adopt_all())
    with after_retention():
        assert engines.payload_of(key) is not None
        assert lifecycle.purge() == 1
        assert name_in_new_process(client) == ""
    assert not Session.objects.exists()


def test_a_session_that_is_not_over_is_not_purged():
    user = UserFactory.create()
    client = signed_in(user)
    assert lifecycle.purge() == 0
    assert name_in_new_process(client) == user.username


@pytest.mark.parametrize("name", [each for each in SERVER_SIDE if each != "file"])
def test_an_expiry_that_a_job_has_moved_is_followed(settings, name):
    use_engine(settings, name)
    canary.leave()
    client = signed_in(UserFactory.create())
    store = engines.store_class()(client.cookies["sessionid"].value)
    moved = timezone.now() + timedelta(days=40)
    store.set_expiry(moved)
    store.save()
    with later(days=20):
        assert ended(maintenance.reconcile(grace=NO_GRACE)) == 0
        assert Session.objects.get().expires_at == moved


@pytest.mark.parametrize(
    ("lost", "of", "is_unusual"),
    [(9, 20, False), (10, 20, True), (10, 100, False), (11, 100, True)],
)
def test_ten_lost_sessions_that_are_more_than_a_tenth_are_unusual(lost, of, is_unusual):
    over = {credentials.new_id(): EndReason.LOST for _ in range(lost)}
    share = maintenance._Share(of, is_checked=True)
    if is_unusual:
        with pytest.raises(TooManyLost):
            share.add(over)
    else:
        share.add(over)
    maintenance._Share(of, is_checked=False).add(over)


# Adopting


def test_old_sessions_are_adopted_in_batches(monkeypatch):
    monkeypatch.setattr(ending, "BATCH", 2)
    for _ in range(5):
        old_session(UserFactory.create())
    assert sum(adopted for _, adopted in maintenance.adopt_all()) == 5
    assert [looked_at for looked_at, _ in maintenance.adopt_all()] == [2, 2, 2]  # with the canary
    assert sum(adopted for _, adopted in maintenance.adopt_all()) == 0


def test_nothing_is_adopted_before_the_site_has_left_its_canary():
    old_session(UserFactory.create())
    Canary.objects.all().delete()
    with pytest.raises(EngineNotProven):
        list(maintenance.adopt_all())
    assert not Session.objects.exists()


def test_an_adopted_session_keeps_the_expiry_that_the_engine_has_for_it():
    with time_machine.travel(timezone.now() - timedelta(days=3), tick=False):
        old_session(UserFactory.create())
    list(maintenance.adopt_all())
    assert Session.objects.get().expires_at == engine_rows().get().expire_date


def test_purging_deletes_what_has_been_over_for_longer_than_the_retention(settings, monkeypatch):
    monkeypatch.setattr(maintenance, "PURGE_BATCH", 2)
    settings.SESSIONS_API = {"RETENTION": timedelta(days=30)}
    now = timezone.now()
    long_ago, lately = now - timedelta(days=31), now - timedelta(days=29)
    gone = [
        SessionFactory.create(ended_at=long_ago, end_reason=EndReason.LOGOUT),
        SessionFactory.create(expires_at=long_ago),
        SessionFactory.create(expires_at=None, created_at=long_ago),
    ]
    kept = [
        SessionFactory.create(ended_at=lately, end_reason=EndReason.LOGOUT),
        SessionFactory.create(expires_at=lately),
        SessionFactory.create(expires_at=None, created_at=lately),
        SessionFactory.create(created_at=long_ago),
    ]
    assert lifecycle.purge() == len(gone)
    assert set(Session.objects.all()) == set(kept)
    assert lifecycle.purge(now + timedelta(days=2)) == 3


# Purging on each engine


def stored(engine, client):
    """Tell whether anything is left of a browser's session in the engine, expired or not."""
    key = client.cookies["sessionid"].value
    if engine == "cache":
        return engines.payload_of(key) is not None
    if engine == "file":
        return (Path(django_settings.SESSION_FILE_PATH) / f"sessionid{key}").exists()
    return EngineRow.objects.filter(pk=key).exists()


on_server_side_engines = pytest.mark.parametrize("engine", SERVER_SIDE, indirect=True)


@on_server_side_engines
def test_what_has_expired_is_left_to_an_engine_that_enforces_it_and_deleted_elsewhere(engine):
    client = returning_browser(UserFactory.create())
    with after_retention():
        canary.leave()
        assert lifecycle.purge() == 1
        assert stored(engine, client) is (engine in ("db", "cached_db"))
        assert name_in_new_process(client) == ""
    assert not Session.objects.exists()


@on_server_side_engines
def test_what_was_adopted_and_has_expired_leaves_nothing_that_could_be_adopted_again(engine):
    client = old_session(UserFactory.create())
    assert name_in_new_process(client)
    with after_retention():
        canary.leave()
        assert lifecycle.purge() == 1
        assert not stored(engine, client)
    assert name_in_new_process(client) == ""


@on_server_side_engines
def test_an_end_that_is_unfinished_takes_its_engine_session_with_it(engine, bystander):
    user = UserFactory.create()
    client = returning_browser(user)
    Session.objects.for_user(user).update(
        ended_at=timezone.now() - timedelta(days=91), end_reason=EndReason.REVOKED
    )
    canary.leave()
    assert stored(engine, client)
    assert lifecycle.purge() == 1
    assert not stored(engine, client)
    assert name_in_new_process(client) == ""
    assert not Session.objects.for_user(user).exists()


@on_server_side_engines
def test_an_end_that_stays_unfinished_keeps_its_row(engine, bystander):
    user = UserFactory.create()
    client = returning_browser(user)
    Session.objects.for_user(user).update(
        ended_at=timezone.now() - timedelta(days=91), end_reason=EndReason.REVOKED
    )
    canary.leave()
    with undeletable(engine):
        assert lifecycle.purge() == 0
        assert name_in_new_process(client) == ""
    assert lifecycle.purge() == 1


@on_server_side_engines
@pytest.mark.parametrize("has_ended", [True, False])
def test_a_key_that_nobody_can_open_keeps_no_row_that_has_ended(engine, has_ended, bystander):
    ago = timezone.now() - timedelta(days=200)
    ended = {"ended_at": ago, "end_reason": EndReason.REVOKED} if has_ended else {}
    row = SessionFactory.create(adopted=True, sealed_key=b"garbage", expires_at=ago, **ended)
    canary.leave()
    assert lifecycle.purge() == has_ended
    assert Session.objects.filter(pk=row.pk).exists() is not has_ended


@on_server_side_engines
def test_a_session_that_was_adopted_and_has_ended_is_not_adopted_again(engine):
    user = UserFactory.create()
    client = old_session(user)
    assert name_in_new_process(client) == user.username
    Session.objects.update(ended_at=timezone.now() - timedelta(days=91), end_reason="revoked")
    canary.leave()
    assert lifecycle.purge() == 1
    assert not stored(engine, client)
    assert name_in_new_process(client) == ""
    assert not Session.objects.exists()


def test_idle_sessions_and_those_past_their_lifetime_are_purged_too(settings, bystander):
    user, now = UserFactory.create(), timezone.now()
    settings.SESSIONS_API = {
        "IDLE_TIMEOUT": timedelta(days=10),
        "ABSOLUTE_TIMEOUT": timedelta(days=30),
        "RETENTION": timedelta(days=20),
    }
    far = now + timedelta(days=400)
    gone: list[dict[str, Any]] = [
        {"last_used": now - timedelta(days=31)},
        {"authenticated_at": now - timedelta(days=51)},
        {"authenticated_at": None, "adopted": True, "created_at": now - timedelta(days=51)},
    ]
    kept: list[dict[str, Any]] = [
        {"last_used": now - timedelta(days=29)},
        {"authenticated_at": now - timedelta(days=49)},
        {"authenticated_at": None, "adopted": True, "created_at": now - timedelta(days=49)},
    ]
    for fields in gone + kept:
        SessionFactory.create(user=user, kind="token", **{"expires_at": far, **fields})
    assert lifecycle.purge() == len(gone)
    assert Session.objects.for_user(user).count() == len(kept)
    settings.SESSIONS_API = {}
