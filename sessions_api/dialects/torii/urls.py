"""Addresses as Torii has them, without a slash at the end."""

from django.urls import path

from sessions_api.dialects.torii.views import ClientViewSet, ServerViewSet

app_name = "torii"

server, client = ServerViewSet.as_view, ClientViewSet.as_view
users = "api/server/v1/users/<str:user_id>/sessions"

urlpatterns = [
    path(users, server({"get": "list", "delete": "end_all"})),
    path(f"{users}/<str:session_id>", server({"delete": "end"})),
    path("_torii/users/me/sessions", client({"get": "list"})),
    path("_torii/users/me/sessions/<str:session_id>", client({"delete": "end"})),
]
