"""Django's signals: what follows when an account is deactivated, and when a row is deleted."""

from typing import Any
from weakref import WeakKeyDictionary

import pytest
from django.contrib.auth import get_user_model, user_logged_in, user_logged_out
from django.core.cache.backends.locmem import LocMemCache
from django.core.signals import setting_changed
from django.db import OperationalError, connection, connections, transaction
from django.db.models.signals import post_delete, post_migrate, post_save, pre_save
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sessions_api import credentials, engines, receivers, validity
from sessions_api.lifecycle import ending
from sessions_api.models import EndReason, Session
from sessions_api.signals import session_ended
from tests.factories import SessionFactory, UserFactory
from tests.helpers import SERVER_SIDE, browser_of, held, name_of, reasons, session_of, use_engine

SIGNALS = {
    "user_logged_in": user_logged_in,
    "user_logged_out": user_logged_out,
    "pre_save": pre_save,
    "post_save": post_save,
    "post_delete": post_delete,
    "post_migrate": post_migrate,
    "setting_changed": setting_changed,
}


class CacheThatIsDown(LocMemCache):
    """A cache that nobody reaches."""

    def delete_many(self, keys, version=None):
        raise ConnectionRefusedError("The cache is down.")


class RollBack(Exception):
    """Takes a transaction back."""


def sessions_in_the_engine(user, count):
    """Make sessions whose rows and payloads are there, without a login for each."""
    keys = []
    for _ in range(count):
        session_id = credentials.new_id()
        store: Any = engines.store_class()()
        store["_sessions_api_id"] = str(session_id)
        store.create()
        keys.append(store.session_key)
        SessionFactory.create(
            id=session_id,
            user=user,
            key_digest=credentials.digest(store.session_key),
            sealed_key=credentials.seal(store.session_key),
        )
    return keys


def statements_about_django_sessions(captured, verb):
    return [q["sql"] for q in captured if "django_session" in q["sql"] and verb in q["sql"]]


# Deactivation


@pytest.mark.parametrize("update_fields", [None, ["is_active"], ["first_name", "is_active"]])
def test_an_account_saved_as_deactivated_loses_its_sessions(update_fields, db, executed):
    user, other = UserFactory.create(), UserFactory.create()
    laptop, phone, bystander = browser_of(user), browser_of(user), browser_of(other)
    keys = [browser.session.session_key for browser in (laptop, phone)]
    user.is_active = False
    with executed():
        user.save(update_fields=update_fields)
    assert reasons(user) == [EndReason.DEACTIVATED] * 2
    assert [engines.payload_of(key) for key in keys] == [None, None]
    user.is_active = True
    user.save()
    assert [name_of(laptop), name_of(phone)] == ["", ""]
    assert name_of(bystander) == other.username


def test_a_deactivation_that_is_rolled_back_ends_nothing(transactional_db):
    user = UserFactory.create()
    browser = browser_of(user)

    def deactivate():
        with transaction.atomic():
            user.is_active = False
            user.save()
            assert reasons(user) == [EndReason.DEACTIVATED]
            raise RollBack

    with pytest.raises(RollBack):
        deactivate()
    assert reasons(user) == [""]
    assert name_of(browser) == user.username


def test_a_database_that_fails_after_the_commit_does_not_fail_the_request(
    transactional_db, caplog, errors_on_commit, settings
):
    use_engine(settings, "cached_db")  # what it holds is deleted after the commit
    user = UserFactory.create(is_active=False)
    session = session_of(browser_of(user))

    def fail_to_finish(execute, sql, params, many, context):
        if sql.startswith("UPDATE") and "sealed_key" in sql.partition("WHERE")[0]:
            raise OperationalError("The database is down.")
        return execute(sql, params, many, context)

    told = []

    def hear(sender, session, reason, **kwargs):
        told.append((session.pk, reason))

    session_ended.connect(hear)
    try:
        with connection.execute_wrapper(fail_to_finish), caplog.at_level("INFO", "sessions_api"):
            user.save()
    finally:
        session_ended.disconnect(hear)
    assert len(errors_on_commit) == 1
    assert "The database is down." in caplog.text
    assert told == [(session.pk, EndReason.DEACTIVATED)]
    assert f"event=ended session={session.pk}" in caplog.text
    session.refresh_from_db()
    assert session.ended_at is not None
    assert session.sealed_key != b""  # work left for reconcile_sessions


