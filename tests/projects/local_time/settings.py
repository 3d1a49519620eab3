"""The test site with naive local times, far from Greenwich."""

from tests.settings import *  # noqa: F403

USE_TZ = False
TIME_ZONE = "Pacific/Auckland"
