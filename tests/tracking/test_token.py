"""A token, from the request that presents it to the use that is written."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import login, logout
from django.test import Client
from django.urls import path
from django.utils import timezone
from rest_framework.response import Response
from rest_framework.views import APIView

from sessions_api import engines, lifecycle, validity
from sessions_api.authentication import SessionTokenAuthentication
from sessions_api.decorators import not_activity
from sessions_api.models import EndReason, Session
from sessions_api.tracking import token
from sessions_api.tracking.state import TokenAdmitted, TokenRefused, begin
from tests.helpers import bearer, later, name_of, refusing, returning_browser
from tests.site import views
from tests.site.urls import urlpatterns as site_urlpatterns

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]


class ByToken(APIView):
    """Does something with the Django request of a caller who has presented a token."""

    authentication_classes = [SessionTokenAuthentication]
    permission_classes = []

    def get(self, request, step):
        if step == "login":
            login(request._request, request.user, backend=views.BACKEND)
        elif step == "logout":
            logout(request)
        return Response({"user": request.user.get_username()})


urlpatterns = [
    *site_urlpatterns,
    path("by-token/<str:step>/", ByToken.as_view()),
    path("polled-by-token/<str:step>/", not_activity(ByToken.as_view())),
]


def pks(sessions):
    return {session.pk for session in sessions}


@pytest.mark.parametrize("is_due", [False, True])
def test_a_tokens_request_asks_nothing_of_the_browsers_session(alice, engine, is_due):
    client = returning_browser(alice)
    cookie = client.cookies["sessionid"].value
    token = lifecycle.issue_token(alice).token
    with later(minutes=5 if is_due else 0):
        response = client.get("/by-token/none/", headers=bearer(token))
        assert response.json() == {"user": "alice"}
        assert "Cookie" not in response.headers.get("Vary", "")
        assert "sessionid" not in response.cookies
    assert client.cookies["sessionid"].value == cookie


def test_the_client_of_a_token_that_comes_back_is_noted_whoever_has_noted_another(alice):
    issued = lifecycle.issue_token(alice)
    client = Client(headers=bearer(issued.token), REMOTE_ADDR="203.0.113.7")
    for minutes in (0, 2):
        with later(minutes=minutes):
            client.get("/by-token/none/")
    with later(minutes=3):
        elsewhere = {"last_ip_address": "198.51.100.9", "last_used": timezone.now()}
        Session.objects.update(client_changed_at=timezone.now(), **elsewhere)
    with later(minutes=3, seconds=59):
        client.get("/by-token/none/")
        assert Session.objects.get().last_ip_address == "198.51.100.9"
    with later(minutes=4, seconds=1):
        Session.objects.update(last_used=timezone.now())  # nothing else is due
        client.get("/by-token/none/")
        assert Session.objects.get().last_ip_address == "203.0.113.7"


def test_another_client_of_a_token_that_could_not_be_noted_is_looked_for_after_an_interval(alice):
    begun, headers = timezone.now(), bearer(lifecycle.issue_token(alice).token)
    Session.objects.update(last_ip_address="127.0.0.1")
    Client().get("/by-token/none/", headers=headers)

    def is_noted(seconds, refused=()):
        with time_machine.travel(begun + timedelta(seconds=seconds), tick=False):
            Session.objects.update(last_used=timezone.now())  # nothing else is due
            with refusing(*refused):
                Client(REMOTE_ADDR="203.0.113.7").get("/by-token/none/", headers=headers)
        return Session.objects.get().last_ip_address == "203.0.113.7"

    assert not is_noted(10, refused=["UPDATE"])
    assert not is_noted(69)
    assert is_noted(71)


@pytest.mark.parametrize("is_refused", [False, True])
def test_a_tokens_request_leaves_a_dead_cookie_alone(alice, engine, is_refused):
    client = Client()
    client.cookies["sessionid"] = "of-another-site"
    issued = lifecycle.issue_token(alice)
    if is_refused:
        type(alice).objects.update(is_active=False)
    with later(minutes=5):
        response = client.get("/by-token/none/", headers=bearer(issued.token))
    assert response.status_code == (401 if is_refused else 200)
    assert "sessionid" not in response.cookies


def test_a_login_in_a_view_for_tokens_is_a_session_of_its_own(alice, engine):
    issued, client = lifecycle.issue_token(alice), Client()
    client.get("/by-token/login/", headers=bearer(issued.token))
    browser = Session.objects.exclude(pk=issued.session.pk).get()
    assert not browser.adopted
    assert pks(validity.active_sessions(alice)) == {browser.pk, issued.session.pk}
    assert name_of(client) == "alice"


def test_a_login_in_a_view_for_tokens_counts_towards_the_limit(alice, settings):
    issued, client = lifecycle.issue_token(alice), Client()
    settings.SESSIONS_API = {"MAX_SESSIONS_PER_USER": 1, "ON_LIMIT": "refuse"}
    response = client.get("/by-token/login/", headers=bearer(issued.token))
    assert response.status_code == 403
    assert name_of(client) == ""
    assert pks(validity.active_sessions(alice)) == {issued.session.pk}


def test_a_login_in_a_view_for_tokens_replaces_the_browsers_session(alice):
    client = returning_browser(alice)
    old, key = Session.objects.get(), client.session.session_key
    issued = lifecycle.issue_token(alice)
    client.get("/by-token/login/", headers=bearer(issued.token))
    old.refresh_from_db()
    assert old.end_reason == EndReason.REPLACED
    assert client.session.session_key != key
    assert name_of(client) == "alice"


def test_a_logout_in_a_view_for_tokens_ends_the_token(alice):
    issued = lifecycle.issue_token(alice)
    Client().get("/by-token/logout/", headers=bearer(issued.token))
    issued.session.refresh_from_db()
    assert (issued.session.end_reason, issued.session.ended_by) == (EndReason.LOGOUT, alice)
    assert Client().get("/by-token/none/", headers=bearer(issued.token)).status_code == 401


def test_a_deactivation_that_a_tokens_request_sees_ends_every_session(alice):
    browser = returning_browser(alice)
    issued, other = lifecycle.issue_token(alice), lifecycle.issue_token(alice)
    users = type(alice).objects
    users.update(is_active=False)
    assert Client().get("/by-token/none/", headers=bearer(issued.token)).status_code == 401
    users.update(is_active=True)
    assert set(Session.objects.values_list("end_reason", flat=True)) == {EndReason.DEACTIVATED}
    for each in (issued, other):
        assert Client().get("/by-token/none/", headers=bearer(each.token)).status_code == 401
    assert name_of(browser) == ""


def test_a_token_that_is_refused_for_the_time_being_is_not_used(alice, settings):
    issued = lifecycle.issue_token(alice)
    settings.AUTHENTICATION_BACKENDS = ["tests.site.backends.OtherBackend"]
    with later(minutes=5):
        assert Client().get("/by-token/none/", headers=bearer(issued.token)).status_code == 401
    last_used = issued.session.last_used
    issued.session.refresh_from_db()
    assert (issued.session.last_used, issued.session.ended_at) == (last_used, None)


@pytest.mark.parametrize("path", ["/by-token/none/", "/polled-by-token/none/"])
def test_a_token_follows_to_a_new_secret_key(alice, settings, path):
    issued = lifecycle.issue_token(alice)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "new"
    with later(minutes=5):
        assert Client().get(path, headers=bearer(issued.token)).status_code == 200
        settings.SECRET_KEY_FALLBACKS = []
        assert Client().get(path, headers=bearer(issued.token)).status_code == 200
        assert pks(validity.active_sessions(alice)) == {issued.session.pk}


@pytest.fixture
def presenting(rf):
    """Return a request that has just come in, and its state."""
    request = rf.get("/")
    request.session = engines.store_class()()
    return request, begin(request)


def test_a_token_in_order_is_admitted(alice, presenting):
    request, state = presenting
    session = lifecycle.issue_token(alice).session
    with later(seconds=30):
        at = timezone.now()
        assert token.present(request, session).is_active
    assert state.token == TokenAdmitted(session, at.timestamp())


def test_a_token_that_is_over_is_refused_with_its_reason(alice, presenting, settings):
    request, state = presenting
    session = lifecycle.issue_token(alice).session
    settings.SESSIONS_API = {"IDLE_TIMEOUT": 600}
    with later(seconds=601):
        assert token.present(request, session).is_over
    assert state.token == TokenRefused(session, EndReason.IDLE)
    token.settle(request, state)
    session.refresh_from_db()
    assert session.end_reason == EndReason.IDLE


def test_a_token_that_has_ended_leaves_nothing_to_write(alice, presenting):
    request, state = presenting
    session = lifecycle.issue_token(alice).session
    lifecycle.end(session)
    session.refresh_from_db()
    assert token.present(request, session).is_over
    assert state.token is None
    assert not token.is_due(request, state)


@pytest.mark.parametrize(("seconds", "is_due"), [(59, False), (61, True)])
def test_the_use_of_a_token_is_due_once_an_interval(alice, presenting, seconds, is_due):
    request, state = presenting
    session = lifecycle.issue_token(alice, request=request).session
    begun = session.last_used
    assert token.present(request, session).is_active
    token.settle(request, state)  # whose client it is, is known from now on
    with later(seconds=seconds):
        assert token.present(request, session).is_active
        assert token.is_due(request, state) is is_due
        token.settle(request, state)
        session.refresh_from_db()
        assert (session.last_used != begun) is is_due


def test_a_token_authenticates_where_our_middleware_has_not_run(alice, rf):
    assert token.present(rf.get("/"), lifecycle.issue_token(alice).session).is_active
