"""The native API. Mount it with ``path("api/", include("sessions_api.urls"))``."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from sessions_api.api.views import OwnSessionViewSet

app_name = "sessions_api"

_LIST = _("Your active sessions, the most recently used first. DELETE ends all but this one.")
_CURRENT = _("The session this request was authenticated by. DELETE signs you out.")
_ONE = _("One of your sessions. DELETE ends it.")

urlpatterns = [
    path(
        "sessions/",
        OwnSessionViewSet.as_view(
            {"get": "list", "delete": "end_others"}, name=_("Session list"), description=_LIST
        ),
        name="sessions",
    ),
    path(
        "sessions/current/",
        OwnSessionViewSet.as_view(
            {"get": "retrieve_current", "delete": "destroy_current"},
            name=_("Current session"),
            description=_CURRENT,
        ),
        name="current-session",
    ),
    path(
        "sessions/<str:pk>/",
        OwnSessionViewSet.as_view(
            {"get": "retrieve", "delete": "destroy"}, name=_("Session"), description=_ONE
        ),
        name="session",
    ),
]
