"""The middleware and the gate behind it."""

import pickle

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.test import Client

from sessions_api import activity
from sessions_api.middleware import SessionsMiddleware
from sessions_api.models import Session
from tests.factories import UserFactory

OURS = "sessions_api.middleware.SessionsMiddleware"


@pytest.fixture
def client_(db):
    """Return a signed-in client whose process remembers nothing."""
    client = Client()
    client.get(f"/do/login:{UserFactory.create().pk}/")
    activity.clear()
    return client


def test_it_says_where_it_belongs_when_there_is_no_user(rf):
    with pytest.raises(ImproperlyConfigured, match="directly after"):
        SessionsMiddleware(lambda request: HttpResponse())(rf.get("/"))


def test_a_request_can_be_pickled_and_keeps_its_user(client_):
    request = HttpRequest()
    request.session = client_.session
    AuthenticationMiddleware(lambda request: HttpResponse()).process_request(request)
    SessionsMiddleware(lambda request: HttpResponse())(request)
    assert request.user.is_authenticated
    again = pickle.loads(pickle.dumps(request))  # noqa: S301 (our own bytes)
    assert again.user == get_user_model().objects.get()


def early_bird(get_response):
    """Ask for the user before any view, as some middleware does, and answer by itself."""

    def middleware(request):
        return HttpResponse(request.user.get_username())

    return middleware


def test_middleware_that_answers_by_itself_does_not_see_an_ended_sessions_user(client_, settings):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "tests.test_middleware.early_bird"]
    client = Client()
    client.cookies = client_.cookies
    assert client.get("/nowhere/").content
    Session.objects.update(ended_at=Session.objects.get().created_at, end_reason="revoked")
    activity.clear()
    answer = client.get("/nowhere/")
    assert answer.content == b""
    assert answer.cookies["sessionid"]["max-age"] == 0


def test_a_page_that_is_not_found_is_found_by_nobody_whose_session_ended(client_, settings):
    Session.objects.update(ended_at=Session.objects.get().created_at, end_reason="revoked")
    activity.clear()
    request = client_.get("/nowhere/").wsgi_request
    assert not request.user.is_authenticated


def test_users_who_are_no_sessions_are_let_through(settings, db, rf):
    user = UserFactory.create()
    settings.MIDDLEWARE = [
        name if not name.endswith("AuthenticationMiddleware") else "tests.test_middleware.ApiKeys"
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


def test_a_session_that_strict_finds_in_order_is_admitted(client_, settings):
    settings.SESSIONS_API = {"STRICT": True}
    assert client_.get("/do/user/").content
    assert client_.get("/do/user/").content
    Session.objects.update(ended_at=Session.objects.get().created_at, end_reason="revoked")
    assert client_.get("/do/user/").content == b""
