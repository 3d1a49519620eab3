"""Addresses as Torii has them, without a slash at the end."""

from sessions_api.dialects.torii.views import ClientViewSet, ServerViewSet
from sessions_api.dialects.views import address

app_name = "torii"

users = "api/server/v1/users/<str:user_id>/sessions"

urlpatterns = [
    address(users, ServerViewSet, {"get": "list", "delete": "end_all"}),
    address(f"{users}/<str:session_id>", ServerViewSet, {"delete": "end"}),
    address("_torii/users/me/sessions", ClientViewSet, {"get": "list"}),
    address("_torii/users/me/sessions/<str:session_id>", ClientViewSet, {"delete": "end"}),
]
