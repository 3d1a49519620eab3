"""The site of a random life: its engine, its clock, its SECRET_KEY, and what goes wrong with it."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import time_machine
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session as EngineRow
from django.core.cache import caches
from django.test import override_settings
from django.utils import timezone

from sessions_api import engines, logs, recent
from sessions_api.models import Canary, Session
from tests.helpers import ENGINES

REPLICA = "replica"

NAMES = [name for name in ENGINES if not name.endswith("redis")]
"""The session engines that need no server."""


class Router:
    """Has reads go to the replica, which lags behind, as a site with replicas does."""

    def db_for_read(self, model: type[Any], **hints: object) -> str:
        return REPLICA

    def db_for_write(self, model: type[Any], **hints: object) -> str:
        return "default"

    def allow_relation(self, *objects: object, **hints: object) -> bool:
        return True


class Site:
    """One site: settings that hold until it is closed, and a clock of its own."""

    def __init__(self, engine: str, **options: object) -> None:
        self.engine = engine
        self._stack = ExitStack()
        self.set(**ENGINES[engine], SESSIONS_API=options)
        self.clock = timezone.now()
        self._travel: time_machine.travel | None = None
        self.empty()
        self.advance(timedelta(0))

    @property
    def is_client_side(self) -> bool:
        return self.engine == "signed_cookies"

    def set(self, **changes: object) -> None:
        """Change settings for good."""
        self._stack.enter_context(override_settings(**changes))

    def advance(self, duration: timedelta) -> None:
        """Move the clock on."""
        self._stop_clock()
        self.clock += duration
        self._travel = time_machine.travel(self.clock, tick=False)
        self._travel.start()

    def restart(self) -> None:
        """Have the process forget what it remembers, as one that has just started."""
        recent.clear()

    def rotate_secret_key(self, number: int) -> None:
        """Give the site a new SECRET_KEY. The old ones stay good."""
        old = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
        self.set(SECRET_KEY=f"key number {number}", SECRET_KEY_FALLBACKS=old)

    def empty(self) -> None:
        """Have nobody signed in, and no user."""
        for model in (Session, Canary, EngineRow, User):
            rows = model._base_manager.using("default")
            rows._raw_delete("default")
        caches["default"].clear()
        for path in Path(settings.SESSION_FILE_PATH).iterdir():
            path.unlink()
        recent.clear()
        logs.clear()

    def close(self) -> None:
        self._stop_clock()
        self.empty()
        self._stack.close()

    def _stop_clock(self) -> None:
        if self._travel is not None:
            self._travel.stop()


@contextmanager
def another_secret_key() -> Iterator[None]:
    """Run as a process does that was started with an old SECRET_KEY."""
    with override_settings(SECRET_KEY="of an old host", SECRET_KEY_FALLBACKS=[]):
        yield


@contextmanager
def another_cache() -> Iterator[None]:
    """Run as a process does that has a cache of its own."""
    elsewhere = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "b"}
    with override_settings(CACHES={**settings.CACHES, "default": elsewhere}):
        yield


@contextmanager
def failing_cache() -> Iterator[None]:
    """Run while the cache does not answer."""
    failing = {"BACKEND": "tests.site.cache.FailingCache"}
    with override_settings(CACHES={**settings.CACHES, "default": failing}):
        yield


@contextmanager
def unreadable(key: str) -> Iterator[None]:
    """Have the value of an engine key be one that nobody can decode."""
    torn = "torn"
    if settings.SESSION_ENGINE.endswith((".db", ".cached_db")):
        caches["default"].clear()
        row = EngineRow._base_manager.filter(pk=key)
        data = row.values_list("session_data", flat=True).get()
        row.update(session_data=torn)
        yield
        row.update(session_data=data)
    elif settings.SESSION_ENGINE.endswith(".cache"):
        cache: Any = caches["default"]
        store: Any = engines.store_class()
        name = cache.make_and_validate_key(store.cache_key_prefix + key)
        pickled = cache._cache[name]
        cache._cache[name] = b"torn"
        yield
        cache._cache[name] = pickled
    else:
        path = Path(settings.SESSION_FILE_PATH) / f"{settings.SESSION_COOKIE_NAME}{key}"
        kept = path.with_name("kept")
        shutil.copy2(path, kept)
        path.write_bytes(b"\xff\xfe torn")
        yield
        kept.replace(path)
