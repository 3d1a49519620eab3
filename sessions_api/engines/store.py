"""Which session engine the site has, and of what kind it is."""

import logging
from datetime import datetime, timedelta
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, cast

from django.conf import settings
from django.contrib.sessions.backends import cache, cached_db, db, file, signed_cookies
from django.contrib.sessions.backends.base import SessionBase
from django.core import signing
from django.db import router
from django.utils import timezone

from sessions_api.conf import conf

if TYPE_CHECKING:
    from django.core.cache.backends.base import BaseCache

logger = logging.getLogger("sessions_api.engines")

Payload: TypeAlias = dict[str, Any]
EngineSession: TypeAlias = SessionBase


class CacheStore(Protocol):
    """What is used of Django's cache and cached_db stores."""

    _cache: "BaseCache"
    cache_key_prefix: str


class FileStore(Protocol):
    """What is used of Django's file store."""

    key_salt: str
    serializer: type[signing.JSONSerializer]
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
    return _store_class(settings.SESSION_ENGINE)


@lru_cache
def _store_class(engine: str) -> type[SessionBase]:
    store: type[SessionBase] = import_module(engine).SessionStore
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
    """Tell whether the cookie itself is the session, so that the server cannot delete it.

    Also true of a third party's engine whose key changes at every save: no key names its session.
    """
    try:
        return _is_client_side()
    except Exception:
        logger.exception(
            "%s could not be tried. It is taken for one with a store.", settings.SESSION_ENGINE
        )
        return False


@lru_cache
def _is_client_side() -> bool:
    store = store_class()
    if issubclass(store, signed_cookies.SessionStore):
        return True
    is_known = issubclass(store, db.SessionStore | cache.SessionStore | file.SessionStore)
    return not is_known and _changes_key_at_each_save(store)


def _changes_key_at_each_save(store: type[SessionBase]) -> bool:
    """Save a session twice, and see. It is deleted again."""
    session = store()
    keys = []
    for number in range(2):
        session["number"] = number
        session.save()
        keys.append(session.session_key)
    session.delete(session.session_key)
    return keys[0] != keys[1]


@lru_cache
def saves_every_request() -> bool:
    """Return SESSION_SAVE_EVERY_REQUEST."""
    return bool(settings.SESSION_SAVE_EVERY_REQUEST)


def saves_unchanged(session: SessionBase) -> bool:
    """Tell whether Django saves a request's session that nothing has changed."""
    return saves_every_request() and "save" not in vars(session)


def save_changes_only(session: SessionBase) -> None:
    """Have Django leave a request's session unsaved if nothing has changed it."""
    save = session.save

    def save_changed(must_create: bool = False) -> None:  # noqa: FBT001, FBT002 (as Django has it)
        if session.modified:
            save(must_create)

    vars(session)["save"] = save_changed


def forget() -> None:
    """Read the settings again, which have changed."""
    _is_client_side.cache_clear()
    saves_every_request.cache_clear()


def swallows_errors() -> bool:
    """Tell whether the engine's cache is set up to answer "nothing there" when it fails.

    Such is django-redis with IGNORE_EXCEPTIONS, and memcached with ``ignore_exc``.
    """
    if not issubclass(store_class(), cache.SessionStore | cached_db.SessionStore):
        return False
    configured: Any = settings.CACHES.get(settings.SESSION_CACHE_ALIAS, {})
    options = configured.get("OPTIONS", {})
    default = getattr(settings, "DJANGO_REDIS_IGNORE_EXCEPTIONS", False)
    return bool(options.get("IGNORE_EXCEPTIONS", default) or options.get("ignore_exc"))


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


def held_expiry(session: SessionBase) -> datetime:
    """Return when a session that the engine has just loaded expires there. At most one query.

    A cache does not say. Unless a date was set, it may be any moment from now on: the next use asks
    again.
    """
    if issubclass(store_class(), db.SessionStore):
        model = database_store().model
        held = model.objects.using(router.db_for_write(model)).filter(pk=session.session_key)
        if expires := held.values_list("expire_date", flat=True).first():
            return expires
    if isinstance(session.get("_session_expiry"), str | datetime):
        return expiry(session)
    return min(expiry(session), timezone.now() + conf.TOUCH_INTERVAL)


def signed_payload(cookie: str, *, any_age: bool = False) -> Payload:
    """Return the payload of a cookie that is the session. {} when it is forged or too old.

    With ``any_age`` none is too old.

    The engine's own ``load()`` decodes it: a subclass of signed_cookies may encrypt.
    """
    session = store_class()(cookie)
    if any_age:
        vars(session)["get_session_cookie_age"] = lambda: None
    try:
        payload: Payload = session.load()
    except Exception:  # noqa: BLE001 (whatever an engine of a third party raises)
        return {}
    return payload


def flush(session: SessionBase) -> None:
    """Flush a request's session. Where the engine fails, the browser loses its cookie all the same."""
    try:
        session.flush()
    except Exception:
        logger.exception("The session engine could not delete a session.")
        session.clear()
        session._session_key = None


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
