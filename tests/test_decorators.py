"""Views that pages call by themselves: they do not keep an idle session alive."""

import pytest
from django.http import HttpResponse
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
from sessions_api.models import Session
from tests.factories import UserFactory
from tests.helpers import later
from tests.site import urls


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


def is_use(client, method, url):
    """Tell whether a request, a while later, moves the last use of the only session."""
    before = Session.objects.get().last_used
    with later(minutes=2):
        assert getattr(client, method)(url).status_code == 200
        after = Session.objects.get().last_used
        assert after in (before, timezone.now())
    return after != before


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("method", "url", "expected"),
    [
        ("get", "/board/", False),
        ("head", "/board/", False),
        ("post", "/board/", True),
        ("get", "/dashboard/", False),
        ("head", "/dashboard/", False),
        ("post", "/dashboard/", False),
    ],
)
def test_a_method_of_a_class_that_is_no_activity_is_no_use(
    forgotten_browser, method, url, expected
):
    assert forgotten_browser.get("/do/user/").content
    assert is_use(forgotten_browser, method, url) is expected


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("method", "url", "expected"),
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
def test_an_action_that_is_no_activity_is_no_use_of_a_token(db, method, url, expected):
    token = lifecycle.issue_token(UserFactory.create()).token
    client = Client(headers={"authorization": f"Bearer {token}"})
    assert is_use(client, method, url) is expected


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(("method", "expected"), [("get", False), ("post", True)])
def test_another_client_is_noted_though_what_it_does_is_no_activity(
    forgotten_browser, method, expected
):
    copy = Client(headers={"user-agent": "curl/8.9"}, REMOTE_ADDR="198.51.100.9")
    copy.cookies = forgotten_browser.cookies.copy()
    assert is_use(copy, method, "/board/") is expected
    assert Session.objects.get().last_client == ("198.51.100.9", "curl/8.9")


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(("method", "expected"), [("get", False), ("post", True)])
def test_another_client_of_a_token_is_noted_though_what_it_does_is_no_activity(
    rf, alice, method, expected
):
    request = rf.get("/", headers={"user-agent": "backup/3.2"}, REMOTE_ADDR="2001:db8::5")
    token = lifecycle.issue_token(alice, request=request).token
    headers = {"user-agent": "curl/8.9", "authorization": f"Bearer {token}"}
    copy = Client(headers=headers, REMOTE_ADDR="198.51.100.9")
    assert is_use(copy, method, "/board-api/") is expected
    assert Session.objects.get().last_client == ("198.51.100.9", "curl/8.9")


@pytest.mark.urls(__name__)
def test_what_is_no_activity_does_not_keep_an_idle_session(forgotten_browser, settings):
    settings.SESSIONS_API = {"IDLE_TIMEOUT": 3600}
    for minutes in (50, 70):
        with later(minutes=minutes):
            recent.clear()
            content = forgotten_browser.get("/board/").content
    assert content == b""
    assert Session.objects.get().end_reason == "idle"
