"""Addresses as Hanko has them, without a slash at the end."""

from django.urls import path

from sessions_api.dialects.hanko.views import HankoViewSet

app_name = "hanko"

to = HankoViewSet.as_view

urlpatterns = [
    path("users/<str:user_id>/sessions", to({"get": "list"})),
    path("users/<str:user_id>/sessions/<str:session_id>", to({"delete": "end"})),
    path("sessions/validate", to({"get": "validate", "post": "validate_token"})),
    path("logout", to({"post": "log_out"})),
]
