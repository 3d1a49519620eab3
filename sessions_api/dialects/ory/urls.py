"""Addresses as Ory Kratos has them, without a slash at the end."""

from django.urls import path

from sessions_api.dialects.ory.admin_views import AdminViewSet
from sessions_api.dialects.ory.views import PublicViewSet, WhoamiViewSet, elsewhere
from sessions_api.dialects.views import address

app_name = "ory"

anything = ("get", "post", "put", "patch", "delete", "options", "trace", "connect")
whoami = dict.fromkeys(anything, "whoami")
log_out = {"delete": "log_out"}

urlpatterns = [
    address("sessions", PublicViewSet, {"get": "list", "delete": "end_others"}, name="sessions"),
    address("sessions/whoami", WhoamiViewSet, whoami, name="whoami"),
    address("sessions/<str:session_id>", PublicViewSet, {"delete": "end"}),
    address("self-service/logout/api", PublicViewSet, log_out, authentication_classes=()),
    path("identities/<str:identity_id>/sessions", elsewhere, {"name": "admin-identity-sessions"}),
    address(
        "admin/sessions",
        AdminViewSet,
        {"get": "list", "post": "manage", "delete": "end_others"},
    ),
    path("admin/sessions/whoami", elsewhere, {"name": "whoami"}),
    address("admin/sessions/<str:session_id>", AdminViewSet, {"get": "retrieve", "delete": "end"}),
    address("admin/sessions/<str:session_id>/extend", AdminViewSet, {"patch": "extend"}),
    address(
        "admin/identities/<str:identity_id>/sessions",
        AdminViewSet,
        {"get": "list_of_identity", "delete": "delete_of_identity"},
        name="admin-identity-sessions",
    ),
]
