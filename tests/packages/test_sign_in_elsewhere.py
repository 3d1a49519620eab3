"""Somebody who signs in at another site, which does not say when, and has nothing to confirm by."""

import html
import re

import pytest
from django.contrib.auth.models import Permission
from django.http import HttpResponse
from django.urls import include, path

from sessions_api import lifecycle
from sessions_api.decorators import recently_authenticated
from sessions_api.models import Session
from tests.helpers import CURRENT, REAUTHENTICATE, SESSIONS
from tests.packages.urls import urlpatterns as site

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]

LOGIN = "/accounts/login/"
AGAIN = {
    "detail": "Sign in again first.",
    "code": "reauthentication_required",
    "methods": [],
    "login_url": LOGIN,
}


@recently_authenticated(max_age=600)
def change_email(request):
    return HttpResponse("done")


urlpatterns = [
    *site,
    path("account/sessions/", include("sessions_api.account.urls")),
    path("change-email/", change_email),
]


class WithoutConfirmation:
    """The URLs of a site that does not have our page."""

    urlpatterns = [*site, path("change-email/", change_email)]


@pytest.fixture
def visitor(settings, browser, alice, sign_in_elsewhere):
    """Return the browser of somebody without a password, on a site that minds."""
    alice.set_unusable_password()
    alice.is_staff = True
    alice.save()
    names = ["view_session", "change_session", "end_session", "change_user", "view_user"]
    alice.user_permissions.set(Permission.objects.filter(codename__in=names))
    settings.SESSIONS_API = {"REAUTHENTICATION_AGE": 600}
    session = sign_in_elsewhere(browser, {})
    assert session.authenticated_at is None
    return browser


@pytest.fixture
def other(visitor, alice):
    """Return another session of Alice's."""
    return lifecycle.issue_token(alice).session


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("DELETE", SESSIONS),
        ("DELETE", f"{SESSIONS}{{other}}/"),
        ("POST", f"{SESSIONS}tokens/"),
        ("DELETE", "/api/admin/sessions/{other}/"),
        ("DELETE", "/api/admin/users/{owner}/sessions/"),
    ],
)
def test_the_api_says_where_to_sign_in_again(visitor, other, method, url):
    named = url.format(other=other.pk, owner=other.user_id)
    response = visitor.generic(method, named, content_type="application/json")
    assert (response.status_code, response.json()) == (403, AGAIN)
    assert visitor.get(CURRENT).json()["reauthentication_methods"] == []


@pytest.mark.parametrize("proof", [{}, {"password": "x"}, {"otp": "123456"}])
def test_whatever_they_send_as_a_proof_the_api_says_the_same(visitor, proof):
    response = visitor.post(REAUTHENTICATE, proof, content_type="application/json")
    assert (response.status_code, response.json()) == (403, AGAIN)


def test_the_dialects_refuse_in_their_own_words(visitor, other):
    headers = {"origin": "http://testserver"}
    refused = visitor.delete(f"/ory/sessions/{other.pk}", headers=headers)
    assert (refused.status_code, refused.json()["error"]["reason"]) == (403, AGAIN["detail"])
    refused = visitor.delete(f"/torii/_torii/users/me/sessions/{other.pk}", headers=headers)
    assert (refused.status_code, refused.json()["detail"]) == (403, AGAIN["detail"])
    refused = visitor.post(f"/flashback/sessions/{other.pk}/revoke", headers=headers)
    assert (refused.status_code, refused.json()["error"]) == (403, AGAIN["detail"])


def test_a_view_of_the_sites_leads_to_the_page_and_that_to_the_login(visitor):
    wanted = visitor.get("/change-email/", headers={"accept": "application/json"})
    assert (wanted.status_code, wanted.json()) == (403, AGAIN)
    response = visitor.get("/change-email/")
    shown = visitor.get(response.url).content.decode()
    assert "Sign in again to go on." in shown
    assert 'name="password"' not in shown
    assert 'name="otp"' not in shown
    assert 'name="sign_in_again"' in shown
    # allauth's login would lead whoever is signed in straight back here.
    assert visitor.get(f"{LOGIN}?next=/change-email/").url == "/change-email/"
    again = visitor.post(response.url, {"sign_in_again": "yes"})
    assert (again.status_code, again.url) == (302, f"{LOGIN}?next=/change-email/")
    assert visitor.get(again.url).status_code == 200


def test_the_page_takes_no_proof_of_them(visitor):
    for proof in ({}, {"password": "x"}, {"otp": "123456"}):
        response = visitor.post("/account/sessions/confirm/?next=/change-email/", proof)
        assert response.status_code == 200
        assert "Sign in again to go on." in response.content.decode()
    assert Session.objects.get(pk=visitor.get(CURRENT).json()["id"]).authenticated_at is None


def test_a_view_of_a_site_without_the_page_leads_to_the_login(visitor, settings):
    settings.ROOT_URLCONF = WithoutConfirmation
    response = visitor.get("/change-email/")
    assert (response.status_code, response.url) == (302, f"{LOGIN}?next=/change-email/")


@pytest.mark.parametrize("has_page", [True, False])
def test_the_admin_leads_to_the_login(visitor, other, settings, has_page):
    if not has_page:
        settings.ROOT_URLCONF = WithoutConfirmation
    page = f"/admin/sessions_api/session/{other.pk}/end/"
    shown = visitor.post(page, {"post": "yes"}, follow=True).content.decode()
    assert "ending it takes a recent sign-in" in shown
    other.refresh_from_db()
    assert other.ended_at is None
    if has_page:
        link = html.unescape(re.findall('href="(/account/sessions/confirm/[^"]+)"', shown)[0])
        assert "Sign in again to go on." in visitor.get(link).content.decode()
        again = visitor.post(link, {"sign_in_again": "yes"})
        assert again.url == f"{LOGIN}?next={page}"
    else:
        assert "Log out and log in again first." in shown
