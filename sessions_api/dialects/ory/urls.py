"""Addresses as Ory Kratos has them, without a slash at the end."""

from django.urls import path

from sessions_api.dialects.ory.admin_views import AdminViewSet
from sessions_api.dialects.ory.views import PublicViewSet, WhoamiViewSet, elsewhere

app_name = "ory"

own, admin = PublicViewSet.as_view, AdminViewSet.as_view
anything = ("get", "post", "put", "patch", "delete", "options", "trace", "connect")
whoami = WhoamiViewSet.as_view(dict.fromkeys(anything, "whoami"))

urlpatterns = [
    path("sessions", own({"get": "list", "delete": "end_others"}), name="sessions"),
    path("sessions/whoami", whoami, name="whoami"),
    path("sessions/<str:session_id>", own({"delete": "end"})),
    path("self-service/logout/api", own({"delete": "log_out"}, authentication_classes=())),
    path("identities/<str:identity_id>/sessions", elsewhere, {"name": "admin-identity-sessions"}),
    path("admin/sessions", admin({"get": "list", "post": "manage", "delete": "end_others"})),
    path("admin/sessions/whoami", elsewhere, {"name": "whoami"}),
    path("admin/sessions/<str:session_id>", admin({"get": "retrieve", "delete": "end"})),
    path("admin/sessions/<str:session_id>/extend", admin({"patch": "extend"})),
    path(
        "admin/identities/<str:identity_id>/sessions",
        admin({"get": "list_of_identity", "delete": "delete_of_identity"}),
        name="admin-identity-sessions",
    ),
]
