"""The payloads that the engine would load for a key. Reads only."""

from collections.abc import Callable, Iterable

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import SuspiciousOperation
from django.db import connections, router
from django.utils import timezone

from sessions_api.engines.store import (
    Payload,
    cache_store,
    database_store,
    file_store,
    is_cache,
    is_cached_db,
    is_db,
    is_file,
    store_class,
)


def load_many(keys: Iterable[str]) -> dict[str, Payload]:
    """Return the payloads that the engine would load, by key.

    Reads only: expired sessions are left out, and nothing is deleted, created or cached.
    """
    keys = list(keys)
    if not keys:
        return {}
    return _loader(store_class())(keys)


def load(key: str) -> Payload | None:
    """Return the payload of one key, or None."""
    return load_many([key]).get(key)


def is_rolled_back(key: str | None) -> bool:
    """Tell whether a key that this request has made is gone: its view's transaction was rolled back.

    Only with ATOMIC_REQUESTS and sessions in a database. A cache may still hold the session then,
    but the engine will not save it.
    """
    store = store_class()
    if key is None or not issubclass(store, db.SessionStore):
        return False
    model = database_store().model
    alias = router.db_for_write(model)
    if not connections[alias].settings_dict["ATOMIC_REQUESTS"]:
        return False
    return not model._base_manager.using(alias).filter(session_key=key).exists()


def _loader(store: type[SessionBase]) -> Callable[[list[str]], dict[str, Payload]]:
    if is_cached_db(store):
        return _load_from_cache_then_database
    if is_db(store):
        return _load_from_database
    if is_cache(store):
        return _load_from_cache
    if is_file(store):
        return load_from_files
    return _load_one_by_one


def _load_from_database(keys: list[str]) -> dict[str, Payload]:
    store = database_store()
    rows = store.model.objects.filter(session_key__among=keys, expire_date__gt=timezone.now())
    return {
        key: store.decode(data) for key, data in rows.values_list("session_key", "session_data")
    }


def _load_from_cache(keys: list[str]) -> dict[str, Payload]:
    store = cache_store()
    prefix = store.cache_key_prefix
    try:
        cached = store._cache.get_many([prefix + key for key in keys])
    except Exception:  # noqa: BLE001 (like the engine: a cache that fails holds no sessions)
        return {}
    return {key.removeprefix(prefix): payload for key, payload in cached.items()}


def _load_from_cache_then_database(keys: list[str]) -> dict[str, Payload]:
    cached = _load_from_cache(keys)
    missing = [key for key in keys if key not in cached]
    return cached | (_load_from_database(missing) if missing else {})


def load_from_files(keys: list[str]) -> dict[str, Payload]:
    """Return the payloads that the file engine would load, by key."""
    payloads = {key: _load_from_file(key) for key in keys}
    return {key: payload for key, payload in payloads.items() if payload is not None}


def _load_from_file(key: str) -> Payload | None:
    """Read what the engine's ``load()`` would read. That one also deletes and creates files."""
    store = file_store(key)
    try:
        with open(store._key_to_file(), encoding="ascii") as session_file:
            data = session_file.read()
        payload: Payload = store.decode(data) if data else {}
        expiry = store._expiry_date(payload)
    except (OSError, SuspiciousOperation):
        return None
    return payload if store.get_expiry_age(expiry=expiry) > 0 else None


def _load_one_by_one(keys: list[str]) -> dict[str, Payload]:
    payloads = {}
    for key in keys:
        store = store_class()(key)
        payload = store.load()
        if store.session_key == key:
            payloads[key] = payload
    return payloads
