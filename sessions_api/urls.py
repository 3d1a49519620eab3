"""The native API. Mount it with ``path("api/", include("sessions_api.urls"))``."""

from typing import Any

from django.urls.resolvers import URLPattern
from django.utils.translation import gettext_lazy as _

from sessions_api import mounting
from sessions_api.api.admin_views import AdminSessionViewSet
from sessions_api.api.views import OwnSessionViewSet, SessionViewSet

app_name = "sessions_api"


def _path(
    route: str, view: type[SessionViewSet], actions: dict[str, Any], *, name: str, **texts: Any
) -> URLPattern:
    """Return a route whose page in the browsable API bears ``title`` and ``description``."""
    initial = {"name": texts["title"], "description": texts["description"]}
    return mounting.route(route, view, actions, url_name=name, **initial)


urlpatterns = [
    _path(
        "sessions/",
        OwnSessionViewSet,
        {"get": "list", "post": "sign_in", "delete": "end_others"},
        name="sessions",
        title=_("Session list"),
        description=_(
            "Your sessions, the most recently used first. POST signs you in for a client that is no "
            "browser, DELETE ends all but this one."
        ),
    ),
    _path(
        "sessions/current/",
        OwnSessionViewSet,
        {"get": "retrieve_current", "delete": "destroy_current"},
        name="current-session",
        title=_("Current session"),
        description=_("The session this request was authenticated by. DELETE signs you out."),
    ),
    _path(
        "sessions/current/reauthenticate/",
        OwnSessionViewSet,
        {"post": "reauthenticate"},
        name="reauthenticate",
        title=_("Reauthenticate"),
        description=_("POST your password to prove that it is you."),
    ),
    _path(
        "sessions/<str:pk>/",
        OwnSessionViewSet,
        {"get": "retrieve", "patch": "rename", "delete": "destroy"},
        name="session",
        title=_("Session"),
        description=_("One of your sessions. PATCH names it, DELETE ends it."),
    ),
    _path(
        "admin/sessions/",
        AdminSessionViewSet,
        {"get": "list"},
        name="admin-sessions",
        title=_("All sessions"),
        description=_("Everybody's sessions, the most recently used first."),
    ),
    _path(
        "admin/sessions/end/",
        AdminSessionViewSet,
        {"post": "end_matching"},
        name="admin-end",
        title=_("End sessions"),
        description=_("POST ends what the list's filters find, given in the body."),
    ),
    _path(
        "admin/sessions/<str:pk>/",
        AdminSessionViewSet,
        {"get": "retrieve", "delete": "destroy"},
        name="admin-session",
        title=_("Anybody's session"),
        description=_("One session. DELETE ends it."),
    ),
    _path(
        "admin/sessions/<str:pk>/extend/",
        AdminSessionViewSet,
        {"post": "extend"},
        name="admin-extend",
        title=_("Extend a session"),
        description=_("POST gives it the lifetime it would have if it were saved now."),
    ),
    _path(
        "admin/users/<path:user_id>/sessions/",
        AdminSessionViewSet,
        {"get": "list", "delete": "end_all"},
        name="admin-user-sessions",
        title=_("A user's sessions"),
        description=_("One user's sessions. DELETE ends them all."),
    ),
]
