"""URLs as Hanko has them, without a slash at the end."""

from sessions_api.api.routes import route
from sessions_api.dialects.hanko.views import HankoViewSet

app_name = "hanko"

urlpatterns = [
    route("users/<str:user_id>/sessions", HankoViewSet, {"get": "list"}),
    route("users/<str:user_id>/sessions/<str:session_id>", HankoViewSet, {"delete": "end"}),
    route("sessions/validate", HankoViewSet, {"get": "validate", "post": "validate_token"}),
    route("logout", HankoViewSet, {"post": "log_out"}),
]
