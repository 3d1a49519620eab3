"""When the caller's session ends: asked for without using it, and moved by a keep-alive."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sessions_api import lifecycle
from sessions_api.models import Session
from tests.api.clients import browser_with_csrf, csrf, on_each_engine, post
from tests.helpers import CURRENT, DJANGOS_ENGINES, bearer, later, name_of, session_of, signed_in

STATUS = "/api/sessions/current/status/"
KEEP_ALIVE = "/api/sessions/current/keep-alive/"
WITH_A_CLOCK = [name for name in DJANGOS_ENGINES if name != "file"]
"""The engines for which tests can move the clock on. The file engine goes by that of the disk."""


@pytest.fixture
def idle(settings, alice):
    """Have sessions end that are not used for ten minutes, but no token."""
    settings.SESSIONS_API = {**settings.SESSIONS_API, "IDLE_TIMEOUT": 600}


def moment(text):
    return datetime.fromisoformat(text)


def left(status):
    """Return in how many seconds a session ends, by the server's clock."""
    return (moment(status["ends_at"]) - moment(status["now"])).total_seconds()


@on_each_engine
def test_asking_when_a_session_ends_does_not_keep_it_alive(engine, idle, alice):
    browser = signed_in(alice)
    for seconds in range(100, 600, 100):
        with later(seconds=seconds):
            assert left(browser.get(STATUS).json()) == pytest.approx(600 - seconds, abs=2)
    with later(seconds=601):
        assert browser.get(STATUS).json()["end_reason"] == "idle"


@on_each_engine
def test_a_keep_alive_moves_the_end_at_once(engine, idle, alice):
    browser = signed_in(alice)
    with later(seconds=30):  # sooner than a use would be written
        assert left(browser.post(KEEP_ALIVE).json()) == 600
        assert left(browser.get(STATUS).json()) == 600
    with later(seconds=625):
        assert name_of(browser) == "alice"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("engine", WITH_A_CLOCK, indirect=True)
@pytest.mark.parametrize("is_kept", [False, True])
def test_where_every_request_is_saved_a_keep_alive_moves_the_expiry_and_asking_does_not(
    engine, settings, alice, is_kept
):
    settings.SESSION_COOKIE_AGE, settings.SESSION_SAVE_EVERY_REQUEST = 600, True
    browser = signed_in(alice)
    with later(seconds=500):
        status = browser.post(KEEP_ALIVE).json() if is_kept else browser.get(STATUS).json()
        assert left(status) == pytest.approx(600 if is_kept else 100, abs=2)
        assert status["can_keep_alive"] or is_kept
    with later(seconds=700):
        assert name_of(browser) == ("alice" if is_kept else "")


def test_nothing_but_a_use_is_written_at_a_keep_alive(idle, alice):
    browser = signed_in(alice)
    expires_at = session_of(browser).expires_at
    with later(seconds=300):
        browser.post(KEEP_ALIVE)
    assert session_of(browser).expires_at == expires_at


def test_a_keep_alive_writes_once(idle, alice):
    browser = signed_in(alice)
    name_of(browser)
    with later(seconds=300), CaptureQueriesContext(connection) as executed:
        browser.post(KEEP_ALIVE)
    written = [each["sql"] for each in executed if each["sql"].startswith("UPDATE")]
    assert len(written) == 1


def test_asking_costs_one_query_more_than_knowing_the_user(idle, alice, django_assert_num_queries):
    browser = signed_in(alice)
    name_of(browser)
    with django_assert_num_queries(3):  # the engine session, its user, our row
        browser.get(STATUS)


def test_a_session_that_a_use_cannot_prolong_says_so(settings, alice):
    settings.SESSIONS_API = {"IDLE_TIMEOUT": 600, "ABSOLUTE_TIMEOUT": 900}
    browser = signed_in(alice)
    with later(seconds=100):
        assert browser.get(STATUS).json()["can_keep_alive"]
        browser.post(KEEP_ALIVE)
    with later(seconds=400):
        status = browser.post(KEEP_ALIVE).json()
    assert (round(left(status)), status["can_keep_alive"]) == (500, False)
    assert status["ends_at"] == status["expires_at"] < status["idle_expires_at"]


