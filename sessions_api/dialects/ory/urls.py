"""URLs as Ory Kratos has them, without a slash at the end."""

from django.urls import path

from sessions_api.api.routes import route
from sessions_api.dialects.ory.admin_views import AdminViewSet
from sessions_api.dialects.ory.views import PublicViewSet, WhoamiViewSet, elsewhere

app_name = "ory"

anything = ("get", "post", "put", "patch", "delete", "options", "trace", "connect")
whoami = dict.fromkeys(anything, "whoami")
log_out = {"delete": "log_out"}

urlpatterns = [
    route("sessions", PublicViewSet, {"get": "list", "delete": "end_others"}, url_name="sessions"),
    route("sessions/whoami", WhoamiViewSet, whoami, url_name="whoami"),
    route("sessions/<str:session_id>", PublicViewSet, {"delete": "end"}),
    route("self-service/logout/api", PublicViewSet, log_out, authentication_classes=()),
    path("identities/<str:identity_id>/sessions", elsewhere, {"name": "admin-identity-sessions"}),
    route(
        "admin/sessions",
        AdminViewSet,
        {"get": "list", "post": "manage", "delete": "end_others"},
    ),
    path("admin/sessions/whoami", elsewhere, {"name": "whoami"}),
    route("admin/sessions/<str:session_id>", AdminViewSet, {"get": "retrieve", "delete": "end"}),
    route("admin/sessions/<str:session_id>/extend", AdminViewSet, {"patch": "extend"}),
    route(
        "admin/identities/<str:identity_id>/sessions",
        AdminViewSet,
        {"get": "list_of_identity", "delete": "delete_of_identity"},
        url_name="admin-identity-sessions",
    ),
]
