"""A use of a session that goes on as it was."""

import logging
from datetime import timedelta

import pytest
from django.utils import timezone

from sessions_api.models import Client, EndReason, Session
from sessions_api.tracking import use
from tests.factories import SessionFactory, UserFactory
from tests.helpers import FIREFOX, later, name_of, returning_browser, signed_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_last_use_records_where_it_comes_from():
    client = signed_in(UserFactory.create(), REMOTE_ADDR="203.0.113.7")
    with later(seconds=61):
        client.get("/do/user/", REMOTE_ADDR="198.51.100.23")
        session = Session.objects.get()
        assert session.ip_address == "203.0.113.7"
        assert session.last_ip_address == "198.51.100.23"
        assert session.last_used == timezone.now()


def last_used():
    return Session.objects.get().last_used


def test_a_use_is_written_once_an_interval(alice):
    browser = returning_browser(alice)
    begun = last_used()
    with later(seconds=59):
        name_of(browser)
        assert last_used() == begun
    with later(seconds=61):
        name_of(browser)
        assert last_used() == timezone.now()
        written = last_used()
    with later(seconds=119):
        name_of(browser)
        assert last_used() == written


def test_a_request_that_never_asks_for_its_user_is_no_use(alice):
    browser = returning_browser(alice)
    begun = last_used()
    with later(seconds=61):
        browser.get("/do/read/")
        browser.get("/static-page/")
        assert last_used() == begun


def test_a_use_of_an_ended_session_is_not_written(alice):
    browser = returning_browser(alice)
    begun = last_used()
    Session.objects.update(ended_at=timezone.now(), end_reason=EndReason.REVOKED)
    with later(seconds=61):
        assert name_of(browser) == ""
        assert last_used() == begun


def test_an_expiry_that_the_view_moves_is_written_at_once(alice):
    browser = returning_browser(alice)
    with later(seconds=1):
        browser.get("/do/user,expiry:100/")
        session = Session.objects.get()
        assert session.expires_at == timezone.now() + timedelta(seconds=100)
        assert not session.ends_with_browser
        browser.get("/do/user,expiry:0/")
        assert Session.objects.get().ends_with_browser


def test_a_user_agent_is_kept_beside_that_of_the_sign_in(alice):
    browser = signed_in(alice, HTTP_USER_AGENT=FIREFOX)
    with later(seconds=61):
        browser.get("/do/user/", HTTP_USER_AGENT="curl/8.9")
        session = Session.objects.get()
        assert (session.user_agent, session.last_user_agent) == (FIREFOX, "curl/8.9")
    with later(seconds=122):
        browser.get("/do/user/", HTTP_USER_AGENT=FIREFOX)
        assert Session.objects.get().last_user_agent == ""


@pytest.mark.parametrize("user_agent", ["", FIREFOX])
def test_what_a_use_changes_of_the_user_agent_is_nothing_where_that_is_not_new(user_agent):
    row = Session(user_agent=FIREFOX)
    changes = use.touched_by(Client("192.0.2.1", user_agent), row)
    assert changes.keys() == {"last_used", "last_ip_address"}


@pytest.mark.parametrize(
    ("previous", "is_told"),
    [
        (Client("192.0.2.1", FIREFOX), False),
        (Client("192.0.2.2", FIREFOX), True),
        (Client("192.0.2.1", "curl/8.9"), True),
        (Client(None, ""), False),
    ],
    ids=["the same", "another IP address", "another user agent", "an unknown client"],
)
def test_only_a_change_between_known_clients_is_told(caplog, previous, is_told):
    caplog.set_level(logging.INFO, "sessions_api.lifecycle")
    row = SessionFactory.create(user_agent=FIREFOX, ip_address="192.0.2.1")
    row.last_ip_address = "192.0.2.1"
    use.tell_if_changed(row, previous)
    assert any("event=client_changed" in line for line in caplog.messages) is is_told
