"""The session engines the scenarios run on."""

import os

import pytest
from django.core.cache import caches

from sessions_api import recent
from tests.matrix.world import World
from tests.site import views

ENGINES = {
    "db": {"SESSION_ENGINE": "django.contrib.sessions.backends.db"},
    "cached_db": {"SESSION_ENGINE": "django.contrib.sessions.backends.cached_db"},
    "cache": {"SESSION_ENGINE": "django.contrib.sessions.backends.cache"},
    "file": {"SESSION_ENGINE": "django.contrib.sessions.backends.file"},
    "signed_cookies": {"SESSION_ENGINE": "django.contrib.sessions.backends.signed_cookies"},
}
if "TEST_REDIS" in os.environ:
    ENGINES["redis"] = {**ENGINES["cache"], "SESSION_CACHE_ALIAS": "redis"}
    ENGINES["cached_db_redis"] = {**ENGINES["cached_db"], "SESSION_CACHE_ALIAS": "redis"}


@pytest.fixture(params=ENGINES)
def engine(request, settings):
    """Run on each engine: its name without the cache behind it."""
    for name, value in ENGINES[request.param].items():
        setattr(settings, name, value)
    return settings.SESSION_ENGINE.rpartition(".")[2]


@pytest.fixture(params=["sync", "async"])
def world(request, engine, transactional_db, settings):
    """Return a world on the engine, visited through the sync or the async handler."""
    recent.clear()
    views.callbacks.clear()
    caches[settings.SESSION_CACHE_ALIAS].clear()
    # Staff look at the numbered events alone, of which the async half comes to the same states.
    is_async, module = request.param == "async", request.module.__name__
    has_staff = module.endswith("test_life_cycle") and not is_async
    return World(engine=engine, is_async=is_async, has_staff=has_staff)
