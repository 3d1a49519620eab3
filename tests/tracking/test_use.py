"""A use of a session that goes on as it was."""

import logging
from datetime import timedelta

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import path
from django.utils import timezone

from sessions_api import lifecycle, payload, recent, validity
from sessions_api.models import EndReason, Session
from sessions_api.recent import Recent
from sessions_api.tracking.use import Use
from tests.factories import SessionFactory, UserFactory
from tests.helpers import (
    DJANGOS_ENGINES,
    FIREFOX,
    SERVER_SIDE,
    later,
    name_in_new_process,
    name_of,
    refusing,
    returning_browser,
    session_of,
    signed_in,
    store_of,
)
from tests.site import views
from tests.site.urls import urlpatterns as site_urlpatterns

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_factor_that_comes_later_is_written_with_the_level_and_the_proof():
    session = SessionFactory.create(methods="password", aal=1, authenticated_at=None)
    content = {payload.METHOD_KEY: "password", "otp_device_id": "otp_totp.totpdevice/1"}
    used = Use(session.pk, None, recent.now(), remembered=Recent.of(session), row=session)
    changes = used.saved(store_of(content))
    assert (changes["methods"], changes["aal"]) == ("password totp", 2)
    assert changes["authenticated_at"] == used.moment


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


@pytest.mark.parametrize(
    ("ip_address", "message"),
    [
        ("127.0.0.1", "The use of a session could not be written."),
        ("203.0.113.7", "Another client of a session could not be written."),
    ],
)
def test_a_use_that_cannot_be_written_is_logged(alice, caplog, ip_address, message):
    browser = returning_browser(alice)
    with later(seconds=61), refusing("UPDATE"):
        assert browser.get("/do/user/", REMOTE_ADDR=ip_address).content == b"alice"
    assert ("sessions_api.tracking", logging.WARNING, message) in caplog.record_tuples


def read_while_it_ends(request):
    """Read the session of a request, which ends elsewhere before the answer."""
    name = request.user.get_username()
    Session.objects.update(ended_at=timezone.now(), end_reason=EndReason.REVOKED)
    return HttpResponse(name)


urlpatterns = [*site_urlpatterns, path("read-while-it-ends/", read_while_it_ends)]


@pytest.mark.urls(__name__)
def test_a_session_that_ends_elsewhere_while_a_request_reads_it_keeps_its_cookie_in_that_answer(
    alice,
):
    browser = returning_browser(alice)
    with later(seconds=61):
        response = browser.get("/read-while-it-ends/")
        assert (response.status_code, response.content) == (200, b"alice")
        assert "sessionid" not in response.cookies
        assert name_in_new_process(browser) == ""


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


# Rows that the view has never asked about

on_each_engine = pytest.mark.parametrize("engine", DJANGOS_ENGINES, indirect=True)


def end_by_hand():
    """Write the end of every session, which its engine still holds."""
    Session.objects.update(ended_at=timezone.now(), end_reason=EndReason.REVOKED)


@on_each_engine
@pytest.mark.parametrize("steps", ["write", "read", "expiry:5000", "save"])
@pytest.mark.parametrize("is_remembered", [True, False])
def test_a_request_that_saves_an_ended_session_unasked_does_not_have_it_remembered(
    engine, alice, steps, is_remembered
):
    browser = returning_browser(alice)
    session = Session.objects.get()
    name = recent.name_of(session.pk, session.key_digest)
    end_by_hand()
    if is_remembered:
        recent.forget(name)  # as whoever ends it does
    else:
        recent.clear()
    browser.get(f"/do/{steps}/")
    assert recent.known(name) is None
    assert name_of(browser) == ""
    assert name_in_new_process(browser) == ""


@on_each_engine
@pytest.mark.parametrize("steps", ["write", "expiry:5000"])
def test_a_request_that_saves_an_ended_session_unasked_signs_its_browser_out(engine, alice, steps):
    browser = returning_browser(alice)
    recent.clear()
    end_by_hand()
    copy = Client()
    copy.cookies = browser.cookies.copy()
    response = browser.get(f"/do/{steps}/")
    assert response.status_code == 200
    assert browser.cookies["sessionid"].value == ""
    assert name_in_new_process(copy) == ""


