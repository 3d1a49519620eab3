"""The test site with drf-spectacular, and with users whose primary key is a UUID."""

from tests.projects.uuid_user.settings import *  # noqa: F403
from tests.projects.uuid_user.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "drf_spectacular"]
REST_FRAMEWORK = {"DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema"}
