"""The users in the admin."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from tests.projects.uuid_user.models import User

admin.site.register(User, UserAdmin)
