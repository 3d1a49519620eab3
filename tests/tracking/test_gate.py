"""The gate as async code asks it: what is free must stay so between two looks."""

import logging

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth import get_user, get_user_model
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import AsyncClient, Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import path
from django.utils import timezone

from sessions_api import engines, lifecycle, recent, users
from sessions_api.models import EndReason, Session
from sessions_api.tracking import gate
from sessions_api.tracking.state import begin
from tests.factories import UserFactory
from tests.helpers import (
    CURRENT,
    DJANGOS_ENGINES,
    SERVER_SIDE,
    bearer,
    later,
    name_in_new_process,
    name_of,
    old_session,
    reasons,
    refusing,
    returning_browser,
)
from tests.site import views
from tests.site.urls import urlpatterns as site_urlpatterns
from tests.user_models import hiding


@pytest.mark.django_db
def test_what_the_gate_calls_free_stays_free_when_the_memory_loses_it(django_assert_num_queries):
    user = UserFactory.create()
    client = returning_browser(user)
    request = RequestFactory().get("/")
    request.session = engines.store_class()(client.session.session_key)
    state = begin(request)
    found = get_user(request)
    recalled = recent.recall(request.session, recent.now())
    assert recalled is not None
    recent.clear()
    with django_assert_num_queries(0):
        assert gate.user_of(request, state, lambda: found, recalled) == user
    assert state.admitted is not None


def test_a_page_that_is_not_found_is_found_by_nobody_whose_session_ended(
    forgotten_browser, settings
):
    Session.objects.update(ended_at=Session.objects.get().created_at, end_reason="revoked")
    recent.clear()
    request = forgotten_browser.get("/nowhere/").wsgi_request
    assert not request.user.is_authenticated


def test_users_who_are_no_sessions_are_let_through(settings, db, rf):
    user = UserFactory.create()
    settings.MIDDLEWARE = [
        name if not name.endswith("AuthenticationMiddleware") else f"{__name__}.ApiKeys"
        for name in settings.MIDDLEWARE
    ]
    assert Client().get("/do/user/", HTTP_X_KEY=user.username).content.decode() == user.username
    assert not Session.objects.exists()


def ApiKeys(get_response):
    """Authenticate requests by a header, without a session."""

    def middleware(request):
        request.user = get_user_model().objects.get(username=request.META["HTTP_X_KEY"])

        async def auser():
            return request.user

        request.auser = auser
        return get_response(request)

    return middleware


def test_a_session_that_strict_finds_in_order_is_admitted(forgotten_browser, settings):
    settings.SESSIONS_API = {"STRICT": True}
    assert forgotten_browser.get("/do/user/").content
    assert forgotten_browser.get("/do/user/").content
    Session.objects.update(ended_at=Session.objects.get().created_at, end_reason="revoked")
    assert forgotten_browser.get("/do/user/").content == b""


def catch_everything(request):
    """Say who is there, whatever happens."""
    try:
        return HttpResponse(request.user.get_username())
    except Exception:  # noqa: BLE001 (as views of sites do)
        return HttpResponse("nobody knows")


urlpatterns = [*site_urlpatterns, path("catch-everything/", catch_everything)]


@pytest.mark.urls(__name__)
def test_a_view_that_catches_everything_is_unavailable_where_the_row_must_admit(
    forgotten_browser, settings
):
    settings.SESSIONS_API = {"STRICT": True}
    with refusing("SELECT"):
        assert forgotten_browser.get("/catch-everything/").status_code == 503
    assert forgotten_browser.get("/catch-everything/").status_code == 200


def end_rows():
    Session.objects.update(ended_at=timezone.now(), end_reason=EndReason.REVOKED)


def test_an_ended_sessions_user_is_not_handed_out_and_its_engine_session_is_flushed(
    forgotten_browser,
):
    key = forgotten_browser.session.session_key
    end_rows()
    response = forgotten_browser.get("/do/user/")
    assert response.content == b""
    assert response.wsgi_request.user.is_anonymous
    assert engines.payload_of(key) is None
    assert response.cookies["sessionid"].value == ""


def test_request_user_and_auser_agree_that_nobody_is_there(forgotten_browser):
    end_rows()
    request = forgotten_browser.get("/do/user/").wsgi_request
    assert request.user.is_anonymous
    assert async_to_sync(request.auser)().is_anonymous


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("engine", SERVER_SIDE, indirect=True)
def test_a_request_that_makes_a_new_key_while_another_does_is_let_in(engine, alice):
    browser = returning_browser(alice)
    tab = Client()
    tab.cookies = browser.cookies.copy()
    views.callbacks.append(lambda: tab.get("/do/user,cycle/"))
    assert browser.get("/do/read,callback,cycle,user/").content == b"alice"
    assert name_of(browser) == name_of(tab) == "alice"


