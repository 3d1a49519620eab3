"""The native API. Mount it with ``path("api/", include("sessions_api.urls"))``."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from sessions_api.api.views import OwnSessionViewSet

app_name = "sessions_api"

urlpatterns = [
    path(
        "sessions/",
        OwnSessionViewSet.as_view({"get": "list", "delete": "end_others"}, name=_("Your sessions")),
        name="sessions",
    ),
    path(
        "sessions/current/",
        OwnSessionViewSet.as_view(
            {"get": "retrieve_current", "delete": "destroy_current"}, name=_("This session")
        ),
        name="current-session",
    ),
    path(
        "sessions/<str:pk>/",
        OwnSessionViewSet.as_view(
            {"get": "retrieve", "delete": "destroy"}, name=_("One of your sessions")
        ),
        name="session",
    ),
]
