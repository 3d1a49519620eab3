"""The middleware and the gate behind it."""

import pickle
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.template import TemplateDoesNotExist
from django.test import Client
from django.urls import path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSet

from sessions_api import lifecycle, recent
from sessions_api.authentication import SessionTokenAuthentication
from sessions_api.decorators import not_activity
from sessions_api.middleware import SessionsMiddleware
from sessions_api.models import Session
from tests.factories import UserFactory
from tests.site import urls

OURS = "sessions_api.middleware.SessionsMiddleware"


@pytest.fixture
def client_(db):
    """Return a signed-in client whose process remembers nothing."""
    client = Client()
    client.get(f"/do/login:{UserFactory.create().pk}/")
    recent.clear()
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
    recent.clear()
    answer = client.get("/nowhere/")
    assert answer.content == b""
    assert answer.cookies["sessionid"]["max-age"] == 0


def test_a_page_that_is_not_found_is_found_by_nobody_whose_session_ended(client_, settings):
    Session.objects.update(ended_at=Session.objects.get().created_at, end_reason="revoked")
    recent.clear()
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


DJANGO_TEMPLATES = "django.template.backends.django.DjangoTemplates"


def answer_beyond_the_limit(settings):
    """Return what a view answers whose login is one too many."""
    settings.SESSIONS_API = {"MAX_SESSIONS_PER_USER": 1, "ON_LIMIT": "refuse"}
    address = f"/do/login:{UserFactory.create().pk}/"
    assert Client().get(address).status_code == 200
    return Client().get(address)


@pytest.mark.parametrize("templates", [[], [{"BACKEND": DJANGO_TEMPLATES, "APP_DIRS": False}]])
def test_a_site_without_our_templates_says_why_the_limit_refuses(settings, db, templates):
    settings.TEMPLATES = templates
    answer = answer_beyond_the_limit(settings)
    assert answer.status_code == 403
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "already signed in 1 time" in answer.content.decode()


def test_what_a_sites_own_page_of_the_limit_lacks_is_not_passed_over(settings, db, tmp_path):
    page = tmp_path / "sessions_api" / "limit_reached.html"
    page.parent.mkdir()
    page.write_text("{% extends 'nowhere.html' %}")
    settings.TEMPLATES = [{"BACKEND": DJANGO_TEMPLATES, "DIRS": [tmp_path]}]
    with pytest.raises(TemplateDoesNotExist, match=r"nowhere\.html"):
        answer_beyond_the_limit(settings)


def name_of_user(request):
    return HttpResponse(request.user.get_username())


class Board(View):
    """A page that asks by itself, and where its user writes."""

    @not_activity
    def get(self, request):
        return name_of_user(request)

    def post(self, request):
        return name_of_user(request)


class BoardAPI(APIView):
    """The same of Django REST framework's, for tokens."""

    authentication_classes = (SessionTokenAuthentication,)

    @not_activity
    def get(self, request):
        return Response(request.user.get_username())

    def post(self, request):
        return Response(request.user.get_username())


@method_decorator(not_activity, name="dispatch")
class Dashboard(View):
    """A page where nothing is activity."""

    def get(self, request):
        return name_of_user(request)

    post = get


class Boards(ViewSet):
    """Actions of which one asks by itself."""

    authentication_classes = (SessionTokenAuthentication,)

    @not_activity
    def watch(self, request):
        return Response(request.user.get_username())

    def move(self, request):
        return Response(request.user.get_username())


urlpatterns = [
    *urls.urlpatterns,
    path("board/", Board.as_view()),
    path("board-api/", BoardAPI.as_view()),
    path("dashboard/", Dashboard.as_view()),
    path("boards/", Boards.as_view({"get": "watch", "post": "move"})),
    path("boards/turned/", Boards.as_view({"get": "move", "post": "watch"})),
]


def is_use(client, method, address):
    """Tell whether a request, a while later, moves the last use of the only session."""
    before = Session.objects.get().last_used
    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=False):
        assert getattr(client, method)(address).status_code == 200
        after = Session.objects.get().last_used
        assert after in (before, timezone.now())
    return after != before


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("method", "address", "expected"),
    [
        ("get", "/board/", False),
        ("head", "/board/", False),
        ("post", "/board/", True),
        ("get", "/dashboard/", False),
        ("head", "/dashboard/", False),
        ("post", "/dashboard/", False),
    ],
)
def test_a_method_of_a_class_that_is_no_activity_is_no_use(client_, method, address, expected):
    assert client_.get("/do/user/").content
    assert is_use(client_, method, address) is expected


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("method", "address", "expected"),
    [
        ("get", "/board-api/", False),
        ("head", "/board-api/", False),
        ("post", "/board-api/", True),
        ("get", "/boards/", False),
        ("head", "/boards/", False),
        ("post", "/boards/", True),
        ("get", "/boards/turned/", True),
        ("head", "/boards/turned/", True),
        ("post", "/boards/turned/", False),
    ],
)
def test_an_action_that_is_no_activity_is_no_use_of_a_token(db, method, address, expected):
    token = lifecycle.issue_token(UserFactory.create()).token
    client = Client(headers={"authorization": f"Bearer {token}"})
    assert is_use(client, method, address) is expected


@pytest.mark.urls(__name__)
def test_what_is_no_activity_does_not_keep_an_idle_session(client_, settings):
    settings.SESSIONS_API = {"IDLE_TIMEOUT": 3600}
    for minutes in (50, 70):
        with time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=False):
            recent.clear()
            content = client_.get("/board/").content
    assert content == b""
    assert Session.objects.get().end_reason == "idle"
