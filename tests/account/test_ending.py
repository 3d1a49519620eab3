"""The pages that ask before sessions end."""

from datetime import timedelta

import pytest
from django.test import Client

from sessions_api import engines, lifecycle
from sessions_api.models import Session
from tests.account.pages import IPHONE, browser, text_of, url
from tests.factories import UserFactory
from tests.helpers import later, name_of, session_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_page_says_which_session_it_is_and_ends_nothing(alice):
    own, other = browser(alice), browser(alice, "198.51.100.4", IPHONE)
    text = text_of(own.get(url("end", session_of(other).pk)))
    assert "Mobile Safari" in text
    assert "198.51.100.4" in text
    assert "Sign it out?" in text
    assert name_of(other) == "alice"


def test_a_session_is_ended_and_the_list_says_so(alice, has_messages):
    own, other = browser(alice), browser(alice, user_agent=IPHONE)
    session = session_of(other)
    response = own.post(url("end", session.pk))
    assert (response.status_code, response.url) == (302, url("sessions"))
    page = own.get(url("sessions"))
    assert "is signed out." in text_of(page)
    assert (name_of(other), name_of(own)) == ("", "alice")
    session.refresh_from_db()
    assert (session.end_reason, session.ended_by) == ("revoked", alice)


def test_ones_own_session_is_ended_by_signing_out(alice):
    own = browser(alice)
    session = session_of(own)
    assert "This is the device that you are using now" in text_of(own.get(url("end", session.pk)))
    assert own.post(url("end", session.pk)).url == "/accounts/login/"
    assert name_of(own) == ""
    session.refresh_from_db()
    assert session.end_reason == "logout"


def test_all_others_end(alice, has_messages):
    own, others = browser(alice), [browser(alice) for _ in range(3)]
    _, token = lifecycle.issue_token(alice)
    bystander = browser(UserFactory.create(username="bystander"))
    assert "You stay signed in here" in text_of(own.get(url("end_others")))
    assert own.post(url("end_others")).url == url("sessions")
    assert "4 sessions are signed out." in text_of(own.get(url("sessions")))
    assert [name_of(each) for each in (own, *others, bystander)] == [
        "alice",
        "",
        "",
        "",
        "bystander",
    ]
    assert Session.objects.not_ended().for_user(alice).count() == 1
    assert token


@pytest.mark.parametrize("name", ["end", "rename"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_the_session_of_somebody_else_is_404(alice, name, method):
    other = browser(UserFactory.create(username="other"))
    session = session_of(other)
    response = getattr(browser(alice), method)(url(name, session.pk), {"label": "mine"})
    assert response.status_code == 404
    assert name_of(other) == "other"
    session.refresh_from_db()
    assert session.label == ""


@pytest.mark.parametrize("name", ["end", "end_others"])
def test_nothing_ends_without_the_csrf_token(alice, name):
    own, other = browser(alice), browser(alice)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = own.cookies
    args = [session_of(other).pk] if name == "end" else []
    assert strict.post(url(name, *args)).status_code == 403
    assert name_of(other) == "alice"


@pytest.mark.parametrize("name", ["end", "end_others"])
def test_who_lacks_a_recent_proof_confirms_who_they_are_and_comes_back(alice, settings, name):
    settings.SESSIONS_API = {**settings.SESSIONS_API, "REAUTHENTICATION_AGE": timedelta(minutes=5)}
    own, other = browser(alice), browser(alice)
    page = url(name, *([session_of(other).pk] if name == "end" else []))
    with later(minutes=6):
        response = own.post(page)
        assert response.url.startswith(f"{url('confirm')}?next=")
        assert name_of(other) == "alice"
        confirmed = own.post(response.url, {"password": "correct horse battery staple"})
        assert confirmed.url == page
        assert own.post(page).url == url("sessions")
    assert name_of(other) == ""


def test_a_session_by_which_somebody_acts_as_the_user_is_not_theirs_to_end(alice):
    support = UserFactory.create(username="support")
    session, _ = lifecycle.issue_token(support)
    Session.objects.filter(pk=session.pk).update(acting_as=alice)
    own = browser(alice)
    assert "Ask the site's staff" in text_of(own.get(url("end", session.pk)))
    assert own.post(url("end", session.pk)).status_code == 403
    session.refresh_from_db()
    assert session.ended_at is None


def test_what_is_over_already_says_so(alice):
    own, other = browser(alice), browser(alice)
    session = session_of(other)
    lifecycle.end(session)
    assert "This is over already" in text_of(own.get(url("end", session.pk)))
    assert own.post(url("end", session.pk)).url == url("sessions")


def test_an_end_that_the_engine_has_not_taken_yet_says_from_when_it_holds(
    alice, has_messages, monkeypatch
):
    own, other = browser(alice), browser(alice)
    monkeypatch.setattr(engines, "delete_along", lambda keys, *, using: set())
    monkeypatch.setattr(engines, "delete_many", set)
    own.post(url("end", session_of(other).pk))
    assert "It is refused from" in text_of(own.get(url("sessions")))


def test_a_site_without_messages_ends_sessions_too(alice, settings):
    settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if "Message" not in each]
    own, other = browser(alice), browser(alice)
    assert own.post(url("end", session_of(other).pk)).status_code == 302
    assert name_of(other) == ""
