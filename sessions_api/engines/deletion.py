"""Deleting engine sessions, and finding out whether they are gone."""

import contextlib
import logging
from collections.abc import Iterable

from django.contrib.sessions.backends import cache, cached_db, db
from django.contrib.sessions.backends.base import SessionBase
from django.db import connections, router

from sessions_api.engines.loading import Answers, load_from_cache, load_many
from sessions_api.engines.store import cache_store, database_store, is_unchanged, store_class

logger = logging.getLogger("sessions_api.engines")


def delete_many(keys: Iterable[str]) -> set[str]:
    """Delete the engine sessions of these keys. Returns the keys of those that are not known gone.

    What fails is tried again on a fresh connection. A failure after that is logged, and its keys
    count as still there, since nobody knows that they are gone.
    """
    keys = list(keys)
    if not keys:
        return set()
    store = store_class()
    with contextlib.suppress(Exception):
        return _delete(store, keys)
    _close_connection(store)
    try:
        return _delete(store, keys)
    except Exception:
        logger.exception("The session engine could not delete %d sessions.", len(keys))
        return set(keys)


def delete_along(keys: Iterable[str], *, using: str) -> set[str]:
    """Delete engine sessions in the open transaction of a database, if the engine keeps them there.

    Returns the keys of those that are gone once it commits. What a request has locked is left out:
    it may be waiting for what the transaction has locked itself.
    """
    store = store_class()
    if not _deletes_from_database_alone(store):
        return set()
    model = database_store().model
    can_skip = connections[using].features.has_select_for_update_skip_locked
    if router.db_for_write(model) != using or not can_skip:
        return set()
    sessions = model.objects.using(using)
    unlocked = sessions.filter(session_key__among=list(keys)).select_for_update(skip_locked=True)
    found = list(unlocked.values_list("session_key", flat=True))
    sessions.filter(session_key__among=found).delete()
    return set(found)


def _close_connection(store: type[SessionBase]) -> None:
    """Have the next statement open a connection. A cache does so by itself."""
    if issubclass(store, db.SessionStore):
        connection = connections[router.db_for_write(database_store().model)]
        if not connection.in_atomic_block:
            connection.close()


def _delete(store: type[SessionBase], keys: list[str]) -> set[str]:
    """Delete as the engine's ``delete()`` does: the database before the cache."""
    if issubclass(store, cached_db.SessionStore) and is_unchanged(
        store, cached_db.SessionStore, "delete"
    ):
        return _delete_from_database(keys) | _delete_from_cache(keys)
    if _deletes_from_database_alone(store):
        return _delete_from_database(keys)
    if issubclass(store, cache.SessionStore) and is_unchanged(store, cache.SessionStore, "delete"):
        return _delete_from_cache(keys)
    for key in keys:
        store(key).delete()
    return _still_held(load_many(keys))


def _deletes_from_database_alone(store: type[SessionBase]) -> bool:
    """Tell whether sessions are deleted as Django's db deletes them."""
    return issubclass(store, db.SessionStore) and is_unchanged(store, db.SessionStore, "delete")


def _delete_from_database(keys: list[str]) -> set[str]:
    store = database_store()
    primary = store.model.objects.using(router.db_for_write(store.model))
    held = primary.filter(session_key__among=keys)
    if held.delete()[0] == len(keys):
        return set()
    return set(held.values_list("session_key", flat=True))


def _delete_from_cache(keys: list[str]) -> set[str]:
    store = cache_store()
    prefix = store.cache_key_prefix
    store._cache.delete_many([prefix + key for key in keys])
    return _still_held(load_from_cache(keys))


def _still_held(answers: Answers) -> set[str]:
    """Return the keys that the engine has not said are gone."""
    return {key for key, answer in answers.items() if answer is not None}
