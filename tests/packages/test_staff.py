"""Staff do over the API what the site's admin would let them do, and no more."""

import pytest
from django.contrib.admin import site as default_admin
from django.contrib.admin.sites import all_sites
from django.test import Client
from django.urls import path
from django_otp.admin import OTPAdminSite
from django_otp.plugins.otp_static.models import StaticDevice

from sessions_api import lifecycle
from sessions_api.admin.sessions import SessionAdmin
from sessions_api.dialects.identifiers import uuid_of
from sessions_api.models import Session
from tests.factories import PASSWORD, UserFactory
from tests.helpers import bearer
from tests.packages.urls import urlpatterns as site

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]

with_otp = OTPAdminSite(name="with_otp")
with_otp.register(Session, SessionAdmin)
all_sites.discard(with_otp)  # not on the sites of other tests

urlpatterns = [
    path("with-otp/", with_otp.urls),
    *(each for each in site if getattr(each, "app_name", None) != "admin"),
]

CALLS = [
    "/api/admin/sessions/",
    "/ory/admin/sessions",
    "/torii/api/server/v1/users/{}/sessions",
    "/hanko/users/{}/sessions",
]


@pytest.fixture(autouse=True)
def otp_admin():
    all_sites.add(with_otp)
    yield
    all_sites.discard(with_otp)


@pytest.fixture
def root():
    root = UserFactory.create(username="root", is_staff=True, is_superuser=True)
    StaticDevice.objects.create(user=root).token_set.create(token="first")
    return root


def statuses(client, root, headers=None):

    urls = [url.format(uuid_of(root.pk)) for url in CALLS]
    ending = {"all": True, "dry_run": True}
    dry_run = client.post(
        "/api/admin/sessions/end/", ending, content_type="application/json", headers=headers
    )
    return {*(client.get(url, headers=headers).status_code for url in urls), dry_run.status_code}


def test_a_browser_needs_the_device_that_the_admin_asks_for(browser, root):
    browser.post("/login/", {"username": "root", "password": PASSWORD})
    assert browser.get("/with-otp/sessions_api/session/").status_code == 302
    assert statuses(browser, root) == {403}
    browser.post("/verify/", {"token": "first"})
    assert browser.get("/with-otp/sessions_api/session/").status_code == 200
    assert statuses(browser, root) == {200}


@pytest.mark.parametrize(
    ("methods", "expected"), [(["password"], 403), (["password", "totp"], 200), ([], 403)]
)
def test_a_token_needs_two_factors(root, methods, expected):
    token = lifecycle.issue_token(root, methods=methods).token
    assert statuses(Client(), root, bearer(token)) == {expected}


@pytest.mark.urls("tests.packages.urls")
def test_an_admin_that_is_not_mounted_asks_nothing(root):
    assert default_admin.is_registered(Session)
    token = lifecycle.issue_token(root, methods=["password"]).token
    assert statuses(Client(), root, bearer(token)) == {200}
