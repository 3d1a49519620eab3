"""The native API. Mount it with ``path("api/", include("sessions_api.urls"))``."""

from collections.abc import Mapping

from django.urls.resolvers import URLPattern
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sessions_api.api.admin_views import AdminSessionViewSet
from sessions_api.api.routes import route
from sessions_api.api.session_views import SessionViewSet
from sessions_api.api.views import OwnSessionViewSet

app_name = "sessions_api"


def _path(
    url: str,
    view: type[SessionViewSet],
    actions: Mapping[str, str],
    *,
    name: str,
    title: Promise,
    description: Promise,
) -> URLPattern:
    """Return a route. Its page in the browsable API has this title and description."""
    # DRF calls the title of a page the ``name`` of its view.
    return route(url, view, actions, url_name=name, name=title, description=description)


urlpatterns = [
    _path(
        "sessions/",
        OwnSessionViewSet,
        {"get": "list", "post": "sign_in", "delete": "end_others"},
        name="sessions",
        title=_("Session list"),
        description=_(
            "Your sessions, the most recently used first. POST signs you in for a client that is no "
            "browser. DELETE ends all others."
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
        "sessions/current/status/",
        OwnSessionViewSet,
        {"get": "retrieve_status"},
        name="session-status",
        title=_("Session status"),
        description=_("When this session ends. Asking does not keep it alive."),
    ),
    _path(
        "sessions/current/keep-alive/",
        OwnSessionViewSet,
        {"post": "keep_alive"},
        name="keep-alive",
        title=_("Keep-alive"),
        description=_("POST keeps this session alive, as any use of it does."),
    ),
    _path(
        "sessions/current/reauthenticate/",
        OwnSessionViewSet,
        {"post": "reauthenticate"},
        name="reauthenticate",
        title=_("Reauthenticate"),
        description=_("POST your password, or a code, to prove who you are."),
    ),
    _path(
        "sessions/tokens/",
        OwnSessionViewSet,
        {"post": "issue_token"},
        name="session-tokens",
        title=_("Tokens"),
        description=_(
            "POST makes a token of this session, for an app or a script. It is shown only once."
        ),
    ),
    _path(
        "sessions/<str:pk>/",
        OwnSessionViewSet,
        {"get": "retrieve", "patch": "rename", "delete": "destroy"},
        name="session",
        title=_("Session"),
        description=_("One of your sessions. PATCH renames it. DELETE ends it."),
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
        description=_("POST ends the sessions that the filters in the body select."),
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
        description=_("POST gives the session the lifetime that saving it now would give it."),
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
