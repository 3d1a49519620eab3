"""Addresses as Hanko has them, without a slash at the end."""

from sessions_api.dialects.hanko.views import HankoViewSet
from sessions_api.dialects.views import address

app_name = "hanko"

urlpatterns = [
    address("users/<str:user_id>/sessions", HankoViewSet, {"get": "list"}),
    address("users/<str:user_id>/sessions/<str:session_id>", HankoViewSet, {"delete": "end"}),
    address("sessions/validate", HankoViewSet, {"get": "validate", "post": "validate_token"}),
    address("logout", HankoViewSet, {"post": "log_out"}),
]
