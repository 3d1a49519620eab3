"""What the engine answers for a key: a payload, that it is gone, or nothing that can be read.

Reads only: nothing is deleted, created or cached, and expired sessions are gone. Databases are asked
on their primary, since a replica may lag behind.
"""

import hashlib
import hmac
import logging
import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import SessionBase
from django.core import signing
from django.core.exceptions import SuspiciousOperation
from django.db import connections, router
from django.utils import timezone
from django.utils.encoding import force_bytes

from sessions_api import logs
from sessions_api.engines.store import (
    FileStore,
    Payload,
    cache_store,
    database_store,
    file_store,
    is_cache,
    is_cached_db,
    is_db,
    is_file,
    store_class,
    swallows_errors,
)

logger = logging.getLogger("sessions_api.engines")

PATIENCE = 2.0
"""For how many seconds keys are asked for one by one after their batch has failed."""


_expected: list[str] = []
"""The key that the engine is known to hold, if any: that of the canary."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What a key holds cannot be read here. Nobody knows whether the session is alive."""

    cause: Exception


class SwallowsErrors(Exception):
    """The cache is set up to answer "nothing there" when it fails, so that this says nothing."""


Answer: TypeAlias = Payload | Unreadable | None
"""What the engine says of a key. None: it is gone."""

Answers: TypeAlias = Mapping[str, Answer]


def load_many(keys: Iterable[str]) -> Answers:
    """Return the engine's answer for each of the keys.

    Where a batch fails, the keys are asked for one by one, so that one bad value spoils one answer.
    """
    keys = list(dict.fromkeys(keys))
    if not keys:
        return {}
    answers = _loader(store_class())(keys)
    unreadable = [answer for answer in answers.values() if isinstance(answer, Unreadable)]
    if unreadable:
        # Not the error itself: its text may hold a piece of the session.
        cause = type(unreadable[0].cause).__name__
        logs.warn_once_a_minute(
            logger,
            "%d of %d engine sessions could not be read, the first for %s.",
            len(unreadable),
            len(keys),
            cause,
        )
    return answers


def load(key: str) -> Answer:
    """Return the engine's answer for one key."""
    return load_many([key])[key]


def expect(key: str | None) -> None:
    """Note a key that the engine holds. A cache that swallows its errors is believed if it says so."""
    _expected[:] = [] if key is None else [key]


def is_gone(key: str) -> bool:
    """Tell whether the engine has answered that a key is gone."""
    return load(key) is None


def payload_of(key: str) -> Payload | None:
    """Return the payload of a key. None where it is gone, and where it cannot be read."""
    answer = load(key)
    return None if isinstance(answer, Unreadable) else answer


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


def _loader(store: type[SessionBase]) -> Callable[[list[str]], Answers]:
    if is_cached_db(store):
        return _load_from_cache_then_database
    if is_db(store):
        return _load_from_database
    if is_cache(store):
        return load_from_cache
    if is_file(store):
        return load_from_files
    return _load_one_by_one


def _load_from_database(keys: list[str]) -> Answers:
    return _together(keys, _read_database, _read_database)


def _read_database(keys: list[str]) -> Answers:
    store = database_store()
    primary = store.model.objects.using(router.db_for_write(store.model))
    rows = primary.filter(session_key__among=keys, expire_date__gt=timezone.now())
    held = dict(rows.values_list("session_key", "session_data"))
    decode = decoder(store)
    return {key: decode(held[key]) if key in held else None for key in keys}


def load_from_cache(keys: list[str]) -> Answers:
    """Return the cache engine's answers for keys."""
    if not swallows_errors():
        return _together(keys, _read_cache, _read_cache_for_one)
    answers = dict(_together([*keys, *_expected], _read_cache, _read_cache_for_one))
    if all(answer is None for answer in answers.values()):
        return dict.fromkeys(keys, Unreadable(SwallowsErrors("The cache may not answer at all.")))
    return {key: answers[key] for key in keys}


def _read_cache(keys: list[str]) -> Answers:
    store = cache_store()
    prefix = store.cache_key_prefix
    cached = store._cache.get_many([prefix + key for key in keys])
    return {key: _checked(cached.get(prefix + key)) for key in keys}


def _read_cache_for_one(keys: list[str]) -> Answers:
    """Read one key as the engine does. A server may refuse to be asked for many."""
    store = cache_store()
    return {key: _checked(store._cache.get(store.cache_key_prefix + key)) for key in keys}


