"""Ending sessions: the row says so first, and the engine session goes after that."""

import pytest
from django.contrib.sessions.models import Session as EngineRow
from django.db import transaction
from django.utils import timezone

from sessions_api import lifecycle, validity
from sessions_api.lifecycle import ending
from sessions_api.models import EndReason, Session
from tests.factories import UserFactory
from tests.helpers import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_ending_says_who_and_why():
    staff, user = UserFactory.create(), UserFactory.create()
    signed_in(user)
    session = Session.objects.get()
    assert lifecycle.end(session, by=staff, reason=EndReason.REVOKED)
    session.refresh_from_db()
    assert session.ended_by == staff
    assert session.end_reason == EndReason.REVOKED
    assert session.sealed_key == ""
    assert not EngineRow.objects.exists()


def test_what_has_ended_does_not_end_again():
    signed_in(UserFactory.create())
    session = Session.objects.get()
    assert lifecycle.end(session, reason=EndReason.REVOKED)
    assert not lifecycle.end(session, reason=EndReason.LOGOUT)
    session.refresh_from_db()
    assert session.end_reason == EndReason.REVOKED


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
    assert not EngineRow.objects.exists()
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
        assert EngineRow.objects.exists()
    assert not EngineRow.objects.exists()


def test_an_end_whose_engine_session_is_left_is_refused_at_the_gate_and_finished_later():
    client = signed_in(UserFactory.create())
    session = Session.objects.get()
    Session.objects.filter(pk=session.pk).update(
        ended_at=timezone.now(), end_reason=EndReason.REVOKED
    )
    assert EngineRow.objects.exists()
    assert ending.finish_ends([session.pk]) == 0
    assert not EngineRow.objects.exists()
    assert client.get("/do/user/").content == b""
