"""Many requests at once, in real threads with connections of their own.

They need a database that serves several connections: PostgreSQL or MariaDB, not SQLite in memory.
"""

import logging

import pytest
from django.test import Client

from sessions_api import lifecycle, recent, validity
from sessions_api.models import EndReason, Session
from tests.concurrency.threads import THREADS, at_once
from tests.factories import UserFactory
from tests.helpers import later, name_of, old_session, signed_in


def alive(clients):
    recent.clear()
    return [client for client in clients if name_of(client)]


@pytest.mark.parametrize("on_limit", ["end_oldest", "refuse"])
def test_simultaneous_logins_never_leave_more_than_the_limit(racing_engine, settings, on_limit):
    settings.SESSIONS_API = {"MAX_SESSIONS_PER_USER": 3, "ON_LIMIT": on_limit}
    user = UserFactory.create()
    clients = [Client(raise_request_exception=False) for _ in range(THREADS)]
    answers = at_once(*(lambda c=c: c.get(f"/do/login:{user.pk}/").status_code for c in clients))
    # Django answers 400 to the one whose session a later login ends before its response saves it.
    assert set(answers) <= ({200, 403} if on_limit == "refuse" else {200, 400})
    assert len(alive(clients)) == 3 == len(validity.active_sessions(user))
    assert Session.objects.for_user(user).not_ended().count() == 3


def test_parallel_first_requests_of_an_old_session_make_one_row(racing_engine, caplog):
    caplog.set_level(logging.INFO, "sessions_api.lifecycle")
    user = UserFactory.create()
    cookies = old_session(user).cookies
    clients = [Client() for _ in range(THREADS)]
    for client in clients:
        client.cookies = cookies.copy()
    assert at_once(*(lambda c=c: name_of(c) for c in clients)) == [user.username] * THREADS
    assert Session.objects.get().adopted
    assert [record.getMessage().split()[0] for record in caplog.records] == ["event=adopted"]
    assert len(validity.active_sessions(user)) == 1
    assert alive(clients) == clients


def test_an_end_wins_over_touches(racing_engine):
    user = UserFactory.create()
    client = signed_in(user)
    session = Session.objects.get()
    twins = [Client() for _ in range(THREADS - 1)]
    for twin in twins:
        twin.cookies = client.cookies.copy()
    with later(seconds=90):
        recent.clear()
        at_once(*(lambda t=t: name_of(t) for t in twins), lambda: lifecycle.end(session))
        ended = Session.objects.get()
        assert ended.end_reason == EndReason.REVOKED
        assert alive([client, *twins]) == []
        assert Session.objects.get().last_used == ended.last_used
        assert validity.active_sessions(user) == []


@pytest.mark.parametrize("steps", ["user,write", "write", "user,cycle", "cycle"])
def test_an_end_wins_over_saves_in_flight(racing_engine, steps):
    user = UserFactory.create()
    client = signed_in(user)
    session = Session.objects.get()
    twins = [Client(raise_request_exception=False) for _ in range(THREADS - 1)]
    for twin in twins:
        twin.cookies = client.cookies.copy()
    at_once(
        *(lambda t=t: t.get(f"/do/{steps}/") for t in twins[: THREADS // 2]),
        lambda: lifecycle.end(session),
        *(lambda t=t: t.get(f"/do/{steps}/") for t in twins[THREADS // 2 :]),
    )
    with later(seconds=61):
        assert alive([client, *twins]) == []
        assert validity.active_sessions(user) == []
    assert Session.objects.get(pk=session.pk).ended_at is not None


def test_simultaneous_ends_agree(racing_engine):
    user = UserFactory.create()
    clients = [signed_in(user) for _ in range(3)]
    ended = at_once(*(lambda: lifecycle.end_all(user, by=user) for _ in range(8)))
    assert sum(ended) == 3
    assert alive(clients) == []