def test_a_user_who_is_asked_for_twice_costs_one_look_at_the_row(forgotten_browser, settings):
    settings.SESSIONS_API = {"STRICT": True}
    request = forgotten_browser.get("/do/read/").wsgi_request
    with CaptureQueriesContext(connection) as queries:
        assert request.user.is_authenticated
        assert async_to_sync(request.auser)().is_authenticated
    assert sum("sessions_api_session" in query["sql"] for query in queries) == 1


def test_a_row_that_cannot_be_read_is_logged(forgotten_browser, caplog):
    with refusing("SELECT"):
        assert name_of(forgotten_browser)
    message = "The row of a session could not be read."
    assert ("sessions_api.tracking", logging.WARNING, message) in caplog.record_tuples


def test_an_account_that_cannot_be_read_is_logged_and_ends_nothing(
    forgotten_browser, caplog, monkeypatch
):
    def fail(pk):
        raise OperationalError("The database is down.")

    get_user_model().objects.update(is_active=False)
    monkeypatch.setattr(users, "stored", fail)
    assert name_of(forgotten_browser) == ""
    message = "The account of a session could not be read."
    assert ("sessions_api.tracking", logging.WARNING, message) in caplog.record_tuples
    assert Session.objects.get().ended_at is None


def test_a_session_whose_row_is_another_users_is_refused(forgotten_browser):
    Session.objects.update(user=UserFactory.create())
    assert name_of(forgotten_browser) == ""


def test_a_session_past_its_deadline_is_refused_and_ends_with_that_reason(
    forgotten_browser, settings
):
    settings.SESSIONS_API = {"IDLE_TIMEOUT": 600}
    with later(seconds=601):
        assert name_of(forgotten_browser) == ""
    assert Session.objects.get().end_reason == EndReason.IDLE


@pytest.mark.parametrize(("adopt", "is_let_in"), [("lazy", True), ("refuse", False)])
def test_a_session_without_a_row_is_adopted_unless_the_site_refuses_those(
    alice, settings, adopt, is_let_in
):
    settings.SESSIONS_API = {"ADOPT": adopt}
    assert name_of(old_session(alice)) == ("alice" if is_let_in else "")
    assert Session.objects.filter(adopted=True).exists() is is_let_in


def test_a_request_that_never_asks_for_its_user_is_not_looked_at(
    forgotten_browser, django_assert_num_queries
):
    end_rows()
    with django_assert_num_queries(0):
        forgotten_browser.get("/static-page/")


def test_what_this_process_remembers_is_let_in_without_a_look_at_its_row(
    alice, django_assert_num_queries
):
    browser = returning_browser(alice)
    with django_assert_num_queries(2):  # Django's own: the engine session, and the user
        assert name_of(browser) == "alice"


# Accounts that nothing has told us of

on_each_engine = pytest.mark.parametrize("engine", DJANGOS_ENGINES, indirect=True)


def _deactivate(user):
    get_user_model().objects.filter(pk=user.pk).update(is_active=False)


def _reactivate(user):
    get_user_model().objects.filter(pk=user.pk).update(is_active=True)


@pytest.mark.django_db(transaction=True)
@on_each_engine
@pytest.mark.parametrize("view", ["do", "ado"])
@pytest.mark.parametrize("is_remembered", [True, False])
def test_an_account_that_a_query_has_deactivated_is_out_for_good_at_its_next_request(
    engine, bystander, alice, view, is_remembered
):
    browser, other = returning_browser(alice), returning_browser(alice)
    copy = Client()
    copy.cookies = browser.cookies.copy()
    token = lifecycle.issue_token(alice).token
    _deactivate(alice)
    if not is_remembered:
        recent.clear()
    if view == "do":
        response = browser.get("/do/user/")
    else:
        async_browser = AsyncClient()
        async_browser.cookies = browser.cookies
        response = async_to_sync(async_browser.get)("/ado/user/")
    assert response.content == b""
    assert response.cookies["sessionid"].value == ""
    assert reasons(alice) == [EndReason.DEACTIVATED] * 3
    _reactivate(alice)
    for client in (browser, copy, other):
        assert name_in_new_process(client) == ""
    assert Client().get(CURRENT, headers=bearer(token)).status_code == 401


@pytest.mark.django_db(transaction=True)
@on_each_engine
def test_an_account_that_is_gone_without_a_signal_is_dismissed(engine, bystander, alice):
    browser = returning_browser(alice)
    pk = alice.pk
    Session.objects.filter(user=pk)._raw_delete("default")
    get_user_model().objects.filter(pk=pk)._raw_delete("default")
    response = browser.get("/do/user/")
    assert response.content == b""
    assert response.cookies["sessionid"].value == ""


@pytest.mark.django_db(transaction=True)
@on_each_engine
def test_an_account_that_its_backend_refuses_for_another_reason_is_not_dismissed(
    engine, bystander, alice, settings
):
    browser = returning_browser(alice)
    with hiding("alice"):
        response = browser.get("/do/user/")
        assert (response.content, list(response.cookies)) == (b"", [])
    assert reasons(alice) == [""]
    assert name_in_new_process(browser) == "alice"
