"""Every dialect works under any prefix, also one that captures something of the path."""

import pytest
from django.urls import include, path

from sessions_api.dialects.identifiers import uuid_of
from tests.dialects.callers import NOBODYS, Caller, TokenClient
from tests.helpers import staff_with
from tests.site import views

pytestmark = pytest.mark.django_db(transaction=True)


DIALECTS = ["ory", "hanko", "torii", "flashback"]
PREFIXES = {
    "a tenant": ("t/<slug:tenant>/", "/t/acme/"),
    "the names of our own arguments": (
        "of/<int:user_id>/<str:session_id>/<str:identity_id>/<str:name>/",
        "/of/0/x/y/z/",
    ),
}

urlpatterns = [
    *[
        path(
            f"{captures}{dialect}/",
            include(f"sessions_api.dialects.{dialect}.urls", f"{dialect} for {what}"),
        )
        for what, (captures, _example) in PREFIXES.items()
        for dialect in DIALECTS
    ],
    path("api/", include("sessions_api.urls")),
    path("do/<str:steps>/", views.do),
]

CALLS = [
    ("GET", "ory/sessions", 200),
    ("DELETE", "ory/sessions", 200),
    ("GET", "ory/sessions/whoami", 200),
    ("DELETE", "ory/sessions/{other}", 204),
    ("GET", "ory/admin/sessions", 200),
    ("GET", "ory/admin/sessions/{other}", 200),
    ("PATCH", "ory/admin/sessions/{other}/extend", 200),
    ("GET", "ory/admin/identities/{user}/sessions", 200),
    ("GET", "hanko/users/{user}/sessions", 200),
    ("DELETE", "hanko/users/{user}/sessions/{other}", 204),
    ("GET", "hanko/sessions/validate", 200),
    ("POST", "hanko/logout", 204),
    ("GET", "torii/api/server/v1/users/{user}/sessions", 200),
    ("DELETE", "torii/api/server/v1/users/{user}/sessions/{other}", 204),
    ("GET", "torii/_torii/users/me/sessions", 200),
    ("DELETE", "torii/_torii/users/me/sessions/{other}", 204),
    ("GET", "flashback/sessions", 200),
    ("POST", "flashback/sessions/revoke-all", 200),
    ("POST", "flashback/sessions/{other}/revoke", 200),
    ("POST", "flashback/sessions/{other}/heartbeat", 200),
    ("OPTIONS", "flashback/sessions", 200),
    ("DISPATCH", "flashback/sessions", 405),
]
"""Calls of a superuser's, and how they are answered."""


@pytest.fixture(params=PREFIXES)
def prefix(request, settings):
    """Mount the dialects under a prefix that captures something, and return one."""
    settings.ROOT_URLCONF = __name__
    return PREFIXES[request.param][1]


@pytest.mark.parametrize(("method", "path", "status"), CALLS)
def test_a_prefix_that_captures_something_changes_no_answer(root, prefix, method, path, status):
    other = TokenClient(root.row.user)
    user = uuid_of(root.row.user_id)
    response = root.ask(method, prefix + path.format(user=user, other=other.pk))
    assert response.status_code == status
    is_ended = (method, status) == ("DELETE", 204) or path.endswith("revoke")
    assert (other.row.ended_at is not None) is (is_ended or "all" in path or method == "DELETE")


@pytest.mark.parametrize(
    ("method", "path", "location"),
    [
        ("GET", "admin/sessions/whoami", "sessions/whoami"),
        ("DELETE", "admin/sessions", "sessions"),
        ("GET", f"identities/{NOBODYS[0]}/sessions", f"admin/identities/{NOBODYS[0]}/sessions"),
    ],
)
def test_orys_redirects_stay_under_the_prefix(root, settings, method, path, location):
    settings.ROOT_URLCONF = __name__
    response = root.ask(method, f"/t/acme/ory/{path}")
    assert (response.status_code, response.headers["Location"]) == (307, f"/t/acme/ory/{location}")


def test_orys_urls_in_answers_stay_under_the_prefix(prefix, settings):
    settings.SESSIONS_API = {"ORY_REQUIRED_AAL": "tests.site.levels.of"}
    client = TokenClient(staff_with("view_session"))
    login = f"http://testserver{prefix}ory/self-service/login/browser?aal=aal2"
    for call in ("sessions", "sessions/whoami"):
        refused = client.get(f"{prefix}ory/{call}")
        assert refused.json()["redirect_browser_to"] == login
    listed = client.get(f"{prefix}ory/admin/sessions")
    assert listed.headers["Link"].startswith(f"<{prefix}ory/admin/sessions?")


def test_a_stranger_is_refused_under_the_prefix_as_elsewhere(prefix):
    for call in ("ory/sessions", "torii/_torii/users/me/sessions", "flashback/sessions"):
        assert Caller().get(prefix + call).status_code == 401
    assert Caller().get(f"{prefix}hanko/sessions/validate").json() == {"is_valid": False}
