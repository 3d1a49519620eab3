"""The site as the commands find it."""

import pytest

from sessions_api.lifecycle import canary
from tests.helpers import ENGINES, use_engine


@pytest.fixture(autouse=True)
def _committed(transactional_db):
    """Let the commands see what is committed, and find the canary of the web processes."""
    canary.leave()


@pytest.fixture(params=ENGINES)
def shared_engine(request, settings, tmp_path):
    """Run the site on each session engine, with a cache that processes share.

    Returns the engine's module, such as "cache" for both caches.
    """
    shared = {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": str(tmp_path / "cache"),
    }
    settings.CACHES = {**settings.CACHES, "default": shared}
    use_engine(settings, request.param)
    canary.leave()
    return settings.SESSION_ENGINE.rpartition(".")[2]
