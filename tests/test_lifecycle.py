"""What code may do with sessions, and what it gets."""

import logging
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session as EngineRow
from django.db import transaction
from django.test import Client, RequestFactory
from django.utils import timezone

from sessions_api import lifecycle, recent, tracking, validity
from sessions_api.lifecycle import ending, maintenance
from sessions_api.models import EndReason, Session
from sessions_api.tracking import current
from tests.factories import SessionFactory, UserFactory
from tests.matrix.test_life_cycle import later

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _fresh_process():
    recent.clear()


def signed_in(user, **environ):
    client = Client(**environ)
    client.get(f"/do/login:{user.pk}/")
    return client


def test_a_login_records_where_it_comes_from():
    user_agent = "Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0"
    signed_in(UserFactory.create(), REMOTE_ADDR="203.0.113.7", HTTP_USER_AGENT=user_agent)
    session = Session.objects.get()
    assert session.user_agent == user_agent
    assert (session.browser, session.os, session.device_type) == ("Firefox 146", "Linux", "desktop")
    assert session.ip_address == session.last_ip_address == "203.0.113.7"
    assert session.authenticated_at == session.created_at == session.last_used
    assert session.expires_at is not None
    assert session.expires_at - session.created_at == pytest.approx(
        timedelta(days=14), abs=timedelta(seconds=5)
    )


def test_last_use_records_where_it_comes_from():
    client = signed_in(UserFactory.create(), REMOTE_ADDR="203.0.113.7")
    with later(seconds=61):
        client.get("/do/user/", REMOTE_ADDR="198.51.100.23")
        session = Session.objects.get()
        assert session.ip_address == "203.0.113.7"
        assert session.last_ip_address == "198.51.100.23"
        assert session.last_used == timezone.now()


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


def test_the_session_of_a_request_is_known(rf: RequestFactory):
    client = signed_in(UserFactory.create())
    session = Session.objects.get()
    assert client.get("/do/user,current/").status_code == 200
    request = client.get("/do/user/").wsgi_request
    assert current.current_session_id(request) == session.pk
    assert tracking.current_session(request) == session
    recent.clear()
    assert tracking.current_session(client.get("/do/user/").wsgi_request) == session


def test_the_session_of_a_login_is_known_in_its_own_request():
    user = UserFactory.create()
    request = Client().get(f"/do/login:{user.pk},current/").wsgi_request
    assert tracking.current_session(request) == Session.objects.get()


def test_an_anonymous_request_has_no_session_of_ours(rf):
    request = Client().get("/do/user/").wsgi_request
    assert tracking.current_session(request) is None
    bare = rf.get("/")
    bare.user = UserFactory.create()
    assert tracking.current_session(bare) is None


def test_life_cycle_events_are_logged_by_id_and_without_keys(caplog):
    with caplog.at_level(logging.DEBUG):
        client = signed_in(UserFactory.create())
        key = client.cookies["sessionid"].value
        session = Session.objects.get()
        lifecycle.end(session)
    of_whom = f"session={session.pk} user={session.user_id}"
    assert f"event=started {of_whom}" in caplog.messages
    assert f"event=ended {of_whom} reason=revoked by=None" in caplog.messages
    assert key not in caplog.text
    assert session.sealed_key not in caplog.text
    assert session.key_digest not in caplog.text
