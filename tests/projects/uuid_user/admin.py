"""The users in the admin."""

from django.contrib import admin
from django.contrib.auth import admin as auth_admin

from sessions_api.admin import SessionsLinkMixin
from tests.projects.uuid_user.models import Colleague, User


@admin.register(User, Colleague)
class UserAdmin(SessionsLinkMixin, auth_admin.UserAdmin):  # type: ignore[type-arg]  # none at run time
    """Django's user admin, and the user's sessions."""
