"""What the site's session engine holds, for one key and for many at once.

The only importer of ``django.contrib.sessions``. Django's five engines, and subclasses that leave
their storage alone, are asked in one batch; any other engine is asked once for each key.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any, TypeAlias

from django.conf import settings
from django.contrib.sessions.backends import cache, cached_db, db, file, signed_cookies
from django.contrib.sessions.backends.base import SessionBase
from django.core import signing
from django.core.exceptions import SuspiciousOperation
from django.utils import timezone

logger = logging.getLogger("sessions_api.engines")

Payload: TypeAlias = dict[str, Any]
EngineSession: TypeAlias = SessionBase


def store_class() -> type[SessionBase]:
    """Return the ``SessionStore`` class of SESSION_ENGINE."""
    store: type[SessionBase] = import_module(settings.SESSION_ENGINE).SessionStore
    return store


def is_client_side() -> bool:
    """Tell whether the cookie itself is the session, so that the server cannot delete it."""
    return issubclass(store_class(), signed_cookies.SessionStore)


def enforces_expiry() -> bool:
    """Tell whether the engine itself ends every session at the expiry it was saved with.

    The file engine never enforces ``set_expiry(seconds)`` and signed_cookies ignores it; of an
    engine that is not Django's nothing is known. There our row decides.
    """
    return issubclass(store_class(), db.SessionStore | cache.SessionStore)


def expiry(session: SessionBase) -> datetime:
    """Return when a session that is saved now expires on the server.

    signed_cookies accepts no cookie older than SESSION_COOKIE_AGE, whatever ``set_expiry`` said.
    """
    expires = session.get_expiry_date()
    if is_client_side():
        age = timedelta(seconds=session.get_session_cookie_age())
        return min(expires, timezone.now() + age)
    return expires


def load_many(keys: Iterable[str]) -> dict[str, Payload]:
    """Return the payload of each key that the engine would still answer for, by key.

    Reads only: expired sessions are left out, and nothing is deleted, created or cached.
    """
    keys = list(keys)
    if not keys:
        return {}
    return _loader(store_class())(keys)


def load(key: str) -> Payload | None:
    """Return the payload of one key, or None."""
    return load_many([key]).get(key)


def delete_many(keys: Iterable[str]) -> set[str]:
    """Delete the engine sessions of these keys and return those that are still there.

    Errors of the engine are logged, and their keys count as still there: a cache or a disk may
    fail, and what is not known to be gone is not gone.
    """
    keys = list(keys)
    if not keys:
        return set()
    try:
        _delete(store_class(), keys)
        return set(load_many(keys))
    except Exception:
        logger.exception("The session engine could not delete %d sessions.", len(keys))
        return set(keys)


def signed_payload(cookie: str) -> Payload:
    """Return what a signed_cookies cookie says, or {} when it is forged or too old."""
    store = store_class()()
    try:
        payload: Payload = signing.loads(
            cookie,
            serializer=store.serializer,
            max_age=store.get_session_cookie_age(),
            salt="django.contrib.sessions.backends.signed_cookies",
        )
    except Exception:  # noqa: BLE001 (as the engine: BadSignature, ValueError, unpickling errors)
        return {}
    return payload


def move(session: SessionBase, key: str) -> None:
    """Have a request's session go on under another key of the engine and drop its own."""
    session.delete(session.session_key)
    session._session_key = key


def _loader(store: type[SessionBase]) -> Callable[[list[str]], dict[str, Payload]]:
    if issubclass(store, cached_db.SessionStore) and _unchanged(
        store, cached_db.SessionStore, "load", "_get_session_from_db"
    ):
        return _load_from_cache_then_database
    if issubclass(store, db.SessionStore) and _unchanged(
        store, db.SessionStore, "load", "_get_session_from_db"
    ):
        return _load_from_database
    if issubclass(store, cache.SessionStore) and _unchanged(store, cache.SessionStore, "load"):
        return _load_from_cache
    if issubclass(store, file.SessionStore) and _unchanged(store, file.SessionStore, "load"):
        return _load_from_files
    return _load_one_by_one


def _unchanged(store: type[SessionBase], django_store: type[SessionBase], *names: str) -> bool:
    return all(getattr(store, name) is getattr(django_store, name) for name in names)


def _load_from_database(keys: list[str]) -> dict[str, Payload]:
    store: Any = store_class()()
    rows = store.model.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    return {
        key: store.decode(data) for key, data in rows.values_list("session_key", "session_data")
    }


def _load_from_cache(keys: list[str]) -> dict[str, Payload]:
    store: Any = store_class()()
    prefix = store.cache_key_prefix
    try:
        cached = store._cache.get_many([prefix + key for key in keys])
    except Exception:  # noqa: BLE001 (as the engine: a cache that fails holds no sessions)
        return {}
    return {key.removeprefix(prefix): payload for key, payload in cached.items()}


def _load_from_cache_then_database(keys: list[str]) -> dict[str, Payload]:
    cached = _load_from_cache(keys)
    missing = [key for key in keys if key not in cached]
    return cached | (_load_from_database(missing) if missing else {})


def _load_from_files(keys: list[str]) -> dict[str, Payload]:
    payloads = {key: _load_from_file(key) for key in keys}
    return {key: payload for key, payload in payloads.items() if payload is not None}


def _load_from_file(key: str) -> Payload | None:
    """Read as the engine's ``load()`` does, which would delete and create files on the way."""
    store: Any = store_class()(key)
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


def _delete(store: type[SessionBase], keys: list[str]) -> None:
    """Delete as the engine's ``delete()`` does, the database before the cache."""
    if issubclass(store, cached_db.SessionStore) and _unchanged(
        store, cached_db.SessionStore, "delete"
    ):
        _delete_from_database(keys)
        _delete_from_cache(keys)
    elif issubclass(store, db.SessionStore) and _unchanged(store, db.SessionStore, "delete"):
        _delete_from_database(keys)
    elif issubclass(store, cache.SessionStore) and _unchanged(store, cache.SessionStore, "delete"):
        _delete_from_cache(keys)
    else:
        for key in keys:
            store(key).delete()


def _delete_from_database(keys: list[str]) -> None:
    store: Any = store_class()()
    store.model.objects.filter(session_key__in=keys).delete()


def _delete_from_cache(keys: list[str]) -> None:
    store: Any = store_class()()
    store._cache.delete_many([store.cache_key_prefix + key for key in keys])
