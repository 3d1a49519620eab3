"""The users in the admin."""

from django.contrib import admin

from tests.projects.string_user.models import User

admin.site.register(User)
