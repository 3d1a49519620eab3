"""The organization that a sign-in is for, which the site tells."""

import pytest

from sessions_api import lifecycle
from sessions_api.lifecycle.organization import organization_of
from sessions_api.models import MAX_NAME, Session
from tests.factories import UserFactory
from tests.helpers import signed_in

OF_EMAIL = {"ORGANIZATION": "tests.site.organizations.of"}


def of_long_name(request, user):
    """Return more than a row holds."""
    return "x" * (MAX_NAME + 1)


def of_nobody(request, user):
    """Return what is no organization."""


def of_request(request, user):
    """Return what the request says, if there is one."""
    return request and request.headers["X-Organization"]


def test_a_site_without_organizations_has_none():
    assert organization_of(UserFactory.build(), None) == ""


@pytest.mark.parametrize(
    ("name", "expected"), [("of_long_name", "x" * MAX_NAME), ("of_nobody", "")]
)
def test_what_the_site_tells_is_made_to_fit(settings, name, expected):
    settings.SESSIONS_API = {"ORGANIZATION": f"{__name__}.{name}"}
    assert organization_of(UserFactory.build(), None) == expected


def test_the_site_gets_the_request(rf, settings):
    settings.SESSIONS_API = {"ORGANIZATION": f"{__name__}.of_request"}
    assert organization_of(UserFactory.build(), rf.get("/", headers={"x-organization": "a"})) == "a"
    assert organization_of(UserFactory.build(), None) == ""


@pytest.mark.django_db
@pytest.mark.parametrize("sign_in", [signed_in, lifecycle.issue_token])
def test_a_browser_and_a_token_are_signed_in_for_the_organization_of_their_user(
    alice, settings, sign_in
):
    settings.SESSIONS_API = OF_EMAIL
    sign_in(alice)
    assert Session.objects.get().organization_id == "example.com"
