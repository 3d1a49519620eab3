"""Ending sessions in the admin: it asks first, says what it does, and writes it down."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format

from sessions_api import lifecycle
from sessions_api.models import EndReason, Session
from tests.admin.pages import (
    CHANGELIST,
    choose,
    detail,
    end,
    end_selected,
    html_of,
    said,
    superuser,
)
from tests.factories import SessionFactory, UserFactory
from tests.helpers import browser_of, name_of, session_of, staff_with
from tests.secrecy import forms

pytestmark = pytest.mark.django_db


def lines_of(html):
    """Return what a page that asks says of each session."""
    (listed,) = re.findall(r'<ul class="session-lines">(.*?)</ul>', html, re.DOTALL)
    lines = (re.sub("<[^>]*>", "", line) for line in re.findall("<li>(.*?)</li>", listed))
    return [" ".join(line.split()) for line in lines]


def words_of_time(moment):
    return date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")


def is_over(session):
    return Session.objects.get(pk=session.pk).ended_at is not None


def test_the_action_asks_how_many_and_whose_and_ends_nothing_yet(staff_browser):
    alice, bob = UserFactory.create(username="alice"), UserFactory.create(username="bob")
    sessions = [
        SessionFactory.create(
            user=alice, browser="Firefox 146", os="Linux", ip_address="192.0.2.7"
        ),
        SessionFactory.create(user=alice, label="<i>mine</i>"),
        SessionFactory.create(user=bob),
    ]
    response = choose(staff_browser, *sessions)
    html = html_of(response)
    assert "3 sessions will be ended, for good:" in html
    assert html.index("2 sessions</span>") < html.index("1 session</span>")
    assert html.index("alice") < html.index("bob")
    assert "&lt;i&gt;mine&lt;/i&gt;" in response.content.decode()
    assert "Yes, end 3 sessions" in html
    assert "superuser" not in html
    assert not any(is_over(session) for session in sessions)
    assert not LogEntry.objects.exists()


def test_the_question_tells_equal_devices_apart(staff_browser):
    now = timezone.now()
    alice = UserFactory.create(username="alice")
    common = {"user": alice, "browser": "Firefox 146", "os": "Linux"}
    sessions = [
        SessionFactory.create(
            **common,
            ip_address=f"192.0.2.{day}",
            location="Lyon, FR",
            created_at=now - timedelta(days=day),
            last_used=now - timedelta(hours=day),
            adopted=day == 2,
        )
        for day in (1, 2)
    ]
    lines = lines_of(html_of(choose(staff_browser, *sessions)))
    times = [
        tuple(words_of_time(moment) for moment in (session.created_at, session.last_used))
        for session in sessions
    ]
    assert lines == [
        "Firefox 146 on Linux 192.0.2.1 (Lyon, FR) signed in {} last used {}".format(*times[0]),
        "Firefox 146 on Linux 192.0.2.2 (Lyon, FR) signed in before {} last used {}".format(
            *times[1]
        ),
    ]
    assert lines_of(html_of(staff_browser.get(end(sessions[0])))) == lines[:1]


@pytest.mark.parametrize("count", [1, 2])
def test_the_heading_says_whose_and_what_where_it_is_one_session(count, staff_browser):
    alice = UserFactory.create(username="alice")
    sessions = [SessionFactory.create(user=alice, browser="Firefox 146") for _ in range(count)]
    heading = "End the session of alice: Firefox 146" if count == 1 else "End sessions"
    assert f"<h1>{heading}</h1>" in html_of(choose(staff_browser, *sessions))


def test_the_question_leads_back_to_the_page_it_was_asked_on(staff_browser):
    path = f"{CHANGELIST}?state=active&q=user"
    html = html_of(choose(staff_browser, SessionFactory.create(), path=path))
    assert f'<a role="button" href="{path}"' in html


def test_the_question_stays_short_whoever_is_asked_about(staff_browser):
    user = UserFactory.create(username="zoe")
    sessions = [SessionFactory.create(user=user) for _ in range(9)]
    sessions += [SessionFactory.create() for _ in range(24)]
    html = html_of(choose(staff_browser, *sessions))
    assert "33 sessions will be ended" in html
    assert "<li>and 4 more</li>" in html
    assert html.count('class="session-owner"') == 20
    assert "and sessions of 5 other users" in html
    assert html.count('name="_selected_action"') == 33


def test_the_question_says_what_is_left_alone(staff_browser):
    sessions = [SessionFactory.create() for _ in range(3)]
    lifecycle.end(sessions[0])
    roots = [SessionFactory.create(user=superuser()) for _ in range(2)]
    html = html_of(choose(staff_browser, *sessions, *roots))
    assert "2 sessions will be ended" in html
    assert "2 sessions of superusers are left alone." in html
    assert "One session has already ended." in html
    for session in (sessions[0], *roots):
        assert str(session.pk) not in html


def test_a_session_found_dead_that_nobody_ended_is_ended(staff_browser):
    session = SessionFactory.create(expires_at=timezone.now() - timedelta(days=1))
    assert said(end_selected(staff_browser, session)) == [("success", "1 session ended.")]
    assert is_over(session)


def test_nothing_is_asked_where_nothing_can_be_ended(staff_browser):
    session = SessionFactory.create()
    lifecycle.end(session)
    response = choose(staff_browser, session, SessionFactory.create(user=superuser()))
    assert said(response) == [
        ("warning", "A superuser's session is left alone."),
        ("warning", "One session has already ended."),
    ]
    assert response.redirect_chain == [(CHANGELIST, 302)]


def test_what_is_ticked_is_ended_whatever_the_filter_finds_by_then(staff_browser):
    session = SessionFactory.create(last_used=timezone.now() - timedelta(hours=2))
    end_selected(staff_browser, session, path=f"{CHANGELIST}?last_used=hour")
    assert is_over(session)


def test_nothing_but_what_is_ticked_is_ended(staff_browser):
    ticked, other = SessionFactory.create(), SessionFactory.create()
    assert "1 session will be ended" in html_of(choose(staff_browser, ticked, select_across="1"))
    data = {"action": "end_selected", "_selected_action": [str(ticked.pk)], "post": "yes"}
    staff_browser.post(CHANGELIST, {**data, "select_across": "1"})
    assert is_over(ticked)
    assert not is_over(other)


def test_a_session_that_is_none_is_refused(staff_browser):
    for posted in ({"index": "0"}, {"post": "yes"}):
        data = {"action": "end_selected", "_selected_action": ["nonsense"], **posted}
        assert staff_browser.post(CHANGELIST, data).status_code == 400
    data = {"action": "end_selected", "_selected_action": [str(uuid4())], "post": "yes"}
    assert staff_browser.post(CHANGELIST, data).status_code == 302


def test_the_log_says_whose_session_was_ended_and_on_which_device(staff, staff_browser):
    alice = UserFactory.create(username="alice")
    sessions = [
        SessionFactory.create(
            user=alice, browser="Firefox 146", os="Linux", ip_address="192.0.2.7"
        ),
        SessionFactory.create(user=alice, label="x" * 100, device="y" * 64),
    ]
    over = SessionFactory.create()
    lifecycle.end(over)
    with translation.override("de"):
        end_selected(staff_browser, *sessions, over)
    entries = {entry.object_id: entry for entry in LogEntry.objects.all()}
    assert entries.keys() == {str(session.pk) for session in sessions}
    entry = entries[str(sessions[0].pk)]
    assert entry.user == staff
    assert entry.action_flag == CHANGE
    assert entry.object_repr == "alice: Firefox 146 on Linux, 192.0.2.7"
    assert (
        entry.get_change_message() == "Ended the session of alice: Firefox 146 on Linux, 192.0.2.7."
    )
    history = reverse("admin:sessions_api_session_history", args=[sessions[0].pk])
    assert entry.get_change_message() in html_of(staff_browser.get(history))
    recent = html_of(staff_browser.get("/admin/"))
    assert f'<a href="{detail(sessions[0])}">{entry.object_repr}</a>' in recent


def test_ending_many_costs_the_same_as_ending_few(staff_browser):
    def queries(count):
        sessions = [SessionFactory.create() for _ in range(count)]
        with CaptureQueriesContext(connection) as captured:
            end_selected(staff_browser, *sessions, follow=False)
        return len(captured)

    queries(2)  # once, so that content types are known
    assert queries(30) == queries(3)


def test_staff_end_one_session_from_its_page(staff, staff_browser, executed):
    user = UserFactory.create(username="alice")
    browser, bystander = browser_of(user), browser_of(user)
    session = session_of(browser)
    assert f'href="{end(session)}"' in html_of(staff_browser.get(detail(session)))
    html = html_of(staff_browser.get(end(session)))
    assert "1 session will be ended" in html
    assert "alice" in html
    assert f'href="{detail(session)}"' in html
    assert name_of(browser) == "alice"
    with executed():
        response = staff_browser.post(end(session), {"post": "yes"}, follow=True)
    assert response.redirect_chain == [(detail(session), 302)]
    assert said(response) == [("success", "1 session ended.")]
    assert "not active: ended from elsewhere" in html_of(response)
    assert name_of(browser) == ""
    assert name_of(bystander) == "alice"
    assert LogEntry.objects.get().user == staff


def test_a_session_that_has_ended_is_not_ended_again(staff_browser):
    session = SessionFactory.create()
    lifecycle.end(session)
    assert end(session) not in html_of(staff_browser.get(detail(session)))
    for response in (
        staff_browser.get(end(session), follow=True),
        staff_browser.post(end(session), {"post": "yes"}, follow=True),
    ):
        assert said(response) == [("warning", "One session has already ended.")]
    assert not LogEntry.objects.exists()


def test_what_somebody_else_ended_in_between_is_not_claimed(staff_browser):
    session, other = SessionFactory.create(), SessionFactory.create()
    choose(staff_browser, session, other)
    by = superuser()
    lifecycle.end(session, by=by)
    assert said(end_selected(staff_browser, session, other)) == [
        ("success", "1 session ended."),
        ("warning", "One session has already ended."),
    ]
    assert Session.objects.get(pk=session.pk).ended_by == by
    assert LogEntry.objects.get().object_id == str(other.pk)


@pytest.mark.parametrize(
    ("codenames", "of_superuser", "status"),
    [
        ((), False, 403),
        (("end_session",), False, 403),
        (("view_session",), False, 403),
        (("view_session", "change_session"), False, 403),
        (("view_session", "end_session"), True, 403),
        (("view_session", "end_session"), False, 200),
    ],
)
def test_only_who_may_end_a_session_gets_the_page_that_ends_it(codenames, of_superuser, status):
    session = SessionFactory.create(user=superuser() if of_superuser else UserFactory.create())
    browser = browser_of(staff_with(*codenames))
    assert browser.get(end(session)).status_code == status
    if status == 403:
        assert browser.post(end(session), {"post": "yes"}).status_code == 403
        assert not is_over(session)
    if "view_session" in codenames:
        offered = end(session) in html_of(browser.get(detail(session)))
        assert offered is (status == 200)


def test_others_cannot_end_sessions_here():
    session = SessionFactory.create()
    for browser in (Client(), browser_of(session.user)):
        response = browser.post(end(session), {"post": "yes"})
        assert response["Location"].startswith("/admin/login/")
    assert not is_over(session)


def test_without_the_csrf_token_nothing_ends():
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(superuser())
    session = SessionFactory.create()
    assert browser.post(end(session), {"post": "yes"}).status_code == 403
    assert not is_over(session)


@pytest.mark.parametrize("pk", ["nonsense", uuid4()], ids=["nonsense", "a UUID"])
def test_a_session_that_never_was_cannot_be_ended(pk, staff_browser):
    path = reverse("admin:sessions_api_session_end", args=[pk])
    assert staff_browser.get(path).status_code == 404
    assert staff_browser.post(path, {"post": "yes"}).status_code == 404


def test_staff_end_their_own_session_and_are_told_before(staff_browser, executed):
    own = session_of(staff_browser)
    warning = "The session you are using is among them: you will be signed out."
    assert warning in html_of(staff_browser.get(end(own)))
    html = html_of(choose(staff_browser, own))
    assert warning in html
    assert "this session" in lines_of(html)[0]
    assert warning not in html_of(choose(staff_browser, SessionFactory.create()))
    with executed():
        response = staff_browser.post(end(own), {"post": "yes"}, follow=True)
    assert [status for _, status in response.redirect_chain] == [302, 302]
    assert response.redirect_chain[-1][0].startswith("/admin/login/?next=")
    assert "1 session ended." in html_of(response)
    own.refresh_from_db()
    assert own.end_reason == EndReason.REVOKED
    assert name_of(staff_browser) == ""


def test_no_page_that_asks_shows_a_credential(staff_browser):
    browser = browser_of(UserFactory.create())
    session = session_of(browser)
    secrets = [browser.session.session_key, *forms(session.key_digest), *forms(session.sealed_key)]
    for response in (staff_browser.get(end(session)), choose(staff_browser, session)):
        assert not any(secret in html_of(response) for secret in secrets)
