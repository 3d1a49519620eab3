"""Ending sessions: the row says so, and the engine session goes with it or right after that."""

import logging
from contextlib import nullcontext

import pytest
from django.contrib.sessions.models import Session as EngineRow
from django.db import DatabaseError, connection, transaction
from django.db.models.signals import pre_delete
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sessions_api import lifecycle, signals, validity
from sessions_api.lifecycle import ending, events
from sessions_api.models import EndReason, Session
from tests.factories import UserFactory
from tests.helpers import (
    DJANGOS_ENGINES,
    SERVER_SIDE,
    engine_rows,
    held,
    name_in_new_process,
    returning_browser,
    session_of,
    signed_in,
    use_engine,
)

pytestmark = pytest.mark.django_db(transaction=True)


def test_ending_says_who_and_why():
    staff, user = UserFactory.create(), UserFactory.create()
    signed_in(user)
    session = Session.objects.get()
    assert lifecycle.end(session, by=staff, reason=EndReason.REVOKED)
    session.refresh_from_db()
    assert session.ended_by == staff
    assert session.end_reason == EndReason.REVOKED
    assert session.sealed_key == b""
    assert not engine_rows().exists()


def test_what_has_ended_does_not_end_again():
    signed_in(UserFactory.create())
    session = Session.objects.get()
    assert lifecycle.end(session, reason=EndReason.REVOKED)
    assert not lifecycle.end(session, reason=EndReason.LOGOUT)
    session.refresh_from_db()
    assert session.end_reason == EndReason.REVOKED


def test_what_has_ended_is_not_looked_at_again(alice):
    signed_in(alice)
    lifecycle.end_all(alice)
    assert list(ending.end_batches(Session.objects.for_user(alice))) == []


def test_all_of_a_users_sessions_end_but_one():
    user, other = UserFactory.create(), UserFactory.create()
    kept, *others = [signed_in(user) for _ in range(3)]
    bystander = signed_in(other)
    session = Session.objects.earliest("created_at")
    assert lifecycle.end_all(user, except_=session) == 2
    assert kept.get("/do/user/").content
    assert bystander.get("/do/user/").content
    assert not any(client.get("/do/user/").content for client in others)
    assert lifecycle.end_all(user, except_=session.pk) == 0
    assert lifecycle.end_all(user) == 1


def test_many_end_in_batches(monkeypatch):
    monkeypatch.setattr(ending, "BATCH", 3)
    user = UserFactory.create()
    clients = [signed_in(user) for _ in range(8)]
    assert lifecycle.end_many(Session.objects.for_user(user)) == 8
    assert not engine_rows().exists()
    assert not any(client.get("/do/user/").content for client in clients)


def test_an_end_that_is_rolled_back_ends_nothing():
    client = signed_in(UserFactory.create())
    session = Session.objects.get()

    def end_and_fail():
        with transaction.atomic():
            lifecycle.end(session)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        end_and_fail()
    assert client.get("/do/user/").content
    assert validity.active_sessions(session.user) == [session]


def test_the_engine_session_goes_when_the_end_is_committed():
    signed_in(UserFactory.create())
    with transaction.atomic():
        lifecycle.end(Session.objects.get())
        assert engine_rows().exists()
    assert not engine_rows().exists()


def test_an_end_whose_engine_session_is_left_is_refused_at_the_gate_and_finished_later():
    client = signed_in(UserFactory.create())
    session = Session.objects.get()
    Session.objects.filter(pk=session.pk).update(
        ended_at=timezone.now(), end_reason=EndReason.REVOKED
    )
    assert engine_rows().exists()
    assert ending.finish_ends([session.pk]) == 0
    assert not engine_rows().exists()
    assert client.get("/do/user/").content == b""


# On each engine, with somebody else's sessions beside them

on_each_engine = pytest.mark.parametrize("engine", DJANGOS_ENGINES, indirect=True)


def keys_of(clients):
    return [client.cookies["sessionid"].value for client in clients]


ENDS = {
    "end": lambda user: [lifecycle.end(each) for each in Session.objects.for_user(user)],
    "end all": lifecycle.end_all,
    "end many": lambda user: lifecycle.end_many(Session.objects.for_user(user)),
    "delete a row": lambda user: [each.delete() for each in Session.objects.for_user(user)],
    "delete rows": lambda user: Session.objects.for_user(user).delete(),
    "delete the user": lambda user: user.delete(),
    "delete users": lambda user: type(user).objects.filter(pk=user.pk).delete(),
}


@on_each_engine
@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
@pytest.mark.parametrize("in_transaction", [False, True])
def test_what_ends_is_gone_from_the_engine_and_nothing_else_is(
    engine, bystander, alice, end, in_transaction
):
    clients = [returning_browser(alice) for _ in range(3)]
    keys = keys_of(clients)
    with transaction.atomic() if in_transaction else nullcontext():
        end(alice)
        if in_transaction and engine != "signed_cookies":
            assert held(keys).keys() == set(keys)
    assert held(keys).keys() == (set(keys) if engine == "signed_cookies" else set())
    assert [name_in_new_process(client) for client in clients] == ["", "", ""]


