"""Addresses as Flashback has them, without a slash at the end."""

from sessions_api.dialects.flashback.views import FlashbackViewSet
from sessions_api.dialects.views import address

app_name = "flashback"

urlpatterns = [
    address("sessions", FlashbackViewSet, {"get": "list"}),
    address("sessions/revoke-all", FlashbackViewSet, {"post": "revoke_all"}),
    address("sessions/<str:session_id>/revoke", FlashbackViewSet, {"post": "revoke"}),
    address("sessions/<str:session_id>/heartbeat", FlashbackViewSet, {"post": "heartbeat"}),
]
