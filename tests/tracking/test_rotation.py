"""A change of the engine key: the row follows if the browser gets to know the new one."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sessions_api import credentials, engines, lifecycle, recent, validity
from sessions_api.models import EndReason, Session
from tests.helpers import SERVER_SIDE, name_of, returning_browser
from tests.site import views

pytestmark = pytest.mark.django_db(transaction=True)

on_server_side = pytest.mark.parametrize("engine", SERVER_SIDE, indirect=True)


@on_server_side
@pytest.mark.parametrize("steps", ["cycle", "user,cycle", "user,cycle,cycle", "password:another"])
def test_the_row_follows_its_session_to_a_new_key(engine, alice, steps):
    browser = returning_browser(alice)
    before = Session.objects.get()
    old_key = browser.session.session_key
    browser.get(f"/do/{steps}/")
    new_key = browser.session.session_key
    after = Session.objects.get()
    assert new_key != old_key
    assert engines.payload_of(old_key) is None
    assert (after.pk, after.ended_at) == (before.pk, None)
    assert after.key_digest == credentials.digest(new_key)
    assert credentials.unseal(after.sealed_key) == new_key
    assert name_of(browser) == "alice"


@on_server_side
@pytest.mark.parametrize("steps", ["cycle", "user,cycle"])
def test_a_server_error_that_keeps_the_new_key_from_the_browser_ends_the_session(
    engine, alice, steps
):
    browser = returning_browser(alice)
    assert browser.get(f"/do/{steps}/?status=500").status_code == 500
    session = Session.objects.get()
    assert session.end_reason == EndReason.LOST
    assert session.sealed_key == b""
    assert validity.active_sessions(alice) == []
    assert name_of(browser) == ""


def test_of_two_requests_that_change_the_key_at_once_one_key_works(alice):
    browser = returning_browser(alice)
    twin = type(browser)()
    twin.cookies = browser.cookies.copy()
    twin.get("/do/user,cycle/")
    recent.clear()
    assert name_of(twin) == "alice"
    assert name_of(browser) == ""  # its key is gone, and with it nothing of the twin's
    assert name_of(twin) == "alice"
    assert Session.objects.get().ended_at is None


def test_a_key_that_was_changed_outside_any_request_is_taken_over(alice):
    browser = returning_browser(alice)
    job = browser.session
    job.cycle_key()
    browser.cookies["sessionid"] = job.session_key
    recent.clear()
    assert name_of(browser) == "alice"
    assert Session.objects.get().key_digest == credentials.digest(job.session_key)


def test_a_session_that_ends_before_its_row_takes_a_key_over_is_flushed(alice):
    browser = returning_browser(alice)
    job = browser.session
    job.cycle_key()
    browser.cookies["sessionid"] = job.session_key
    recent.clear()
    views.callbacks.append(lambda: lifecycle.end_all(alice))
    response = browser.get("/do/user,callback/")
    assert response.cookies["sessionid"].value == ""
    assert engines.payload_of(job.session_key) is None


def test_an_anonymous_sessions_new_key_is_none_of_ours(client, django_assert_num_queries):
    client.get("/do/write/")
    key = client.session.session_key
    client.get("/do/cycle/")
    assert client.session.session_key != key
    assert not Session.objects.exists()


def test_a_row_follows_to_a_new_key_in_one_statement(alice):
    browser = returning_browser(alice)
    with CaptureQueriesContext(connection) as queries:
        browser.get("/do/user,cycle/")
    ours = [each["sql"] for each in queries if "sessions_api_session" in each["sql"]]
    assert [statement.split()[0] for statement in ours] == ["UPDATE"]
