"""URLs as Torii has them, without a slash at the end."""

from sessions_api.api.routes import route
from sessions_api.dialects.torii.views import ClientViewSet, ServerViewSet

app_name = "torii"

users = "api/server/v1/users/<str:user_id>/sessions"

urlpatterns = [
    route(users, ServerViewSet, {"get": "list", "delete": "end_all"}),
    route(f"{users}/<str:session_id>", ServerViewSet, {"delete": "end"}),
    route("_torii/users/me/sessions", ClientViewSet, {"get": "list"}),
    route("_torii/users/me/sessions/<str:session_id>", ClientViewSet, {"delete": "end"}),
]
