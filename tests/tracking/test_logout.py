"""A logout, in a view and in a script."""

import logging

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth import get_user_model, logout, user_logged_out
from django.db import OperationalError, connection
from django.test import AsyncClient
from django.test.utils import CaptureQueriesContext

from sessions_api import engines, validity
from sessions_api.models import EndReason
from sessions_api.tracking import logout as tracking_logout
from tests.factories import UserFactory
from tests.helpers import browser_of, lose, name_of, reasons, returning_browser, script_request


def test_a_logout_ends_the_session(db, executed):
    user = UserFactory.create()
    browser = browser_of(user)
    with executed():
        browser.get("/do/logout/")
    assert name_of(browser) == ""
    assert reasons(user) == [EndReason.LOGOUT]


def test_a_logout_in_a_script_ends_the_session(db, executed):
    user = UserFactory.create()
    browser = browser_of(user)
    request = script_request(engines.store_class()(browser.session.session_key))
    request.user = user
    with executed():
        logout(request)
    assert name_of(browser) == ""
    assert reasons(user) == [EndReason.LOGOUT]


def test_a_logout_of_a_session_we_do_not_know_is_none_of_ours(db, django_assert_num_queries):
    request = script_request(engines.store_class()())
    with django_assert_num_queries(0):
        user_logged_out.send(sender=get_user_model(), request=request, user=UserFactory.build())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("steps", "reason"),
    [
        ("logout", EndReason.LOGOUT),
        ("user,logout", EndReason.LOGOUT),
        ("user,logout,write", EndReason.LOGOUT),
        ("flush", EndReason.FLUSHED),
        ("user,clear", EndReason.FLUSHED),
    ],
)
def test_the_row_says_how_the_user_went_out_of_the_session(alice, steps, reason):
    browser = returning_browser(alice)
    browser.get(f"/do/{steps}/")
    assert reasons(alice) == [reason]
    assert name_of(browser) == ""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("view", ["do", "ado"])
def test_what_is_written_after_a_logout_is_all_that_the_session_holds(alice, engine, view):
    browser = AsyncClient()
    browser.cookies = returning_browser(alice).cookies
    async_to_sync(browser.get)(f"/{view}/user,logout,write/")
    assert dict(browser.session.items()) == {"count": 1}


@pytest.mark.django_db(transaction=True)
def test_what_the_engine_has_lost_ends_when_it_is_asked_for_its_user(alice):
    browser = returning_browser(alice)
    lose(browser)
    assert name_of(browser) == ""
    assert validity.active_sessions(alice) == []


@pytest.mark.django_db(transaction=True)
def test_a_session_that_django_flushes_for_a_new_password_ends_for_that_reason(alice):
    browser = returning_browser(alice)
    get_user_model().objects.update(password="another")
    assert name_of(browser) == ""
    assert reasons(alice) == [EndReason.CREDENTIALS]


@pytest.mark.django_db(transaction=True)
def test_a_logout_leaves_the_users_other_sessions_alone(alice):
    browser, other = returning_browser(alice), returning_browser(alice)
    browser.get("/do/logout/")
    assert reasons(alice) == ["", EndReason.LOGOUT]
    assert name_of(other) == "alice"


def test_a_logout_without_a_request_is_none_of_ours():
    tracking_logout.begin(None, None)


@pytest.mark.django_db(transaction=True)
def test_a_logout_that_could_not_be_written_at_once_is_written_with_the_response(alice, caplog):
    browser = returning_browser(alice)
    failures = [OperationalError("database is locked")]

    def fail_once(execute, sql, params, many, context):
        if sql.startswith("UPDATE") and "sessions_api_session" in sql and failures:
            raise failures.pop()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail_once):
        browser.get("/do/logout/")
    assert failures == []
    assert reasons(alice) == [EndReason.LOGOUT]
    message = "A sign-out could not be written."
    assert ("sessions_api.tracking", logging.WARNING, message) in caplog.record_tuples


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("view", ["do", "ado"])
def test_a_logout_that_fails_since_the_engine_cannot_be_read_ends_the_session(alice, view):
    browser = AsyncClient(raise_request_exception=False)
    browser.cookies = returning_browser(alice).cookies

    def fail(execute, sql, params, many, context):
        if sql.startswith("SELECT") and "django_session" in sql:
            raise OperationalError("The database is down.")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail):
        assert async_to_sync(browser.get)(f"/{view}/logout/").status_code == 500
    assert reasons(alice) == [EndReason.LOGOUT]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("steps", ["logout", "logout,flush"])
def test_a_logout_that_was_written_at_once_is_not_written_again(alice, steps):
    browser = returning_browser(alice)
    with CaptureQueriesContext(connection) as queries:
        browser.get(f"/do/{steps}/")
    ours = [each["sql"] for each in queries if "sessions_api_session" in each["sql"]]
    assert ours[-1].startswith("UPDATE")  # nobody has asked for it once more
