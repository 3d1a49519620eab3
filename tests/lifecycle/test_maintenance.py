"""What keeps the table true and small, and what it must not touch."""

import logging
from datetime import timedelta
from importlib import import_module

import pytest
import time_machine
from django.conf import settings as django_settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session as EngineRow
from django.core.cache import caches
from django.test import Client
from django.utils import timezone

from sessions_api import engines, lifecycle, recent
from sessions_api.lifecycle import ending, maintenance
from sessions_api.models import EndReason, Session
from tests.factories import SessionFactory, UserFactory
from tests.matrix.conftest import ENGINES
from tests.matrix.test_life_cycle import later
from tests.site import views

pytestmark = pytest.mark.django_db(transaction=True)

NO_GRACE = timedelta(0)
LOCAL_MEMORY = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
FAILING = {"default": {"BACKEND": "tests.site.cache.FailingCache"}}


@pytest.fixture(autouse=True)
def _fresh_process():
    recent.clear()
    views.callbacks.clear()
    caches["default"].clear()


def signed_in(user):
    client = Client(raise_request_exception=False)
    client.get(f"/do/login:{user.pk}/")
    return client


def name_of(client):
    recent.clear()
    return client.get("/do/user/").content.decode()


def old_session(user):
    """Return a browser that signed in before the installation."""
    store = import_module(django_settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = views.BACKEND
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save()
    client = Client()
    client.cookies[django_settings.SESSION_COOKIE_NAME] = store.session_key
    return client


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
    assert name_of(client) == user.username


def test_a_session_that_looked_dead_and_still_is_ends():
    client = signed_in(UserFactory.create())
    client.get("/do/user,cycle/?status=500")  # the new key is dropped, and the old one is gone
    Session.objects.update(ended_at=None, end_reason="")
    assert ended(maintenance.reconcile(grace=NO_GRACE)) == 1
    assert Session.objects.get().end_reason == EndReason.LOST


def test_a_login_whose_response_is_on_its_way_goes_on():
    user = UserFactory.create()
    reconciled: list[maintenance.Reconciled] = []
    views.callbacks.append(lambda: reconciled.extend(maintenance.reconcile(grace=NO_GRACE)))
    client = Client()
    client.get(f"/do/login:{user.pk},callback/")
    assert ended(reconciled) == 0
    assert name_of(client) == user.username


def test_a_session_that_its_backend_does_not_answer_for_goes_on(settings):
    user = UserFactory.create()
    client = signed_in(user)
    settings.AUTHENTICATION_BACKENDS = ["tests.site.backends.OtherBackend"]
    assert ended(maintenance.reconcile(grace=NO_GRACE)) == 0
    settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
    assert name_of(client) == user.username


def test_a_session_that_changes_between_the_look_and_its_end_goes_on():
    SessionFactory.create()  # no engine session: it looks dead
    Session.objects.update(updated_at=timezone.now() + timedelta(minutes=1))
    assert ended(maintenance.reconcile(grace=NO_GRACE)) == 0
    assert Session.objects.not_ended().exists()


def test_what_looks_dead_waits_in_bounded_numbers(monkeypatch):
    monkeypatch.setattr(ending, "BATCH", 1)
    monkeypatch.setattr(maintenance, "MAX_WAITING", 0)
    SessionFactory.create_batch(3)
    assert ended(maintenance.reconcile(grace=timedelta(microseconds=1))) == 3


# Purging


def test_an_end_that_cannot_be_finished_keeps_its_row(settings, caplog):
    settings.SESSION_ENGINE = ENGINES["cached_db"]["SESSION_ENGINE"]
    user = UserFactory.create()
    client = old_session(user)
    list(maintenance.adopt_all())  # so that the payload carries no id
    with caplog.at_level(logging.CRITICAL, "sessions_api"):
        settings.CACHES = FAILING
        assert lifecycle.end(Session.objects.get())
        with after_retention():
            assert lifecycle.purge() == 0
    settings.CACHES = LOCAL_MEMORY
    assert name_of(client) == ""
    with after_retention():
        assert lifecycle.purge() == 1
    assert not Session.objects.exists()


def test_an_unfinished_end_is_finished_before_its_row_goes():
    client = old_session(UserFactory.create())
    list(maintenance.adopt_all())
    Session.objects.update(ended_at=timezone.now(), end_reason=EndReason.REVOKED)
    assert lifecycle.purge(timezone.now() + timedelta(days=91)) == 1
    assert name_of(client) == ""
    assert not Session.objects.exists()


def test_an_adopted_session_that_a_job_has_kept_alive_does_not_come_back():
    client = old_session(UserFactory.create())
    list(maintenance.adopt_all())
    EngineRow.objects.update(expire_date=timezone.now() + timedelta(days=365))
    with after_retention():
        assert lifecycle.purge() == 1
        assert name_of(client) == ""
    assert not Session.objects.exists()


def test_what_the_engine_never_expires_does_not_come_back(settings):
    settings.SESSION_ENGINE = ENGINES["file"]["SESSION_ENGINE"]
    client = old_session(UserFactory.create())
    key = client.cookies["sessionid"].value
    store = engines.store_class()(key)
    store.set_expiry(3600)
    store.save()
    list(maintenance.adopt_all())
    with after_retention():
        assert engines.load(key) is not None
        assert lifecycle.purge() == 1
        assert name_of(client) == ""
    assert not Session.objects.exists()


def test_a_session_that_is_not_over_is_not_purged():
    user = UserFactory.create()
    client = signed_in(user)
    assert lifecycle.purge() == 0
    assert name_of(client) == user.username


# Adopting


def test_old_sessions_are_adopted_in_batches(monkeypatch):
    monkeypatch.setattr(ending, "BATCH", 2)
    for _ in range(5):
        old_session(UserFactory.create())
    assert list(maintenance.adopt_all()) == [(2, 2), (2, 2), (1, 1)]
    assert list(maintenance.adopt_all()) == [(2, 0), (2, 0), (1, 0)]


def test_an_adopted_session_keeps_the_expiry_that_the_engine_has_for_it():
    with time_machine.travel(timezone.now() - timedelta(days=3), tick=False):
        old_session(UserFactory.create())
    list(maintenance.adopt_all())
    assert Session.objects.get().expires_at == EngineRow.objects.get().expire_date
