"""Packages that put a session of their own in the place of the request's, as django-allauth does."""

from contextlib import contextmanager
from importlib import import_module

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth import get_user, login, logout
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from sessions_api import recent, validity
from sessions_api.middleware import SessionsMiddleware
from sessions_api.models import EndReason, Session
from tests.factories import UserFactory
from tests.helpers import browser_of, name_of

pytestmark = pytest.mark.django_db(transaction=True)

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def user():
    return UserFactory.create()


@contextmanager
def another_session(request, settings, key=None):
    own = request.session
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    yield request.session
    if not request.session.is_empty():
        request.session.save()
    request.session = own


@pytest.fixture
def visit(settings):
    """Return what has a request take steps on a session of its own, and returns its key."""

    def visit(step, key=None, browser=None, first=lambda request: None):
        keys = []

        def view(request):
            first(request)
            with another_session(request, settings, key) as session:
                step(request)
                keys.append(session.session_key)
            return HttpResponse(f"{request.session.get('count')}")

        request = RequestFactory().get("/")
        if browser is not None:
            request.COOKIES |= {name: morsel.value for name, morsel in browser.cookies.items()}
        SessionMiddleware(AuthenticationMiddleware(SessionsMiddleware(view)))(request)
        return keys[0]

    return visit


def signing_in(user):
    return lambda request: login(request, user, backend=BACKEND)


def look(request):
    assert request.user.is_authenticated
    assert get_user(request).is_authenticated


def test_a_login_there_is_listed(user, visit):
    visit(signing_in(user))
    session = Session.objects.get()
    assert validity.active_sessions(user) == [session]


def test_a_login_there_leaves_the_browsers_session_alone(user, visit):
    browser = browser_of(user)
    visit(signing_in(user), browser=browser)
    assert len(validity.active_sessions(user)) == 2


@pytest.mark.parametrize("is_remembered", [False, True])
def test_a_user_there_is_handed_out_and_nobody_signed_out(user, visit, is_remembered):
    other_user = UserFactory.create()
    key = visit(signing_in(other_user))
    browser = browser_of(user)
    if not is_remembered:
        recent.clear()
    visit(look, key, browser)
    assert name_of(browser) == user.get_username()
    assert len(validity.active_sessions(user)) == 1
    assert len(validity.active_sessions(other_user)) == 1


def test_an_ended_session_there_is_nobodys_although_the_browsers_own_is_in_order(user, visit):
    other_user = UserFactory.create()
    key = visit(signing_in(other_user))
    browser = browser_of(user)
    Session.objects.for_user(other_user).update(ended_at=timezone.now())
    recent.clear()
    names = []

    def ask(request):
        vars(request).pop("_acached_user", None)
        names.append(async_to_sync(request.auser)().get_username())

    visit(ask, key, browser, first=ask)
    assert names == [user.get_username(), ""]


def test_a_logout_there_ends_that_session(user, visit):
    key = visit(signing_in(user))
    browser = browser_of(user)
    visit(logout, key, browser)
    assert [session.end_reason for session in Session.objects.order_by("created_at")] == [
        EndReason.LOGOUT,
        "",
    ]
    assert name_of(browser) == user.get_username()
