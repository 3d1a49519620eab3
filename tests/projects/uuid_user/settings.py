"""The test site with users whose primary key is a UUID."""

from tests.settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "tests.projects.uuid_user"]  # noqa: F405
AUTH_USER_MODEL = "uuid_user.User"
