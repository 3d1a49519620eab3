"""The lists of the pages for users: where they are signed in, and where they were."""

import pytest
from django.contrib.sessions.models import Session as EngineRow
from django.test import Client

from sessions_api import lifecycle
from sessions_api.account import sessions
from sessions_api.models import EndReason, Session
from tests.account.pages import IPHONE, browser, links_of, text_of, url
from tests.factories import UserFactory
from tests.helpers import lose, refusing, session_of, staff_with

pytestmark = pytest.mark.django_db(transaction=True)


def test_each_device_is_shown_with_place_times_and_how_it_signed_in(alice):
    own = browser(alice)
    browser(alice, "198.51.100.4", IPHONE)
    lifecycle.issue_token(alice, label="Backup script")
    text = text_of(own.get(url("sessions")))
    for words in ("Firefox 157 on Linux", "203.0.113.7", "This device", "(password)"):
        assert words in text
    for words in ("Mobile Safari", "iPhone", "198.51.100.4", "Backup script"):
        assert words in text
    assert text.count("This device") == 1
    assert (
        text.index("This device") < text.index("Mobile Safari") < text.index("What does this mean?")
    )


def test_what_is_over_is_in_the_history_with_its_reason(alice):
    own, other, gone = browser(alice), browser(alice, user_agent=IPHONE), browser(alice)
    lifecycle.end(session_of(other), by=alice)
    lose(gone)
    listed, history = (text_of(own.get(url(name))) for name in ("sessions", "history"))
    assert "Mobile Safari" not in listed
    assert listed.count("Firefox") == 1
    assert "ended from elsewhere" in history
    assert "the site no longer has it" in history
    assert "This device" not in history


def test_what_could_not_be_read_is_listed_and_says_so(alice, settings):
    own, other = browser(alice), browser(alice, user_agent=IPHONE)
    EngineRow.objects.filter(pk=other.session.session_key).update(session_data="torn")
    text = text_of(own.get(url("sessions")))
    assert "Mobile Safari" in text
    assert text.count("could not be read just now") == 1
    assert "could not be read just now" not in text_of(own.get(url("history")))


def test_nobody_sees_the_sessions_of_somebody_else(alice):
    browser(UserFactory.create(), "198.51.100.4", IPHONE)
    assert "198.51.100.4" not in text_of(browser(alice).get(url("sessions")))


@pytest.mark.parametrize("permissions", [[], ["view_session", "end_session"]])
def test_staff_see_no_more_than_their_own(permissions):
    browser(UserFactory.create(), "198.51.100.4", IPHONE)
    staff = staff_with(*permissions)
    assert "198.51.100.4" not in text_of(browser(staff).get(url("sessions")))


def test_whoever_has_taken_the_users_place_is_named(alice):
    support = UserFactory.create(username="support")
    own = browser(alice)
    session, _ = lifecycle.issue_token(support)
    Session.objects.filter(pk=session.pk).update(acting_as=alice)
    assert "support acts as you" in text_of(own.get(url("sessions")))


@pytest.mark.parametrize("name", ["sessions", "history", "tokens"])
@pytest.mark.parametrize("number", [1, 12])
def test_a_list_takes_two_queries(alice, django_assert_num_queries, name, number):
    own = browser(alice)
    for _ in range(number):
        browser(alice)
        lifecycle.issue_token(alice, label="CI")
        lifecycle.end(session_of(browser(alice)))
    own.get(url(name))  # the gate and Django's own queries
    # Django's: the engine session and the user.
    with django_assert_num_queries(3 if name == "tokens" else 4):  # tokens ask no engine
        assert own.get(url(name)).status_code == 200


def test_a_long_list_has_pages(alice, monkeypatch):
    monkeypatch.setattr(sessions.SessionsView, "page_size", 3)
    own = browser(alice)
    for number in range(7):
        lifecycle.issue_token(alice, label=f"Script {number}")
    seen, page = [], url("sessions")
    for _ in range(3):
        response = own.get(page)
        seen += [card.session.label for card in response.context["cards"]]
        following = [link for link in links_of(response) if link.startswith("?cursor=")]
        page = url("sessions") + following[-1]
    assert sorted(seen) == ["", *(f"Script {number}" for number in range(7))]
    assert "Previous page" in text_of(own.get(page))
    assert "Next page" not in text_of(response)


def test_a_cursor_that_the_site_has_not_made_is_404(alice):
    assert browser(alice).get(url("sessions"), {"cursor": "made up"}).status_code == 404


@pytest.mark.parametrize("name", ["sessions", "history", "tokens", "new_token", "end_others"])
def test_who_is_not_signed_in_is_led_to_the_login(name):
    response = Client().get(url(name))
    assert response.headers["Location"] == f"/accounts/login/?next={url(name)}"


def test_a_session_that_was_ended_from_elsewhere_is_led_to_the_login(alice):
    own = browser(alice)
    lifecycle.end(session_of(own))
    response = own.get(url("sessions"))
    assert response.headers["Location"] == f"/accounts/login/?next={url('sessions')}"


@pytest.mark.parametrize("name", ["sessions", "history", "tokens"])
def test_a_page_is_not_kept_by_caches(alice, name):
    assert "no-store" in browser(alice).get(url(name)).headers["Cache-Control"]


@pytest.mark.parametrize("reason", EndReason)
def test_each_reason_is_told_in_words(alice, reason):
    own = browser(alice)
    lifecycle.end(session_of(browser(alice)), reason=reason)
    text = text_of(own.get(url("history")))
    assert "engine" not in text
    assert "backend" not in text
    assert reason == EndReason.LOST or str(reason.label) in text or reason == EndReason.BACKEND


def test_a_table_that_cannot_be_read_is_503(alice):
    own = browser(alice)
    own.get(url("sessions"))
    with refusing("SELECT"):
        response = own.get(url("sessions"))
    assert response.status_code == 503
    assert "Try again in a little while" in text_of(response)
