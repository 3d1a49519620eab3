"""The middleware: where it belongs, and what it leaves of a request."""

import pickle
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth import get_user_model, login
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.test import Client

from sessions_api import engines, recent, validity
from sessions_api.middleware import SessionsMiddleware
from sessions_api.models import Session
from tests.helpers import script_request
from tests.site.views import BACKEND

OURS = "sessions_api.middleware.SessionsMiddleware"


@pytest.mark.parametrize("has", [{}, {"session": None}, {"user": None}])
def test_it_says_where_it_belongs_when_there_is_no_session_or_no_user(rf, has):
    request = rf.get("/")
    vars(request).update(has)
    with pytest.raises(ImproperlyConfigured, match="directly after"):
        SessionsMiddleware(lambda request: HttpResponse())(request)


def test_a_request_can_be_pickled_and_keeps_its_user(forgotten_browser):
    request = HttpRequest()
    request.session = forgotten_browser.session
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


def test_middleware_that_answers_by_itself_does_not_see_an_ended_sessions_user(
    forgotten_browser, settings
):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.early_bird"]
    client = Client()
    client.cookies = forgotten_browser.cookies
    assert client.get("/nowhere/").content
    Session.objects.update(ended_at=Session.objects.get().created_at, end_reason="revoked")
    recent.clear()
    answer = client.get("/nowhere/")
    assert answer.content == b""
    assert answer.cookies["sessionid"]["max-age"] == 0


def answer(request):
    return HttpResponse()


async def aanswer(request):
    return HttpResponse()


async def nobody():
    return AnonymousUser()


def handled(*, is_async):
    """Return a request that the middleware has handled."""
    request = script_request(engines.store_class()())
    request.auser = nobody
    view: Any = aanswer if is_async else answer
    middleware: Any = SessionsMiddleware(view)
    (async_to_sync(middleware) if is_async else middleware)(request)
    return request


@pytest.mark.parametrize("is_async", [False, True])
def test_a_login_after_the_response_phase_is_bound_at_once(alice, is_async):
    request = handled(is_async=is_async)
    login(request, alice, backend=BACKEND)
    request.session.save()  # as whoever has the request does
    assert validity.active_sessions(alice) == [Session.objects.get()]
