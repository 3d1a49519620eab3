"""Views of the site that ask for more than a session: decorators, mixins, and the page that helps."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import include, path
from django.utils import timezone
from django.views import View
from rest_framework.response import Response
from rest_framework.views import APIView

from sessions_api import lifecycle, step_up
from sessions_api.authentication import SessionTokenAuthentication
from sessions_api.decorators import recently_authenticated, requires_level
from sessions_api.mixins import RecentlyAuthenticatedMixin, RequiresLevelMixin
from sessions_api.models import EndReason, Session
from sessions_api.permissions import RecentlyAuthenticated, RequiresLevel
from sessions_api.step_up import Requirement
from tests.factories import PASSWORD, UserFactory
from tests.helpers import bearer, browser_with_password, later, signed_in
from tests.site.urls import urlpatterns as site

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]

MINUTES = 10


@recently_authenticated(max_age=60 * MINUTES)
def recent(request):
    return HttpResponse("done")


@recently_authenticated(max_age=timedelta(minutes=MINUTES))
async def arecent(request):
    return HttpResponse("done")


@requires_level(2)
def strong(request):
    return HttpResponse("done")


@requires_level(2)
async def astrong(request):
    return HttpResponse("done")


class Recent(RecentlyAuthenticatedMixin, View):
    max_age = 60 * MINUTES

    def get(self, request):
        return HttpResponse("done")

    post = get


class ARecent(RecentlyAuthenticatedMixin, View):
    max_age = timedelta(minutes=MINUTES)

    async def get(self, request):
        return HttpResponse("done")


class Strong(RequiresLevelMixin, View):
    def get(self, request):
        return HttpResponse("done")


class Both(RecentlyAuthenticatedMixin, RequiresLevelMixin, View):
    max_age = 60 * MINUTES

    def get(self, request):
        return HttpResponse("done")


class RecentAPI(APIView):
    authentication_classes = [SessionTokenAuthentication]
    permission_classes = [RecentlyAuthenticated.within(timedelta(minutes=MINUTES))]

    def get(self, request):
        return Response("done")


class StrongAPI(RecentAPI):
    permission_classes = [RequiresLevel(2)]


urlpatterns = [
    *site,
    path("account/sessions/", include("sessions_api.account.urls")),
    path("recent/", recent),
    path("arecent/", arecent),
    path("strong/", strong),
    path("astrong/", astrong),
    path("recent-class/", Recent.as_view()),
    path("arecent-class/", ARecent.as_view()),
    path("strong-class/", Strong.as_view()),
    path("both-class/", Both.as_view()),
    path("recent-api/", RecentAPI.as_view()),
    path("strong-api/", StrongAPI.as_view()),
]

RECENT = ["/recent/", "/arecent/", "/recent-class/", "/arecent-class/"]
STRONG = ["/strong/", "/astrong/", "/strong-class/"]


@pytest.fixture
def browser(alice):
    return browser_with_password(alice)


def done(response):
    return response.status_code == 200 and response.content == b"done"


def age(minutes=MINUTES + 1):
    Session.objects.update(authenticated_at=timezone.now() - timedelta(minutes=minutes))


@pytest.mark.parametrize("url", RECENT)
def test_who_has_just_signed_in_gets_through(browser, url):
    assert done(browser.get(url))
    age(MINUTES - 1)
    assert done(browser.get(url))


@pytest.mark.parametrize("url", RECENT)
def test_whose_proof_is_old_confirms_and_goes_on(browser, url):
    age()
    response = browser.get(f"{url}?a=b")
    assert response.status_code == 302
    page = urlsplit(response.url)
    assert (page.path, parse_qs(page.query)) == (
        "/account/sessions/confirm/",
        {"next": [f"{url}?a=b"]},
    )
    shown = browser.get(response.url)
    assert shown.status_code == 200
    assert b'name="password"' in shown.content
    assert b'name="otp"' not in shown.content
    wrong = browser.post(response.url, {"password": "wrong"})
    assert "This is not your password." in wrong.content.decode()
    assert not done(browser.get(url))
    confirmed = browser.post(response.url, {"password": PASSWORD})
    assert (confirmed.status_code, confirmed.headers["Location"]) == (302, f"{url}?a=b")
    assert done(browser.get(confirmed.url))


@pytest.mark.parametrize("url", STRONG)
def test_one_factor_is_not_two(browser, url):
    response = browser.get(url)
    assert response.status_code == 302
    assert parse_qs(urlsplit(response.url).query) == {"next": [url], "level": ["2"]}
    assert "two factors" in browser.get(response.url).content.decode()
    Session.objects.update(aal=2)
    assert done(browser.get(url))


def test_both_are_asked_of_a_view_that_requires_both(browser):
    assert not done(browser.get("/both-class/"))
    Session.objects.update(aal=2)
    assert done(browser.get("/both-class/"))
    age()
    assert not done(browser.get("/both-class/"))


@pytest.mark.parametrize("url", [*RECENT, *STRONG])
def test_who_is_not_signed_in_is_led_to_the_login(db, url):
    response = Client().get(url)
    assert response.status_code == 302
    assert response.headers["Location"] == f"/accounts/login/?next={url}"
    response = Client().get(url, headers={"accept": "application/json"})
    assert (response.status_code, response.json()["code"]) == (401, "not_authenticated")


@pytest.mark.parametrize("url", RECENT)
def test_a_client_that_wants_json_learns_by_what_its_user_can_confirm(browser, url):
    age()
    response = browser.get(url, headers={"accept": "application/json"})
    assert response.status_code == 403
    assert response.json() == {
        "detail": "Confirm who you are first.",
        "code": "reauthentication_required",
        "methods": ["password"],
    }
    challenge = response.headers["WWW-Authenticate"]
    assert 'error="insufficient_user_authentication"' in challenge
    assert challenge.endswith("max_age=600")


def test_a_token_is_told_what_it_lacks(alice):
    token = lifecycle.issue_token(alice, methods=["password"]).token
    assert Client().get("/recent-api/", headers=bearer(token)).json() == "done"
    response = Client().get("/strong-api/", headers=bearer(token))
    assert (response.status_code, response.json()["code"]) == (403, "insufficient_level")
    assert 'acr_values="aal2"' in response.headers["WWW-Authenticate"]
    with later(minutes=MINUTES + 1):
        response = Client().get("/recent-api/", headers=bearer(token))
        assert (response.status_code, response.json()["code"]) == (403, "reauthentication_required")
        assert response.headers["WWW-Authenticate"].endswith("max_age=600")


def test_somebody_who_acts_as_the_user_confirms_nothing(browser):
    Session.objects.update(impersonator=UserFactory.create())
    assert not done(browser.get("/recent/"))


def test_a_user_without_a_method_is_sent_to_the_login(alice):
    alice.set_unusable_password()
    alice.save()
    browser = signed_in(alice)
    response = browser.get("/recent/")
    shown = browser.get(response.url).content.decode()
    assert 'name="password"' not in shown
    assert 'name="sign_in_again"' in shown
    again = browser.post(response.url, {"sign_in_again": "yes"})
    assert (again.status_code, again.url) == (302, "/accounts/login/?next=/recent/")
    assert Session.objects.get().end_reason == EndReason.LOGOUT
    browser = signed_in(alice)
    wanted = browser.get("/recent/", headers={"accept": "application/json"}).json()
    assert (wanted["methods"], wanted["login_url"]) == ([], "/accounts/login/")


def test_signing_in_again_needs_a_csrf_token_and_leads_to_this_site(browser):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = browser.cookies.copy()
    assert strict.post("/account/sessions/confirm/", {"sign_in_again": "yes"}).status_code == 403
    form = {"sign_in_again": "yes", "next": "https://evil.example/"}
    assert browser.post("/account/sessions/confirm/", form).url == "/accounts/login/?next=/"


def test_after_a_form_its_own_page_is_not_lost(browser):
    age()
    response = browser.post("/recent-class/")
    assert response.headers["Location"] == "/account/sessions/confirm/"
    confirmed = browser.post(response.url, {"password": PASSWORD})
    assert confirmed.url == "/"


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "\\\\evil.example"],
)
def test_nobody_is_led_to_another_site(browser, target):
    confirmed = browser.post("/account/sessions/confirm/", {"password": PASSWORD, "next": target})
    assert (confirmed.status_code, confirmed.headers["Location"]) == (302, "/")


def test_the_page_needs_a_csrf_token(alice):
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = browser_with_password(alice).cookies
    assert browser.post("/account/sessions/confirm/", {"password": PASSWORD}).status_code == 403


def test_guesses_on_the_page_are_counted(browser):
    for _ in range(5):
        browser.post("/account/sessions/confirm/", {"password": "wrong"})
    response = browser.post("/account/sessions/confirm/", {"password": PASSWORD})
    assert response.status_code == 200
    assert "too many attempts" in response.content.decode()


@pytest.mark.parametrize(("password", "other"), [(" in spaces ", "in spaces"), ("x\t", "x")])
def test_the_page_takes_a_password_exactly_as_it_is_sent(alice, password, other):
    alice.set_password(password)
    alice.save()
    browser = signed_in(alice)
    wrong, right = (
        browser.post("/account/sessions/confirm/", {"password": text}) for text in (other, password)
    )
    assert (wrong.status_code, right.status_code) == (200, 302)


def test_the_page_has_no_use_for_a_password_that_is_longer_than_any(browser):
    for _ in range(6):
        response = browser.post("/account/sessions/confirm/", {"password": "x" * 4097})
        assert "at most 4096 characters" in response.content.decode()
    # None of them was tried, let alone counted.
    assert browser.post("/account/sessions/confirm/", {"password": PASSWORD}).status_code == 302


def test_a_site_without_the_page_sends_to_the_login(browser):
    age()
    with override_settings(ROOT_URLCONF="tests.site.urls"):
        request = RequestFactory().get("/recent/")
        request.session, request.user = browser.session, Session.objects.get().user
        response = step_up.refuse(request, Requirement(max_age=timedelta(minutes=10)))
    assert response is not None
    assert response.headers["Location"] == "/accounts/login/?next=/recent/"


def test_neither_an_age_nor_a_setting_is_an_error_at_once(settings):
    settings.SESSIONS_API = {}
    with pytest.raises(ImproperlyConfigured, match="REAUTHENTICATION_AGE"):
        recently_authenticated(recent)
    with pytest.raises(ImproperlyConfigured, match="REAUTHENTICATION_AGE"):
        type("Page", (RecentlyAuthenticatedMixin, View), {})
    settings.SESSIONS_API = {"REAUTHENTICATION_AGE": 600}
    assert callable(recently_authenticated(recent))
    assert issubclass(type("Page", (RecentlyAuthenticatedMixin, View), {}), View)
