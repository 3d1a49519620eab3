"""What a request leaves of the sessions behind it: its browser's, its token's, or both."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import login, logout, user_logged_in
from django.http import HttpResponse
from django.test import Client
from django.urls import path
from django.utils import timezone
from rest_framework.response import Response
from rest_framework.views import APIView

from sessions_api import lifecycle, recent, validity
from sessions_api.authentication import SessionTokenAuthentication
from sessions_api.models import EndReason, Session
from tests.factories import PASSWORD, UserFactory
from tests.matrix.conftest import ENGINES
from tests.site import views
from tests.site.urls import urlpatterns as site_urlpatterns

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]

STATIC = "/static-page/"


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


def issue_foreign_token(request):
    """Do as knox does after a page that has written its session."""
    request.session["count"] = 1
    user_logged_in.send(sender=type(request.user), request=request, user=request.user)
    return views.do(request, "user")


urlpatterns = [
    *site_urlpatterns,
    path("by-token/<str:step>/", ByToken.as_view()),
    path("issue-foreign-token/", issue_foreign_token),
]


@pytest.fixture(autouse=True)
def _nothing_remembered():
    recent.clear()


@pytest.fixture(params=ENGINES)
def engine(request, settings):
    for name, value in ENGINES[request.param].items():
        setattr(settings, name, value)
    return request.param


@pytest.fixture
def alice():
    return UserFactory.create(username="alice")


def signed_in(user):
    client = Client()
    client.get(f"/do/login:{user.pk}/")
    client.get("/do/user/")
    return client


def bearer(token):
    return {"authorization": f"Bearer {token}"}


def name_of(client):
    return client.get("/do/user/").content.decode()


def later(**kwargs):
    return time_machine.travel(timezone.now() + timedelta(**kwargs), tick=False)


def ids(sessions):
    return {session.pk for session in sessions}


@pytest.mark.parametrize("is_due", [False, True])
def test_a_tokens_request_asks_nothing_of_the_browsers_session(alice, engine, is_due):
    client = signed_in(alice)
    cookie = client.cookies["sessionid"].value
    token = lifecycle.issue_token(alice).token
    with later(minutes=5 if is_due else 0):
        response = client.get("/by-token/none/", headers=bearer(token))
        assert response.json() == {"user": "alice"}
        assert "Cookie" not in response.headers.get("Vary", "")
        assert "sessionid" not in response.cookies
    assert client.cookies["sessionid"].value == cookie


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
    assert browser.authenticated_at is not None
    assert ids(validity.active_sessions(alice)) == {browser.pk, issued.session.pk}
    assert name_of(client) == "alice"


def test_a_login_in_a_view_for_tokens_counts_towards_the_limit(alice, settings):
    issued, client = lifecycle.issue_token(alice), Client()
    settings.SESSIONS_API = {"MAX_SESSIONS_PER_USER": 1, "ON_LIMIT": "refuse"}
    response = client.get("/by-token/login/", headers=bearer(issued.token))
    assert response.status_code == 403
    assert name_of(client) == ""
    assert ids(validity.active_sessions(alice)) == {issued.session.pk}


def test_a_login_in_a_view_for_tokens_replaces_the_browsers_session(alice):
    client = signed_in(alice)
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


def test_the_sign_in_signal_of_another_packages_token_leaves_the_browsers_session(alice, engine):
    client = signed_in(alice)
    key = client.session.session_key
    assert client.get("/issue-foreign-token/").content == b"alice"
    session = Session.objects.get()
    assert session.ended_at is None
    if engine != "signed_cookies":  # where every save makes another cookie
        assert client.session.session_key == key


def test_a_deactivation_that_a_tokens_request_sees_ends_every_session(alice):
    browser = signed_in(alice)
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
    settings.AUTHENTICATION_BACKENDS = ["tests.site.backends.DirectoryBackend"]
    with later(minutes=5):
        assert Client().get("/by-token/none/", headers=bearer(issued.token)).status_code == 401
    last_used = issued.session.last_used
    issued.session.refresh_from_db()
    assert (issued.session.last_used, issued.session.ended_at) == (last_used, None)


def test_the_use_of_a_token_follows_a_new_secret_key(alice, settings):
    issued = lifecycle.issue_token(alice)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "new"
    with later(minutes=5):
        assert Client().get("/by-token/none/", headers=bearer(issued.token)).status_code == 200
        settings.SECRET_KEY_FALLBACKS = []
        assert Client().get("/by-token/none/", headers=bearer(issued.token)).status_code == 200
        assert ids(validity.active_sessions(alice)) == {issued.session.pk}


@pytest.fixture
def _always_saved(settings):
    settings.SESSION_SAVE_EVERY_REQUEST = True
    settings.SESSION_COOKIE_AGE = 900
    settings.SESSIONS_API = {"RETENTION": 86400}


# The file engine goes by the times of its files, which do not travel.
@pytest.mark.parametrize("engine", [name for name in ENGINES if name != "file"], indirect=True)
@pytest.mark.usefixtures("_always_saved")
def test_a_session_that_every_page_saves_lasts_on_pages_that_do_not_use_it(alice, engine):
    client, start = signed_in(alice), timezone.now()
    for minutes in range(5, 40, 5):
        with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
            client.get(STATIC)
    with time_machine.travel(start + timedelta(minutes=36), tick=False):
        assert len(validity.active_sessions(alice)) == 1
        assert name_of(client) == "alice"


@pytest.mark.usefixtures("_always_saved")
def test_a_page_that_does_not_use_an_ended_session_does_not_prolong_it(alice, engine):
    client = signed_in(alice)
    lifecycle.end(Session.objects.get())
    client.raise_request_exception = False
    with later(minutes=5):
        client.get(STATIC)
        assert name_of(client) == ""


def test_a_page_that_writes_a_session_it_does_not_ask_about_costs_no_query_of_ours(
    alice, settings, django_assert_num_queries
):
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.cache"
    client = signed_in(alice)
    with django_assert_num_queries(0):
        client.get("/do/write/")


def fail_on_request(get_response):
    """Answer 500 in the view's place to whom asks for it."""

    def middleware(request):
        response = get_response(request)
        return HttpResponse(status=500) if "X-Fail" in request.headers else response

    return middleware


def test_a_reauthentication_whose_answer_gets_lost_is_not_listed_twice(alice, engine, settings):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.fail_on_request"]
    client = signed_in(alice)
    proof, path = {"password": PASSWORD}, "/api/sessions/current/reauthenticate/"
    assert client.post(path, proof, headers={"X-Fail": "1"}).status_code == 500
    recent.clear()
    is_signed_in = bool(name_of(client))
    assert is_signed_in is (engine == "signed_cookies")
    assert len(validity.active_sessions(alice)) == is_signed_in
