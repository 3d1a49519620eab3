"""The site's own user admin, with each user's sessions."""

from django.contrib import admin
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.models import User

from sessions_api.admin import SessionsLinkMixin

admin.site.unregister(User)


@admin.register(User)
class UserAdmin(SessionsLinkMixin, auth_admin.UserAdmin):  # type: ignore[type-arg]  # none at run time
    """Django's user admin, and the user's sessions."""