@pytest.mark.parametrize("update_fields", [None, ["first_name"], ["is_active"], ["is_staff"]])
def test_saving_an_active_account_costs_nothing(update_fields, db, django_assert_num_queries):
    user = UserFactory.create()
    browser = browser_of(user)
    with django_assert_num_queries(1):
        user.save(update_fields=update_fields)
    assert name_of(browser) == user.username


def test_saving_something_else_of_a_deactivated_account_costs_nothing(
    db, django_assert_num_queries
):
    user = UserFactory.create(is_active=False)
    with django_assert_num_queries(1):
        user.save(update_fields=["first_name"])


def test_making_a_deactivated_account_costs_nothing(db, django_assert_num_queries):
    with django_assert_num_queries(1):
        get_user_model().objects.create(username="alice", is_active=False)


def test_saving_something_that_is_no_user_costs_nothing(db, django_assert_num_queries):
    session = SessionFactory.create(user=UserFactory.create(is_active=False))
    with django_assert_num_queries(1):
        session.save(update_fields=["label"])


# Deletion


def delete_instance(user):
    for session in Session.objects.for_user(user):
        session.delete()


def delete_queryset(user):
    Session.objects.for_user(user).delete()


def delete_user(user):
    user.delete()


def delete_users(user):
    get_user_model().objects.filter(pk=user.pk).delete()


DELETIONS = [delete_instance, delete_queryset, delete_user, delete_users]


@pytest.mark.parametrize("engine", SERVER_SIDE, indirect=True)
@pytest.mark.parametrize("delete", DELETIONS)
def test_a_deleted_row_takes_its_engine_session_along(delete, engine, db, executed):
    user, other = UserFactory.create(), UserFactory.create()
    laptop, phone, bystander = browser_of(user), browser_of(user), browser_of(other)
    assert name_of(laptop) == name_of(phone) == user.username  # this process remembers them now
    keys = [browser.session.session_key for browser in (laptop, phone)]
    with executed():
        delete(user)
    assert held(keys) == {}
    assert [name_of(laptop), name_of(phone)] == ["", ""]
    assert name_of(bystander) == other.username


@pytest.mark.parametrize("engine", SERVER_SIDE, indirect=True)
@pytest.mark.parametrize("delete", [delete_instance, delete_queryset, delete_user])
def test_a_deletion_that_is_rolled_back_changes_nothing(delete, engine, transactional_db):
    user = UserFactory.create()
    pk = user.pk
    browser = browser_of(user)
    key = browser.session.session_key

    def delete_and_think_again():
        with transaction.atomic():
            delete(user)
            assert not Session.objects.exists()
            assert engines.payload_of(key) is not None
            raise RollBack

    with pytest.raises(RollBack):
        delete_and_think_again()
    user.pk = pk
    assert engines.payload_of(key) is not None
    assert name_of(browser) == user.username
    assert [session.pk for session in validity.active_sessions(user)] == [session_of(browser).pk]


@pytest.fixture
def another_database(django_db_blocker):
    """Return the alias of a second database."""
    connections.databases["other"] = connections.configure_settings(
        {
            "default": {"ENGINE": "django.db.backends.sqlite3"},
            "other": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"},
        }
    )["other"]
    yield "other"
    with django_db_blocker.unblock():
        connections["other"].connection.close()  # Django leaves one in memory open
    del connections["other"], connections.databases["other"]


def test_a_deletion_waits_for_the_commit_of_the_database_it_is_in(
    settings, django_db_blocker, another_database
):
    use_engine(settings, "file")
    store = engines.store_class()()
    store.create()
    key = str(store.session_key)
    row = Session(sealed_key=credentials.seal(key))
    with django_db_blocker.unblock(), transaction.atomic(using=another_database):
        ending.end_deleted(row, using=another_database)
        assert engines.payload_of(key) is not None
    assert engines.payload_of(key) is None