def test_a_token_is_kept_alive_and_does_not_expire_later(idle, alice):
    token = lifecycle.issue_token(alice).token
    before = Client().get(STATUS, headers=bearer(token)).json()
    with later(seconds=300):
        after = post(KEEP_ALIVE, {}, **bearer(token)).json()
    assert after["expires_at"] == before["expires_at"]
    assert moment(after["ends_at"]) - moment(before["ends_at"]) > timedelta(seconds=299)


def test_a_keep_alive_needs_the_csrf_token(idle, alice):
    browser = browser_with_csrf(alice)
    assert browser.post(KEEP_ALIVE).status_code == 403
    assert browser.post(KEEP_ALIVE, headers=csrf(browser)).status_code == 200


def test_a_keep_alive_does_not_bring_back_what_ends_meanwhile(idle, alice, monkeypatch):
    from sessions_api.tracking import keep_alive

    browser, write = signed_in(alice), keep_alive.write

    def end_first(request, session):
        lifecycle.end(Session.objects.get(pk=session.pk), by=alice)
        return write(request, session)

    monkeypatch.setattr(keep_alive, "write", end_first)
    answer = browser.post(KEEP_ALIVE)
    assert answer.status_code == 401
    assert (answer.json()["code"], answer.json()["end_reason"]) == ("session_ended", "revoked")


@pytest.mark.parametrize("over", [False, True])
def test_a_session_has_deadlines_until_it_is_over(idle, alice, over):
    first, second = signed_in(alice), signed_in(alice)
    session = session_of(second)
    if over:
        lifecycle.end(session)
    shown = first.get(f"/api/sessions/{session.pk}/").json()
    if over:
        assert (shown["idle_expires_at"], shown["ends_at"]) == (None, None)
    else:
        assert moment(shown["idle_expires_at"]) == session.last_used + timedelta(seconds=600)
        assert shown["ends_at"] == shown["idle_expires_at"] < shown["expires_at"]


def test_without_an_idle_timeout_the_expiry_is_the_end(alice):
    shown = signed_in(alice).get(CURRENT).json()
    assert shown["idle_expires_at"] is None
    assert shown["ends_at"] == shown["expires_at"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("engine", WITH_A_CLOCK, indirect=True)
@pytest.mark.parametrize("saves", [True, False])
def test_no_end_that_is_told_is_past_and_asking_moves_none(engine, settings, alice, saves):
    settings.SESSION_COOKIE_AGE, settings.SESSION_SAVE_EVERY_REQUEST = 300, saves
    browser = signed_in(alice)
    with later(seconds=50):
        browser.get("/do/write/")  # saved: the engine holds it until 350
    for seconds in (200, 290, 305, 325, 340):
        with later(seconds=seconds):
            answer = browser.get(STATUS)
            assert answer.status_code == 200, seconds
            assert 0 <= left(answer.json()) <= 350 - seconds + 60
    with later(seconds=365):
        assert browser.get(STATUS).json()["end_reason"] == "expired"


def test_a_row_that_has_ended_is_over_although_this_process_remembers_it(idle, alice):
    browser = signed_in(alice)
    name_of(browser)
    ended = {"ended_at": timezone.now(), "end_reason": "revoked"}
    Session.objects.filter(pk=session_of(browser).pk).update(**ended)
    for answer in (browser.get(STATUS), browser.post(KEEP_ALIVE)):
        assert (answer.status_code, answer.json()["end_reason"]) == (401, "revoked")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("engine", ["db", "cache"], indirect=True)
def test_asking_does_not_send_the_cookie_of_an_extended_session(engine, settings, alice):
    settings.SESSION_COOKIE_AGE = 600
    browser = signed_in(alice)
    with later(seconds=100):
        lifecycle.extend(session_of(browser))
    with later(seconds=300):
        status = browser.get(STATUS)
    assert left(status.json()) == pytest.approx(400, abs=2)
    assert not status.cookies
    with later(seconds=370):
        assert left(browser.get(STATUS).json()) == pytest.approx(330, abs=2)
    with later(seconds=440):
        assert browser.get("/do/user/").cookies


def test_a_keep_alive_that_cannot_be_written_is_no_success(idle, alice, monkeypatch):
    from sessions_api.lifecycle import updating

    browser = signed_in(alice)
    # As where somebody has locked the row.
    monkeypatch.setattr(updating, "follow", lambda *args, **kwargs: updating.Followed.PASSED_OVER)
    assert browser.post(KEEP_ALIVE).status_code == 503
