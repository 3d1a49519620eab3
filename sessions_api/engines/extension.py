"""Raising the expiry of an engine session while its payload stays as it is."""

import os
from collections.abc import Callable
from datetime import datetime

from django.contrib.sessions.backends.base import SessionBase
from django.db import router
from django.utils import timezone

from sessions_api.engines.loading import payload_of
from sessions_api.engines.store import (
    cache_store,
    database_store,
    expiry,
    file_store,
    is_cache,
    is_cached_db,
    is_db,
    is_file,
    session_of,
    store_class,
)


def extend(key: str) -> datetime | None:
    """Give an engine session the expiry that saving it now would give it.

    Returns that expiry. None where the engine does not hold the session, and where the expiry
    cannot be raised without writing the payload: with signed_cookies and engines of third parties.
    """
    store, payload = store_class(), payload_of(key)
    raise_expiry = _expiry_raiser(store)
    if payload is None or raise_expiry is None:
        return None
    expires = expiry(session_of(key, payload))
    return expires if raise_expiry(key, expires) else None


def _expiry_raiser(store: type[SessionBase]) -> Callable[[str, datetime], bool] | None:
    if is_cached_db(store):
        return _raise_in_database_and_cache
    if is_db(store):
        return _raise_in_database
    if is_cache(store):
        return _raise_in_cache
    return _raise_on_file if is_file(store) else None


def _raise_in_database(key: str, expires: datetime) -> bool:
    store = database_store()
    primary = store.model.objects.using(router.db_for_write(store.model))
    held = primary.filter(session_key=key, expire_date__gt=timezone.now())
    return bool(held.update(expire_date=expires))


def _raise_in_cache(key: str, expires: datetime) -> bool:
    store = cache_store()
    seconds = (expires - timezone.now()).total_seconds()
    try:
        return bool(store._cache.touch(store.cache_key_prefix + key, seconds))
    except Exception:  # noqa: BLE001 (like the engine: a cache that fails holds no sessions)
        return False


def _raise_in_database_and_cache(key: str, expires: datetime) -> bool:
    if not _raise_in_database(key, expires):
        return False
    _raise_in_cache(key, expires)  # it may have lost the session: the database has it
    return True


def _raise_on_file(key: str, expires: datetime) -> bool:
    """Have the file look as if it had been saved now. The engine goes by the age of the file."""
    store = file_store(key)
    now = timezone.now().timestamp()
    try:
        os.utime(store._key_to_file(), times=(now, now))
    except OSError:
        return False
    return True