@on_each_engine
@pytest.mark.parametrize("steps", ["write", "expiry:5000"])
def test_a_request_that_saves_unasked_a_session_without_a_row_signs_its_browser_out(
    engine, alice, steps
):
    browser = returning_browser(alice)
    recent.clear()
    Session.objects.all()._raw_delete("default")
    assert browser.get(f"/do/{steps}/").status_code == 200
    assert browser.cookies["sessionid"].value == ""
    assert not Session.objects.exists()


@on_each_engine
def test_a_request_that_saves_unasked_a_session_of_another_users_row_signs_its_browser_out(
    engine, alice
):
    browser = returning_browser(alice)
    recent.clear()
    Session.objects.update(user=UserFactory.create())
    assert browser.get("/do/write/").status_code == 200
    assert browser.cookies["sessionid"].value == ""
    assert Session.objects.get().ended_at is None


@on_each_engine
@pytest.mark.parametrize("steps", ["write", "read", "user", "user,write"])
@pytest.mark.parametrize("is_remembered", [True, False])
def test_a_live_session_whose_key_changes_in_parallel_is_not_flushed(
    engine, alice, steps, is_remembered
):
    browser = returning_browser(alice)
    twin = Client(raise_request_exception=False)
    twin.cookies = browser.cookies.copy()
    if not is_remembered:
        recent.clear()
    views.callbacks.append(lambda: browser.get("/do/user,cycle/"))
    twin.get(
        f"/do/{steps.replace('write', 'callback,write')}/"
        if "write" in steps
        else f"/do/{steps},callback/"
    )
    assert name_of(browser) == "alice"
    assert name_in_new_process(browser) == "alice"
    assert [each.ended_at for each in Session.objects.all()] == [None]
    assert [each.pk for each in validity.active_sessions(alice)] == [session_of(browser).pk]


@pytest.mark.parametrize("engine", SERVER_SIDE, indirect=True)
@pytest.mark.parametrize("steps", ["write", "user", "user,write"])
def test_a_live_session_whose_key_a_script_has_changed_is_followed_not_flushed(
    engine, alice, steps
):
    browser = returning_browser(alice)
    store = browser.session
    store.cycle_key()
    store.save()
    browser.cookies["sessionid"] = store.session_key
    recent.clear()
    assert browser.get(f"/do/{steps}/").status_code == 200
    assert name_in_new_process(browser) == "alice"
    assert validity.active_sessions(alice) == [session_of(browser)]


@on_each_engine
def test_a_session_that_ends_while_a_request_saves_it_stays_out(engine, alice):
    browser = returning_browser(alice)
    copy = Client()
    copy.cookies = browser.cookies.copy()
    browser.raise_request_exception = False
    views.callbacks.append(lambda: lifecycle.end_all(alice))
    browser.get("/do/read,callback,write/")
    for client in (browser, copy):
        assert name_of(client) == name_in_new_process(client) == ""


@on_each_engine
@pytest.mark.parametrize("steps", ["callback,expiry:5000", "user,callback,expiry:5000"])
@pytest.mark.parametrize("ip_address", ["127.0.0.1", "203.0.113.7"])
def test_a_session_whose_end_shows_when_its_expiry_is_written_is_flushed(
    engine, alice, steps, ip_address
):
    browser = returning_browser(alice)
    views.callbacks.append(end_by_hand)
    assert browser.get(f"/do/{steps}/", REMOTE_ADDR=ip_address).status_code == 200
    assert browser.cookies["sessionid"].value == ""


@pytest.mark.parametrize("engine", ["signed_cookies"], indirect=True)
@pytest.mark.parametrize(("seconds", "is_written"), [(0.9, False), (1, True), (1.9, True)])
def test_a_save_a_second_later_moves_an_expiry_that_only_the_row_enforces(
    engine, alice, seconds, is_written
):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        browser = returning_browser(alice)
        before = Session.objects.get().expires_at
        clock.shift(seconds)
        browser.get("/do/write/")
        assert (Session.objects.get().expires_at != before) is is_written