@on_each_engine
@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_what_ends_in_a_transaction_that_is_rolled_back_goes_on(engine, bystander, alice, end):
    clients = [returning_browser(alice) for _ in range(2)]
    sessions = validity.active_sessions(alice)
    user = type(alice).objects.get(pk=alice.pk)

    def end_and_fail():
        with transaction.atomic():
            end(user)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        end_and_fail()
    assert validity.active_sessions(alice) == sessions
    assert [name_in_new_process(client) for client in clients] == ["alice", "alice"]


@pytest.mark.parametrize("engine", SERVER_SIDE, indirect=True)
def test_a_key_that_cannot_be_opened_is_unfinished_and_spoils_no_other(engine, alice):
    clients = [returning_browser(alice) for _ in range(3)]
    sessions = [session_of(client) for client in clients]
    Session.objects.filter(pk=sessions[1].pk).update(sealed_key=b"of another SECRET_KEY")
    outcome = ending.carry_out(Session.objects.for_user(alice))
    assert outcome == ending.Outcome(ended=3, unfinished=1)
    assert [bool(Session.objects.get(pk=each.pk).sealed_key) for each in sessions] == [
        False,
        True,
        False,
    ]
    assert [name_in_new_process(client) for client in clients] == ["", "", ""]


# What a batch costs


def statements_of(act):
    """Return the beginnings of the statements that an act takes, but for those of transactions."""
    with CaptureQueriesContext(connection) as queries:
        act()
    made = [query["sql"] for query in queries]
    return [sql.split()[0] for sql in made if sql.split()[0] in ("SELECT", "UPDATE", "DELETE")]


def end_three(user):
    for _ in range(3):
        returning_browser(user)
    sessions = Session.objects.for_user(user)
    return statements_of(lambda: lifecycle.end_many(sessions))


@pytest.fixture
def quiet():
    """Have nobody read the log lines."""
    level, events.logger.level = events.logger.level, logging.WARNING
    yield
    events.logger.setLevel(level)


def test_a_batch_takes_six_statements_whatever_its_size(settings, alice, quiet):
    use_engine(settings, "db")
    if connection.vendor == "sqlite":
        # Which ones, end, read: it has no locks. Are there tokens; the engine sessions; their keys.
        expected = ["SELECT", "UPDATE", "SELECT", "SELECT", "DELETE", "UPDATE"]
    else:
        # Which ones, lock and read; the same of the engine sessions, which go; end. Are there tokens.
        expected = ["SELECT", "SELECT", "SELECT", "DELETE", "UPDATE", "SELECT"]
    assert end_three(alice) == expected


def test_a_cache_gives_a_session_up_after_the_end_is_written(settings, alice, quiet):
    use_engine(settings, "cached_db")
    assert end_three(alice)[-2:] == ["DELETE", "UPDATE"]
    assert not Session.objects.unfinished().exists()


@pytest.fixture
def engine_refuses():
    """Have the database refuse to delete what the session engine keeps in it."""
    asked = []

    def refuse(instance, **kwargs):
        asked.append(instance.pk)
        raise DatabaseError

    pre_delete.connect(refuse, sender=EngineRow)
    yield asked
    pre_delete.disconnect(refuse, sender=EngineRow)


def test_an_end_is_written_also_if_the_engine_session_cannot_be_deleted_along(
    settings, alice, engine_refuses
):
    use_engine(settings, "db")
    client = returning_browser(alice)
    outcome = ending.carry_out(Session.objects.for_user(alice))
    assert outcome == ending.Outcome(ended=1, unfinished=1)
    assert engine_refuses
    session = Session.objects.unfinished().get()
    assert session.ended_at is not None
    assert name_in_new_process(client) == ""


def test_rows_are_read_again_only_for_a_receiver(settings, alice, quiet):
    use_engine(settings, "db")
    alone = end_three(alice)
    heard = []

    def hear(session, **kwargs):
        heard.append(session)

    signals.session_ended.connect(hear)
    try:
        assert len(end_three(alice)) == len(alone) + 1
    finally:
        signals.session_ended.disconnect(hear)
    assert [session.sealed_key for session in heard] == [b"", b"", b""]
    assert all(session.ended_at and session.end_reason == "revoked" for session in heard)


@pytest.mark.parametrize("level", [logging.INFO, logging.WARNING])
def test_a_line_is_written_for_each_end_where_somebody_reads_it(caplog, alice, level):
    with caplog.at_level(level, "sessions_api.lifecycle"):
        end_three(alice)
    told = [line for line in caplog.messages if line.startswith("event=ended")]
    assert len(told) == (3 if level == logging.INFO else 0)