@pytest.mark.parametrize("engine", SERVER_SIDE, indirect=True)
def test_a_deletion_is_committed_without_a_transaction_around_it(engine, transactional_db):
    user = UserFactory.create()
    browser, other = browser_of(user), browser_of(user)
    session_of(browser).delete()
    assert name_of(browser) == ""
    assert name_of(other) == user.username


def test_only_what_is_not_rolled_back_takes_its_engine_session_along(transactional_db):
    user = UserFactory.create()
    browsers = [browser_of(user) for _ in range(4)]
    sessions = [session_of(browser) for browser in browsers]

    def delete_and_think_again(*which):
        with transaction.atomic():
            for session in which:
                session.delete()
            raise RollBack

    with transaction.atomic():
        Session.objects.get(pk=sessions[0].pk).delete()
        with pytest.raises(RollBack):
            delete_and_think_again(*Session.objects.filter(pk__in=[s.pk for s in sessions[1:3]]))
        Session.objects.get(pk=sessions[3].pk).delete()
    expected = ["", user.username, user.username, ""]
    assert [name_of(browser) for browser in browsers] == expected


def delete_one_by_one(sessions):
    with transaction.atomic():
        for session in sessions:
            session.delete()


def delete_at_once(sessions):
    sessions.delete()


@pytest.mark.parametrize("delete", [delete_one_by_one, delete_at_once])
def test_many_rows_deleted_in_one_transaction_are_one_batch_for_the_engine(
    delete, transactional_db
):
    user = UserFactory.create()
    keys = sessions_in_the_engine(user, 50)
    kept = sessions_in_the_engine(user, 1)
    sessions = Session.objects.exclude(key_digest=credentials.digest(kept[0]))
    with CaptureQueriesContext(connection) as captured:
        delete(sessions)
    assert held([*keys, *kept]).keys() == set(kept)
    assert len(statements_about_django_sessions(captured, "DELETE")) == 1
    assert len(statements_about_django_sessions(captured, "SELECT")) <= 1


def test_a_deleted_user_with_many_sessions_is_one_batch_for_the_engine(transactional_db):
    user = UserFactory.create()
    keys = sessions_in_the_engine(user, 50)
    with CaptureQueriesContext(connection) as captured:
        user.delete()
    assert held(keys) == {}
    assert len(statements_about_django_sessions(captured, "DELETE")) == 1
    assert len(captured) <= 15


def test_a_row_that_has_ended_or_holds_no_key_asks_nothing_of_the_engine(transactional_db):
    user = UserFactory.create()
    SessionFactory.create(user=user)
    SessionFactory.create(user=user, ended_at=timezone.now(), end_reason=EndReason.LOGOUT)
    with CaptureQueriesContext(connection) as captured:
        user.delete()
    assert statements_about_django_sessions(captured, "") == []


def test_an_engine_that_fails_does_not_keep_the_user_from_being_deleted(
    transactional_db, settings, caplog
):
    user = UserFactory.create()
    key = browser_of(user).session.session_key
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.cache"
    settings.CACHES = {"default": {"BACKEND": f"{__name__}.CacheThatIsDown"}}
    user.delete()
    assert not get_user_model().objects.exists()
    assert "could not delete 1 sessions" in caplog.text
    assert key not in caplog.text


# Registration


@pytest.mark.parametrize("name", SIGNALS)
def test_each_signal_is_heard_once_receivers_are_connected(name, monkeypatch):
    signal, sender = SIGNALS[name], Session if name == "post_delete" else get_user_model()
    monkeypatch.setattr(signal, "receivers", [])
    monkeypatch.setattr(signal, "sender_receivers_cache", WeakKeyDictionary())
    assert not signal.has_listeners(sender)
    receivers.connect()
    assert signal.has_listeners(sender)


def test_connecting_again_doubles_no_receiver():
    before = [list(signal.receivers) for signal in SIGNALS.values()]
    receivers.connect()
    assert [list(signal.receivers) for signal in SIGNALS.values()] == before


def test_after_connecting_again_a_login_makes_one_row(db):
    receivers.connect()
    user = UserFactory.create()
    browser_of(user)
    assert Session.objects.for_user(user).count() == 1
