"""The canary: an engine session that proves which engine a process talks to."""

from datetime import timedelta

from sessions_api.engines import loading
from sessions_api.engines.store import store_class

MARK = "_sessions_api_canary"

LIFETIME = timedelta(days=3650)


def leave_canary() -> str:
    """Put a canary into the engine, and return its key."""
    session = store_class()()
    session[MARK] = True
    session.set_expiry(LIFETIME)
    session.save()
    return str(session.session_key)


def holds_canary(key: str) -> bool:
    """Tell whether the engine holds the canary under this key, and this process can read it."""
    loading.expect(None)
    is_held = MARK in (loading.payload_of(key) or {})
    loading.expect(key if is_held else None)
    return is_held
