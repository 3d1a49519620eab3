"""Whose session a payload is, and what the start of a session writes into it."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeAlias
from uuid import UUID

from django.conf import settings
from django.contrib.auth import (
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SESSION_KEY,
    get_user_model,
)
from django.core.exceptions import ValidationError
from django.db import models

from sessions_api import credentials
from sessions_api.engines import EngineSession
from sessions_api.users import Key

Payload: TypeAlias = EngineSession | Mapping[str, Any]

ID_KEY = "_sessions_api_id"
"""Where the payload keeps the id of its ``Session``."""

METHOD_KEY = "_sessions_api_method"
"""Where the payload keeps what Django's own ``authenticate()`` went by, and what was proved later.

A word, or a list of words. The first is that of the sign-in, or "".
"""

SINCE_KEY = "_sessions_api_since"
"""Where the payload keeps, in UNIX seconds, since when the records of other packages count.

Only where somebody has signed in again in the same browser: Django keeps older records then.
"""

DEVICE_KEY = "otp_device_id"
"""Where django-otp keeps which device has verified the user."""

OLD_DEVICE_KEY = "_sessions_api_old_device"
"""Where the payload keeps the device that had done so before somebody has signed in again.

Django keeps that, too, and it proves nothing of the new sign-in.
"""

GOES_ON_KEY = "_sessions_api_goes_on"
"""Where the payload says that what METHOD_KEY has of a sign-in was proved at an earlier one."""

_ONE_REQUEST = 60
"""A package makes its records shortly before it signs somebody in. In seconds."""


def begin(
    engine_session: EngineSession,
    pk: UUID,
    method: str,
    *,
    at: float,
    verified_at: float = 0,
    goes_on: bool = False,
) -> None:
    """Write into a payload that a session has started, at a time in UNIX seconds.

    ``verified_at`` is when a device of django-otp has last verified the user. With ``goes_on`` they
    were signed in as they are: what they have proved before holds, and nothing of it is new.
    """
    since = at - _ONE_REQUEST
    is_anew = session_id(engine_session) is not None
    for key in (OLD_DEVICE_KEY, GOES_ON_KEY):
        engine_session.pop(key, None)
    if is_anew and DEVICE_KEY in engine_session and verified_at < since:
        engine_session[OLD_DEVICE_KEY] = engine_session[DEVICE_KEY]
    if is_anew and not goes_on:
        engine_session[SINCE_KEY] = since
    engine_session[ID_KEY] = str(pk)
    if goes_on:
        engine_session[GOES_ON_KEY] = True
    else:
        engine_session[METHOD_KEY] = method


def session_id(payload: Payload) -> UUID | None:
    """Return our id in a payload, or None where there is none."""
    try:
        return UUID(payload.get(ID_KEY))
    except (AttributeError, TypeError, ValueError):
        return None


def names_a_session(payload: Payload) -> bool:
    """Tell whether a payload has an id of ours, whatever that is. Cheaper than ``session_id``."""
    return ID_KEY in payload


def marks(payload: Payload) -> dict[str, object]:
    """Return what the start of a session has written into its payload."""
    keys = (ID_KEY, METHOD_KEY, SINCE_KEY, OLD_DEVICE_KEY, GOES_ON_KEY)
    return {key: payload[key] for key in keys if key in payload}


def names_a_user(payload: Payload) -> bool:
    """Tell whether a payload says that somebody is signed in."""
    return SESSION_KEY in payload


def user_id(payload: Payload) -> Key:
    """Return the primary key of the user whom a payload names, or None."""
    try:
        return _key_field(settings.AUTH_USER_MODEL).to_python(payload.get(SESSION_KEY))
    except ValidationError:
        return None


def backend(payload: Payload) -> str:
    """Return the path of the authentication backend in a payload, or ""."""
    path = payload.get(BACKEND_SESSION_KEY)
    return path if isinstance(path, str) else ""


def auth_digest(payload: Payload) -> bytes:
    """Return the digest of the auth hash in a payload, or b""."""
    auth_hash = payload.get(HASH_SESSION_KEY)
    return credentials.digest(auth_hash) if auth_hash and isinstance(auth_hash, str) else b""


@lru_cache
def _key_field(user_model: str) -> "models.Field[Any, Any]":
    """Return the primary key of the user model. Asked for each of many payloads."""
    return get_user_model()._meta.pk
