"""The test site with users whose primary key is a text."""

from tests.settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "tests.projects.string_user"]  # noqa: F405
AUTH_USER_MODEL = "string_user.User"
