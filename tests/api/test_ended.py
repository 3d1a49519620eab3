"""A cookie or token whose session is over is told so, and why."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sessions_api import lifecycle, recent
from sessions_api.models import EndReason, Session
from tests.api.clients import on_each_engine, sign_in
from tests.factories import PASSWORD
from tests.helpers import (
    CURRENT,
    SESSIONS,
    bearer,
    browser_of,
    later,
    refusing,
    session_of,
    signed_in,
    staff_with,
)


def told(answer):
    """Return why a caller is told that their session is over."""
    assert answer.status_code == 401, answer.content
    body = answer.json()
    assert (body["code"], body["detail"]) == ("session_ended", "This session has ended.")
    return body["end_reason"]


def deactivate(user):
    user.is_active = False
    user.save()


def change_password(user):
    user.set_password("another")
    user.save()


ENDS = {
    "from elsewhere": (lambda user, row: lifecycle.end(row, by=user), "revoked"),
    "all at once": (lambda user, row: lifecycle.end_all(user), "revoked"),
    "deactivated": (lambda user, row: deactivate(user), "deactivated"),
    "password": (lambda user, row: change_password(user), "credentials"),
}


@on_each_engine
@pytest.mark.parametrize("remembers", [True, False])
@pytest.mark.parametrize("how", ENDS)
def test_a_browser_is_told_why_its_session_is_over(engine, alice, how, remembers):
    browser = signed_in(alice)
    end, reason = ENDS[how]
    end(alice, session_of(browser))
    if not remembers:
        recent.clear()
    assert told(browser.get(CURRENT)) == reason


@on_each_engine
@pytest.mark.parametrize(
    ("setting", "reason"), [("IDLE_TIMEOUT", "idle"), ("ABSOLUTE_TIMEOUT", "lifetime")]
)
def test_a_browser_is_told_of_a_deadline(engine, alice, settings, setting, reason):
    settings.SESSIONS_API = {setting: 600}
    browser = signed_in(alice)
    with later(seconds=601):
        assert told(browser.get(CURRENT)) == reason
        assert Session.objects.get().end_reason == reason


@pytest.mark.django_db(transaction=True)
def test_a_session_that_the_engine_has_let_expire_is_expired(alice, settings):
    settings.SESSION_COOKIE_AGE = 600
    browser = signed_in(alice)
    with later(seconds=601):
        assert told(browser.get(CURRENT)) == "expired"


@pytest.mark.parametrize("how", ENDS)
def test_a_token_is_told_why_its_session_is_over(alice, how):
    issued = lifecycle.issue_token(alice)
    end, reason = ENDS[how]
    end(alice, issued.session)
    answer = Client().get(CURRENT, headers=bearer(issued.token))
    assert told(answer) == reason
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api", error="invalid_token"'


def test_whoever_presents_nothing_of_ours_is_told_nothing(alice):
    forged = Client()
    forged.cookies["sessionid"] = "x" * 32
    for client in (Client(), forged):
        assert set(client.get(CURRENT).json()) == {"detail"}
    assert set(Client().get(CURRENT, headers=bearer("session_unknown")).json()) == {"detail"}


@pytest.mark.django_db(transaction=True)
def test_the_reason_costs_no_query_that_the_answer_did_not_take_anyway(alice):
    def queries(path):
        browser = browser_of(alice)
        lifecycle.end(session_of(browser))
        with CaptureQueriesContext(connection) as executed:
            browser.get(path)
        return [each["sql"] for each in executed]

    assert len(queries(CURRENT)) <= len(queries("/do/user/"))


def test_a_sign_in_ignores_a_cookie_whose_session_is_over(alice, settings):
    browser = signed_in(alice)
    lifecycle.end(session_of(browser))
    body = {"username": "alice", "password": PASSWORD}
    answer = browser.post(SESSIONS, body, content_type="application/json")
    assert answer.status_code == 201
    assert sign_in().status_code == 201


@pytest.mark.django_db(transaction=True)
def test_staff_calls_tell_the_same(alice):
    staff = signed_in(staff_with("view_session"))
    lifecycle.end(session_of(staff))
    assert told(staff.get("/api/admin/sessions/")) == "revoked"


def test_while_the_table_does_not_answer_nobody_is_told_a_reason(alice):
    browser = signed_in(alice)
    lifecycle.end(session_of(browser))
    with refusing("SELECT"):
        answer = browser.get(CURRENT)
    assert answer.status_code in (401, 503)
    assert "end_reason" not in answer.json()


@on_each_engine
def test_whoever_has_signed_out_is_told_just_that(engine, alice):
    browser = signed_in(alice)
    cookie = browser.cookies["sessionid"].value
    browser.get("/do/logout/")
    browser.cookies["sessionid"] = cookie  # a copy
    assert told(browser.get(CURRENT)) == EndReason.LOGOUT


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("engine", ["signed_cookies"], indirect=True)
@pytest.mark.parametrize("path", [CURRENT, "/login-page/"])
def test_an_old_copy_of_a_cookie_that_was_renewed_ends_nothing(engine, alice, settings, path):
    settings.SESSION_COOKIE_AGE = 300
    browser, copy = signed_in(alice), Client()
    copy.cookies["sessionid"] = browser.cookies["sessionid"].value
    with later(seconds=200):
        browser.get("/do/user,write/")
    with later(seconds=400):
        answer = copy.get(path)
        assert b"session_ended" not in answer.content
        assert "sessionid_ended" not in answer.cookies
        assert session_of(browser).ended_at is None
        assert browser.get(CURRENT).status_code == 200
