"""Redis whose keys expire by the clock that tests move on, too."""

import math
import time
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache

_deadlines: dict[str, float] = {}
"""When each key that this process has written expires, by the clock."""


class ClockedRedisCache(RedisCache):
    """Redis keeps its own time. What has expired by the clock is deleted before it is asked for."""

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        self._expire([key], version)
        return super().get(key, default, version)

    def get_many(self, keys: Any, version: int | None = None) -> dict[Any, Any]:
        keys = list(keys)
        self._expire(keys, version)
        return super().get_many(keys, version)

    def has_key(self, key: str, version: int | None = None) -> bool:
        self._expire([key], version)
        return super().has_key(key, version)

    def add(
        self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        self._expire([key], version)
        is_added = super().add(key, value, timeout, version)
        if is_added:
            self._note(key, timeout, version)
        return is_added

    def set(
        self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        super().set(key, value, timeout, version)
        self._note(key, timeout, version)

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        self._expire([key], version)
        is_there = super().touch(key, timeout, version)
        self._note(key, timeout, version)
        return is_there

    def _note(self, key: str, timeout: Any, version: int | None) -> None:
        seconds = self.get_backend_timeout(timeout)
        name = self.make_and_validate_key(key, version=version)
        _deadlines[name] = math.inf if seconds is None else time.time() + seconds

    def _expire(self, keys: list[str], version: int | None) -> None:
        for key in keys:
            name = self.make_and_validate_key(key, version=version)
            if _deadlines.get(name, math.inf) <= time.time():
                super().delete(key, version)
