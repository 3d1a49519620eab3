"""Ending others of one's own sessions in the admin, on a site that wants a recent proof for it."""

import html
import re
from datetime import timedelta
from typing import ClassVar

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import include, path
from django.utils import timezone

from sessions_api.models import Session
from tests.admin.pages import choose, end, end_selected, html_of, said
from tests.admin.users_pages import path_of
from tests.admin.users_pages import urlpatterns as site
from tests.factories import PASSWORD, SessionFactory, UserFactory
from tests.helpers import browser_with_password, name_of, session_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.admin.users_pages")]

LEFT_ALONE = (
    "Another session of your own is left alone: ending it takes a recent sign-in. "
    "Log out and log in again first."
)
NOTHING_ENDED = (
    "No session has ended: ending others of your own takes a recent sign-in. "
    "Log out and log in again first."
)
ENDS = {
    "on its page": lambda browser, session: browser.post(end(session), {"post": "yes"}),
    "ticked": lambda browser, session: end_selected(browser, session, follow=False),
    "with all of its user": lambda browser, session: browser.post(
        path_of(session.user, "end_sessions"), {"post": "yes"}
    ),
}
QUESTIONS = {
    "on its page": lambda browser, session: browser.get(end(session), follow=True),
    "ticked": choose,
    "with all of its user": lambda browser, session: browser.get(
        path_of(session.user, "end_sessions"), follow=True
    ),
}


@pytest.fixture
def stale_browser(staff, settings):
    """Return the browser of staff who proved long ago who they are, on a site that minds."""
    settings.SESSIONS_API = {"REAUTHENTICATION_AGE": 600}
    browser = browser_with_password(staff)
    Session.objects.update(authenticated_at=timezone.now() - timedelta(minutes=11))
    return browser


@pytest.mark.parametrize("way", ENDS)
def test_ending_another_of_ones_own_takes_a_recent_sign_in(staff, stale_browser, executed, way):
    other = browser_with_password(staff)
    session = session_of(other)
    reason = NOTHING_ENDED if way == "with all of its user" else LEFT_ALONE
    with executed():
        response = ENDS[way](stale_browser, session)
    assert said(response) == [("warning", reason)]
    assert [name_of(stale_browser), name_of(other)] == ["the-staff"] * 2
    assert not LogEntry.objects.exists()
    with executed():
        ENDS[way](browser_with_password(staff), session)
    assert name_of(other) == ""


class WithConfirmation:
    """The URLs of a site that has the page where users confirm who they are."""

    urlpatterns: ClassVar[list[object]] = [
        *site,
        path("account/sessions/", include("sessions_api.account.urls")),
    ]


@pytest.mark.parametrize("way", ENDS)
def test_where_one_can_confirm_who_one_is_the_admin_leads_there_and_back(
    staff, stale_browser, executed, settings, way
):
    settings.ROOT_URLCONF = WithConfirmation
    other = browser_with_password(staff)
    session = session_of(other)
    [(_, text)] = said(ENDS[way](stale_browser, session))
    [link] = map(html.unescape, re.findall('href="([^"]+)"', text))
    assert link.startswith("/account/sessions/confirm/?next=")
    response = stale_browser.post(link, {"password": PASSWORD})
    assert stale_browser.get(response.headers["Location"]).status_code == 200
    with executed():
        ENDS[way](stale_browser, session)
    assert name_of(other) == ""


@pytest.mark.parametrize("way", QUESTIONS)
def test_what_takes_a_recent_sign_in_is_not_asked_without_one(staff, stale_browser, way):
    other = session_of(browser_with_password(staff))
    reason = NOTHING_ENDED if way == "with all of its user" else LEFT_ALONE
    assert "will be ended" not in html_of(response := QUESTIONS[way](stale_browser, other))
    assert reason in html_of(response)
    assert "will be ended" in html_of(QUESTIONS[way](browser_with_password(staff), other))


@pytest.mark.parametrize("way", ENDS)
def test_ending_the_sessions_of_others_takes_no_recent_sign_in(stale_browser, executed, way):
    browser = browser_with_password(UserFactory.create())
    with executed():
        ENDS[way](stale_browser, session_of(browser))
    assert name_of(browser) == ""


@pytest.mark.parametrize("way", ENDS)
def test_ending_the_session_one_uses_takes_no_recent_sign_in(stale_browser, executed, way):
    with executed():
        ENDS[way](stale_browser, session_of(stale_browser))
    assert name_of(stale_browser) == ""


def test_somebody_in_ones_place_ends_no_others_of_ones_own(staff, stale_browser):
    Session.objects.update(authenticated_at=timezone.now(), impersonator=UserFactory.create())
    other = session_of(browser_with_password(staff))
    assert said(ENDS["on its page"](stale_browser, other)) == [("warning", LEFT_ALONE)]
    other.refresh_from_db()
    assert other.ended_at is None


def test_the_rest_of_what_is_ticked_ends_all_the_same(staff, stale_browser):
    own = [SessionFactory.create(user=staff) for _ in range(2)]
    strangers = [SessionFactory.create() for _ in range(3)]
    left = "2 other sessions of your own are left alone: ending them takes a recent sign-in."
    html = html_of(choose(stale_browser, *own, *strangers))
    assert "3 sessions will be ended" in html
    assert left in html
    messages = said(end_selected(stale_browser, *own, *strangers))
    assert messages[0] == ("success", "3 sessions ended.")
    assert messages[1][1].startswith(left)
    assert set(Session.objects.not_ended().for_user(staff)) == {*own, session_of(stale_browser)}


@pytest.mark.parametrize("way", QUESTIONS)
def test_a_site_that_wants_no_recent_sign_in_pays_nothing_for_it(staff, settings, way):
    browser = browser_with_password(staff)
    other = SessionFactory.create(user=staff)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert "will be ended" in html_of(QUESTIONS[way](browser, other))
        return len(captured)

    queries()  # once, so that the gate is not due
    without = queries()
    settings.SESSIONS_API = {"REAUTHENTICATION_AGE": 600}
    assert queries() > without
