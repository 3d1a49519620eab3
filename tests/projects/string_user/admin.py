"""The users in the admin."""

from django.contrib import admin

from sessions_api.admin import SessionsLinkMixin
from tests.projects.string_user.models import User


@admin.register(User)
class UserAdmin(SessionsLinkMixin, admin.ModelAdmin):  # type: ignore[type-arg]  # none at run time
    """Every field, and the user's sessions."""
