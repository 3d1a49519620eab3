"""Which session engine the site has, and of what kind it is."""

from datetime import datetime, timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, cast

from django.conf import settings
from django.contrib.sessions.backends import cache, cached_db, db, file, signed_cookies
from django.contrib.sessions.backends.base import SessionBase
from django.core import signing
from django.utils import timezone

if TYPE_CHECKING:
    from django.core.cache.backends.base import BaseCache

Payload: TypeAlias = dict[str, Any]
EngineSession: TypeAlias = SessionBase


class CacheStore(Protocol):
    """What is used of Django's cache and cached_db stores."""

    _cache: "BaseCache"
    cache_key_prefix: str


class FileStore(Protocol):
    """What is used of Django's file store."""

    storage_path: str
    file_prefix: str

    def decode(self, session_data: str) -> Payload: ...
    def get_expiry_age(self, *, expiry: datetime) -> int: ...
    def get_expiry_date(self, *, modification: datetime) -> datetime: ...
    def _key_to_file(self) -> str: ...
    def _expiry_date(self, session_data: Payload) -> datetime: ...
    def _last_modification(self) -> datetime: ...


def store_class() -> type[SessionBase]:
    """Return the ``SessionStore`` class of SESSION_ENGINE."""
    store: type[SessionBase] = import_module(settings.SESSION_ENGINE).SessionStore
    return store


def database_store() -> "db.SessionStore":
    """Return the site's store, which is known to keep sessions in a database."""
    return cast("db.SessionStore", store_class()())


def cache_store() -> CacheStore:
    """Return the site's store, which is known to keep sessions in a cache."""
    return cast(CacheStore, store_class()())


def file_store(key: str | None = None) -> FileStore:
    """Return the site's store, which is known to keep sessions in files."""
    return cast(FileStore, store_class()(key))


def is_client_side() -> bool:
    """Tell whether the cookie itself is the session, so that the server cannot delete it."""
    return issubclass(store_class(), signed_cookies.SessionStore)


def enforces_expiry() -> bool:
    """Tell whether the engine itself ends every session at the expiry it was saved with.

    The file engine never enforces ``set_expiry(seconds)``, signed_cookies ignores it, and of an
    engine that is not Django's nothing is known. There the row decides.
    """
    return issubclass(store_class(), db.SessionStore | cache.SessionStore)


def expiry(session: SessionBase) -> datetime:
    """Return when a session that is saved now expires on the server.

    signed_cookies accepts no cookie that is older than SESSION_COOKIE_AGE, whatever ``set_expiry``
    was told.
    """
    expires = session.get_expiry_date()
    if is_client_side():
        age = timedelta(seconds=session.get_session_cookie_age())
        return min(expires, timezone.now() + age)
    return expires


def signed_payload(cookie: str) -> Payload:
    """Return the payload of a signed_cookies cookie. {} when it is forged or too old."""
    store = store_class()()
    try:
        payload: Payload = signing.loads(
            cookie,
            serializer=store.serializer,
            max_age=store.get_session_cookie_age(),
            salt="django.contrib.sessions.backends.signed_cookies",
        )
    except Exception:  # noqa: BLE001 (like the engine: BadSignature, ValueError, unpickling errors)
        return {}
    return payload


def move(session: SessionBase, key: str) -> None:
    """Have a request's session go on under another key of the engine, and drop its own."""
    session.delete(session.session_key)
    session._session_key = key


def session_of(key: str, payload: Payload) -> EngineSession:
    """Return an engine session as after ``load()``, without asking the engine again."""
    session = store_class()(key)
    vars(session)["_session_cache"] = payload
    return session


def is_cached_db(store: type[SessionBase]) -> bool:
    """Tell whether sessions are stored as Django's cached_db stores them."""
    return issubclass(store, cached_db.SessionStore) and is_unchanged(
        store, cached_db.SessionStore, "load", "_get_session_from_db"
    )


def is_db(store: type[SessionBase]) -> bool:
    """Tell whether sessions are stored as Django's db stores them. True of cached_db too."""
    return issubclass(store, db.SessionStore) and is_unchanged(
        store, db.SessionStore, "load", "_get_session_from_db"
    )


def is_cache(store: type[SessionBase]) -> bool:
    """Tell whether sessions are stored as Django's cache stores them."""
    return issubclass(store, cache.SessionStore) and is_unchanged(store, cache.SessionStore, "load")


def is_file(store: type[SessionBase]) -> bool:
    """Tell whether sessions are stored as Django's file stores them."""
    return issubclass(store, file.SessionStore) and is_unchanged(store, file.SessionStore, "load")


def is_unchanged(store: type[SessionBase], django_store: type[SessionBase], *names: str) -> bool:
    """Tell whether an engine has these methods of Django's unchanged."""
    return all(getattr(store, name) is getattr(django_store, name) for name in names)