def _load_from_cache_then_database(keys: list[str]) -> Answers:
    """Ask the database for what the cache does not have or cannot give, as the engine does."""
    cached = _together(keys, _read_cache, _read_cache_for_one)
    missing = [key for key, answer in cached.items() if not isinstance(answer, dict)]
    return {**cached, **(_load_from_database(missing) if missing else {})}


Reader: TypeAlias = Callable[[list[str]], Answers]


def _together(keys: list[str], read_many: Reader, read_one: Reader) -> Answers:
    """Read keys in one batch or, where that fails, one by one as long as PATIENCE lasts."""
    try:
        return read_many(keys)
    except Exception as error:  # noqa: BLE001 (whatever a cache, database or serializer raises)
        cause = error
    answers: dict[str, Answer] = {}
    begun = time.monotonic()
    for key in keys:
        if time.monotonic() - begun > PATIENCE:
            answers[key] = Unreadable(cause)
            continue
        try:
            answers |= read_one([key])
        except Exception as error:  # noqa: BLE001
            answers[key] = Unreadable(error)
    return answers


def load_from_files(keys: list[str]) -> Answers:
    """Return the file engine's answers for keys."""
    return {key: _load_from_file(key) for key in keys}


def _load_from_file(key: str) -> Answer:
    """Read what the engine's ``load()`` would read. That one also deletes and creates files."""
    store = file_store(key)
    try:
        with open(store._key_to_file(), encoding="ascii") as session_file:
            data = session_file.read()
        payload = decoder(store)(data)
        if isinstance(payload, Unreadable):
            return payload
        expiry = store._expiry_date(payload)
    except FileNotFoundError as error:
        # Where the directory is missing, too, the sessions are elsewhere.
        return None if os.path.isdir(store.storage_path) else Unreadable(error)
    except SuspiciousOperation:  # no file has this name
        return None
    except Exception as error:  # noqa: BLE001 (a file that may not be read, or is torn)
        return Unreadable(error)
    return payload if store.get_expiry_age(expiry=expiry) > 0 else None


def _load_one_by_one(keys: list[str]) -> Answers:
    answers: dict[str, Answer] = {}
    for key in keys:
        try:
            store = store_class()(key)
            loaded = store.load()
            answers[key] = _checked(loaded) if store.session_key == key else None
        except Exception as error:  # noqa: BLE001 (whatever an engine of a third party raises)
            answers[key] = Unreadable(error)
    return answers


def decoder(store: "db.SessionStore | FileStore") -> Callable[[str], Payload | Unreadable]:
    """Return what decodes payloads as the engine does, which takes what it cannot decode for empty."""
    signer = _Signer(salt=store.key_salt)
    is_djangos = getattr(type(store), "decode", None) is SessionBase.decode

    def decode(data: str) -> Payload | Unreadable:
        try:
            if is_djangos:
                payload = signer.unsign_object(data, serializer=store.serializer)
            else:
                payload = store.decode(data)
                if not payload:
                    raise ValueError("The engine cannot decode this session.")
        except Exception as error:  # noqa: BLE001 (BadSignature, ValueError, unpickling errors)
            return Unreadable(error)
        return _payload(payload)

    return decode


class _Signer(signing.Signer):
    """What Django signs sessions with, for many payloads: it derives its keys once.

    Nor does it read the time of the signature, which says nothing here.
    """

    def __init__(self, *, salt: str) -> None:
        super().__init__(salt=salt)
        self._derived: dict[str | bytes, bytes] = {}

    def unsign(self, signed_value: str) -> str:
        return super().unsign(signed_value).rpartition(self.sep)[0]

    def signature(self, value: str | bytes, key: str | bytes | None = None) -> str:
        key = key or self.key
        if key not in self._derived:
            # As salted_hmac() does.
            salted = force_bytes(self.salt) + b"signer" + force_bytes(key)
            self._derived[key] = hashlib.new(self.algorithm, salted).digest()
        mac = hmac.digest(self._derived[key], force_bytes(value), self.algorithm)
        return signing.b64_encode(mac).decode()


def _checked(value: object) -> Answer:
    return None if value is None else _payload(value)


def _payload(value: object) -> Payload | Unreadable:
    if isinstance(value, dict):
        return value
    return Unreadable(TypeError(f"A payload is a dict, not {type(value).__name__}."))
