"""Addresses as Flashback has them, without a slash at the end."""

from django.urls import path

from sessions_api.dialects.flashback.views import FlashbackViewSet

app_name = "flashback"

to = FlashbackViewSet.as_view

urlpatterns = [
    path("sessions", to({"get": "list"})),
    path("sessions/revoke-all", to({"post": "revoke_all"})),
    path("sessions/<str:session_id>/revoke", to({"post": "revoke"})),
    path("sessions/<str:session_id>/heartbeat", to({"post": "heartbeat"})),
]
