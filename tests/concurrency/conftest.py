"""The session engines, on a database that serves several connections."""

import pytest
from django.db import connection

from tests.helpers import use_engine


@pytest.fixture(params=["db", "cached_db", "cache", "redis", "file", "signed_cookies"])
def racing_engine(request, settings, transactional_db):
    """Run on each engine, on a database that takes part in races."""
    assert connection.vendor != "sqlite", "Set TEST_DATABASE to postgresql or mariadb."
    settings.CACHES = {
        **settings.CACHES,
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "OPTIONS": {"MAX_ENTRIES": 10_000},
        },
    }
    use_engine(settings, request.param)
    return request.param
