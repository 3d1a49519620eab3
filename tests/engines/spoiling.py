"""What an engine holds is spoiled for a while, as by a torn write or a process of another version."""

from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.contrib.sessions.models import Session as EngineRow
from django.core import signing
from django.core.cache import caches
from django.db import OperationalError, connection
from django.test import override_settings

from sessions_api import engines

UNPICKLABLE = b"cno_such_module\nThing\n."
"""A pickle of something that this process does not have."""

WAYS = ["torn", "of another SECRET_KEY", "no mapping"]


def _text(way):
    """Return what a database or a file holds then."""
    if way == "torn":
        return "eyJfYXV0:torn"
    store = engines.store_class()
    key = "another" if way == "of another SECRET_KEY" else None
    content = {"_auth_user_id": "1"} if key else ["no", "mapping"]
    return signing.dumps(content, key=key, salt=store().key_salt, serializer=store().serializer)


def _pickle(way):
    """Return the bytes that the memory of a local-memory cache holds then."""
    return {
        "torn": b"\x80\x05torn",
        "of another SECRET_KEY": UNPICKLABLE,
        "no mapping": b"\x80\x05]\x94.",
    }[way]


@contextmanager
def _in_database(key, way):
    row = EngineRow.objects.filter(pk=key)
    before = row.get().session_data
    row.update(session_data=_text(way))
    yield
    row.update(session_data=before)


@contextmanager
def _in_cache(key, way):
    store: Any = engines.store_class()()
    cache = caches[settings.SESSION_CACHE_ALIAS]
    memory, name = vars(cache)["_cache"], cache.make_key(store.cache_key_prefix + key)
    before = memory[name]
    memory[name] = _pickle(way)
    yield
    memory[name] = before


@contextmanager
def _in_both(key, way):
    with _in_database(key, way), _in_cache(key, way):
        yield


@contextmanager
def _in_file(key, way):
    path = Path(settings.SESSION_FILE_PATH) / f"{settings.SESSION_COOKIE_NAME}{key}"
    before = path.read_bytes()
    path.write_bytes(b"\xff\xfe torn" if way == "torn" else _text(way).encode())
    yield
    path.write_bytes(before)


_ON = {"db": _in_database, "cached_db": _in_both, "cache": _in_cache, "file": _in_file}

SPOILABLE = [*_ON]
"""The engines on which a value can be spoiled behind the site's back."""


def spoiled(engine, key, way):
    """Return a context in which the engine holds something unreadable under a key."""
    return _ON[engine](key, way)


def _refuse_deletes(execute, sql, params, many, context):
    if sql.startswith("DELETE") and "django_session" in sql:
        raise OperationalError("cannot execute DELETE in a read-only transaction")
    return execute(sql, params, many, context)


def _keep_file(path, *args, **kwargs):
    raise PermissionError(path)


@contextmanager
def undeletable(engine):
    """Have a server-side engine answer as ever, and delete nothing."""
    with ExitStack() as stack:
        if engine in ("db", "cached_db"):
            stack.enter_context(connection.execute_wrapper(_refuse_deletes))
        if engine in ("cache", "cached_db"):
            cache = {"BACKEND": "tests.site.cache.UndeletingCache"}
            stack.enter_context(override_settings(CACHES={**settings.CACHES, "default": cache}))
        if engine == "file":
            stack.enter_context(
                patch("django.contrib.sessions.backends.file.os.unlink", _keep_file)
            )
        yield
