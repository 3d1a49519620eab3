"""A user who signs in again in their browser while another process ends the session there."""

import pytest
from django.test import Client, RequestFactory

from sessions_api import lifecycle, recent, validity
from sessions_api.lifecycle import tokens
from sessions_api.models import EndReason, Kind, Session
from tests.concurrency.threads import at_once
from tests.factories import PASSWORD, UserFactory
from tests.helpers import browser_with_password, name_of, session_of

ROUNDS = 8
LOGIN = f"/do/password_login:alice|{PASSWORD}/"


@pytest.fixture
def alice(racing_engine):
    return UserFactory.create(username="alice")


def live_tokens():
    return Session.objects.not_ended().filter(kind=Kind.TOKEN)


class Race:
    """A browser that signs in again, and what happens meanwhile to the session that it has."""

    def __init__(self, alice):
        self.browser = browser_with_password(alice)
        self.old = session_of(self.browser)
        self.request = RequestFactory().get("/")
        self.request.session = self.browser.session
        self.thief = Client()
        self.thief.cookies = self.browser.cookies.copy()
        self.made = [self.issue()]

    def issue(self):
        return tokens.issue_from(self.old, self.old.user, request=self.request)

    def run(self, *meanwhile):
        """Run it with other calls, and return the session that the browser has then, if any."""
        status, *_ = at_once(lambda: self.browser.post(LOGIN).status_code, *meanwhile)
        # Django answers 400 to the one whose session is ended before its response saves it.
        assert status in (200, 400)
        recent.clear()
        self.old.refresh_from_db()
        return session_of(self.browser) if name_of(self.browser) else None

    def assert_old_is_over(self):
        assert name_of(self.thief) == ""
        assert self.old.ended_at is not None
        assert self.old.end_reason in (EndReason.REVOKED, EndReason.REPLACED)


def assert_is_a_login(new, old):
    assert new.pk != old.pk
    assert (new.methods, new.parent_id, new.ended_at) == ("password", None, None)
    assert new.authenticated_at is not None
    assert new.authenticated_at > old.authenticated_at
    assert new.pk in {session.pk for session in validity.active_sessions(new.user)}


def test_nothing_of_a_revoked_session_goes_on_under_the_next(alice):
    for _ in range(ROUNDS):
        race = Race(alice)
        new = race.run(lambda race=race: lifecycle.end(race.old), *[race.issue] * 3)
        assert new is not None
        race.assert_old_is_over()
        assert_is_a_login(new, race.old)
        if race.old.end_reason == EndReason.REVOKED:
            assert not live_tokens().exists()
        assert not live_tokens().exclude(parent=new).exists()
        lifecycle.end(new)
        assert not live_tokens().exists()
        assert validity.active_sessions(alice) == []


def test_tokens_go_on_under_the_next_even_if_made_at_that_moment(alice):
    for _ in range(ROUNDS):
        race = Race(alice)
        new = race.run(*[race.issue] * 4)
        assert new is not None
        race.assert_old_is_over()
        assert_is_a_login(new, race.old)
        assert live_tokens().filter(parent=new).exists()
        assert not live_tokens().exclude(parent=new).exists()
        lifecycle.end(new)
        assert not live_tokens().exists()


def test_whoever_ends_the_next_session_ends_the_tokens_that_come_to_it(alice):
    def end_the_next(old):
        while Session.objects.filter(pk=old.pk).not_ended().exists():
            for session in Session.objects.for_user(old.user).not_ended().filter(kind=Kind.BROWSER):
                if session.pk != old.pk:
                    lifecycle.end(session)

    for _ in range(ROUNDS):
        race = Race(alice)
        race.run(lambda race=race: end_the_next(race.old))
        race.assert_old_is_over()
        lifecycle.end_many(Session.objects.filter(kind=Kind.BROWSER))
        assert not live_tokens().exists()
