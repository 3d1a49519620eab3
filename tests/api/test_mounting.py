"""The API works wherever a site mounts it, and whatever versions the site's own API has."""

import pytest
from django.urls import include, path
from rest_framework.versioning import (
    AcceptHeaderVersioning,
    NamespaceVersioning,
    QueryParameterVersioning,
    URLPathVersioning,
)
from rest_framework.views import APIView

from sessions_api import payload
from sessions_api.models import Session
from tests.api.endpoints import ROWS, People
from tests.factories import PASSWORD, UserFactory
from tests.helpers import signed_in
from tests.site import views

pytestmark = pytest.mark.django_db(transaction=True)


urlpatterns = [
    path("<str:version>/", include("sessions_api.urls")),
    path("of/<str:user_id>/<str:pk>/", include("sessions_api.urls", namespace="of")),
    path("do/<str:steps>/", views.do),
]

PREFIXES = {"a version": "/v1/", "the names of our own arguments": "/of/0/x/"}
VERSIONINGS = [
    AcceptHeaderVersioning,
    NamespaceVersioning,
    QueryParameterVersioning,
    URLPathVersioning,
]


@pytest.fixture(params=PREFIXES)
def prefix(request, settings):
    """Mount the API under a prefix that captures something, and return one."""
    settings.ROOT_URLCONF = __name__
    return PREFIXES[request.param]


class MovedPeople(People):
    """People whose paths have another prefix."""

    def __init__(self, prefix):
        super().__init__()
        self.prefix = prefix

    def ask(self, endpoint, caller, **changes):
        """Send the request in the name of a caller."""
        moved = vars(endpoint) | {"path": endpoint.path.replace("/api/", self.prefix, 1)}
        return super().ask(type(endpoint)(**moved), caller, **changes)


@pytest.mark.parametrize("name", ROWS)
def test_a_prefix_that_captures_something_changes_no_answer(prefix, name):
    people = MovedPeople(prefix)
    for caller in ("wrong user", "right caller"):
        assert people.ask(ROWS[name], caller).status_code == ROWS[name].answers[caller]


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "DISPATCH"])
def test_a_prefix_that_captures_something_changes_nothing_of_other_methods(prefix, method):
    client = signed_in(UserFactory.create())
    response = client.generic(method, f"{prefix}sessions/current/")
    assert response.status_code == (200 if method == "OPTIONS" else 405)


def test_the_next_page_is_under_the_same_prefix(prefix):
    alice = UserFactory.create()
    client, _other = signed_in(alice), signed_in(alice)
    first = client.get(f"{prefix}sessions/?page_size=1").json()
    assert first["next"].startswith(f"http://testserver{prefix}sessions/?")
    second = client.get(first["next"]).json()
    ids = {page["results"][0]["id"] for page in (first, second)}
    assert ids == {str(session.pk) for session in Session.objects.all()}


def test_what_a_prefix_captures_narrows_no_list(prefix):
    admin = signed_in(UserFactory.create(is_staff=True, is_superuser=True))
    signed_in(UserFactory.create())
    listed = admin.get(f"{prefix}admin/sessions/").json()["results"]
    body = {"all": True, "dry_run": True}
    ended = admin.post(f"{prefix}admin/sessions/end/", body, content_type="application/json")
    assert len(listed) == ended.json()["matched"] == Session.objects.count() == 2


@pytest.mark.parametrize("versioning", VERSIONINGS)
def test_the_versions_of_the_sites_api_are_none_of_ours(monkeypatch, versioning):
    monkeypatch.setattr(APIView, "versioning_class", versioning)
    monkeypatch.setattr(versioning, "allowed_versions", ["v1", "v2"])
    monkeypatch.setattr(versioning, "default_version", "v1")
    user = UserFactory.create()
    client = signed_in(user)
    headers = {"accept": "application/json; version=99"}
    assert client.get("/api/sessions/?version=99", headers=headers).status_code == 200
    assert client.delete("/api/sessions/?version=99", headers=headers).json() == {"ended": 0}
    credentials = {"username": user.get_username(), "password": PASSWORD}
    assert client.post("/api/sessions/", credentials, headers=headers).status_code == 201
    assert client.get("/api/sessions/current/").json()["id"] == client.session[payload.ID_KEY]
