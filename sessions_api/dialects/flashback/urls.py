"""URLs as Flashback has them, without a slash at the end."""

from sessions_api.api.routes import route
from sessions_api.dialects.flashback.views import FlashbackViewSet

app_name = "flashback"

urlpatterns = [
    route("sessions", FlashbackViewSet, {"get": "list"}),
    route("sessions/revoke-all", FlashbackViewSet, {"post": "revoke_all"}),
    route("sessions/<str:session_id>/revoke", FlashbackViewSet, {"post": "revoke"}),
    route("sessions/<str:session_id>/heartbeat", FlashbackViewSet, {"post": "heartbeat"}),
]
