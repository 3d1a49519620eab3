"""What an engine session's payload says: our id, its user, and how they signed in.

Django itself, django-allauth, django-otp and django-hijack each leave a trace of the sign-in in the
payload. None of the packages needs to be installed.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from django.contrib.auth import (
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SESSION_KEY,
    get_user_model,
)
from django.core.exceptions import ValidationError

from sessions_api import credentials
from sessions_api.engines import EngineSession
from sessions_api.users import Key

Payload: TypeAlias = EngineSession | Mapping[str, Any]

ID_KEY = "_sessions_api_id"
"""Where the payload keeps the id of its ``Session``."""

METHOD_KEY = "_sessions_api_method"
"""Where the payload keeps what Django's own ``authenticate()`` went by."""

_ALLAUTH = "account_authentication_methods"
_ALLAUTH_USER = "account_authentication_methods_user"
_OTP = "otp_device_id"
_HIJACK = "hijack_history"

_SECOND_FACTORS = {"otp", "totp", "webauthn", "recovery_codes"}
_DEVICES = {"otp_totp.totpdevice": "totp", "otp_static.staticdevice": "recovery_codes"}
_WORD = re.compile("[a-z0-9_-]{1,15}")
_MOST_METHODS = 8  # so many words of that length are 127 characters

Record = dict[str, Any]
"""One of django-allauth's records of an authentication."""


class Assurance(NamedTuple):
    """How a user signed in. Where nothing is known it is ("", None, None)."""

    methods: str
    """Words such as ``password``, ``otp`` and ``socialaccount``, in order, a space between them."""
    aal: int | None
    """The authenticator assurance level (NIST SP 800-63B-4): 2 with a second factor, else 1."""
    impersonator_id: Key
    """The primary key of the user who has taken the owner's place, or None."""


def session_id(payload: Payload) -> UUID | None:
    """Return our id in a payload, or None where there is none."""
    try:
        return UUID(payload.get(ID_KEY))
    except (AttributeError, TypeError, ValueError):
        return None


def marks(payload: Payload) -> dict[str, str]:
    """Return what the start of a session has written into its payload."""
    return {key: payload[key] for key in (ID_KEY, METHOD_KEY) if key in payload}


def add_method(session: EngineSession, word: str) -> None:
    """Note that the user of a session has proved who they are by another method."""
    words = str(session.get(METHOD_KEY, "")).split()
    if word not in words:
        session[METHOD_KEY] = " ".join([*words, word])


def names_a_user(payload: Payload) -> bool:
    """Tell whether a payload says that somebody is signed in."""
    return SESSION_KEY in payload


def user_id(payload: Payload) -> Key:
    """Return the primary key of the user whom a payload names, or None."""
    try:
        return get_user_model()._meta.pk.to_python(payload.get(SESSION_KEY))
    except ValidationError:
        return None


def backend(payload: Payload) -> str:
    """Return the path of the authentication backend in a payload, or ""."""
    path = payload.get(BACKEND_SESSION_KEY)
    return path if isinstance(path, str) else ""


def auth_digest(payload: Payload) -> str:
    """Return the SHA-256 of the auth hash in a payload, or ""."""
    auth_hash = payload.get(HASH_SESSION_KEY)
    return credentials.digest(auth_hash) if auth_hash and isinstance(auth_hash, str) else ""


def assurance(payload: Payload) -> Assurance:
    """Return how the user of a payload signed in. One query, if somebody has taken their place."""
    records = _allauth_records(payload)
    # allauth's own records come first: its backends take a password argument for much else.
    first = _allauth_methods(records) if records else _django_methods(payload)
    methods = list(dict.fromkeys([*first, *_otp_methods(payload)]))[:_MOST_METHODS]
    return Assurance(" ".join(methods), _level(methods, records), _impersonator(payload))


def _django_methods(payload: Payload) -> list[str]:
    methods = payload.get(METHOD_KEY)
    words = methods.split() if isinstance(methods, str) else []
    return [word for word in words if _WORD.fullmatch(word)]


def _allauth_records(payload: Payload) -> list[Record]:
    """Return what allauth has recorded of the user who is signed in.

    It records the first factor before it asks for the second. Somebody else may sign in between.
    """
    user_id = payload.get(SESSION_KEY)
    if payload.get(_ALLAUTH_USER, user_id) != user_id:
        return []
    return [record for record in _list(payload.get(_ALLAUTH)) if isinstance(record, dict)]


def _allauth_methods(records: list[Record]) -> list[str]:
    words = [record.get("type" if _is_mfa(record) else "method") for record in records]
    return [word for word in words if isinstance(word, str) and _WORD.fullmatch(word)]


def _is_mfa(record: Record) -> bool:
    return record.get("method") == "mfa"


def method_of_device(label: str) -> str:
    """Return the word for a model of django-otp's devices, such as ``otp_totp.totpdevice``."""
    return _DEVICES.get(label, "otp")


def level_of(methods: Sequence[str]) -> int | None:
    """Return the authenticator assurance level of methods that were used together."""
    return _level(list(methods), [])


def _otp_methods(payload: Payload) -> list[str]:
    device = payload.get(_OTP)
    return [method_of_device(device.split("/")[0])] if device and isinstance(device, str) else []


def _level(methods: list[str], records: list[Record]) -> int | None:
    if not methods:
        return None
    second_factors = _SECOND_FACTORS.intersection(methods)
    has_first_factor = len(methods) > len(second_factors)
    # A passkey without any other factor has verified its user by itself: it counts as two.
    is_passkey = any(_is_mfa(record) and record.get("passwordless") is True for record in records)
    return 2 if second_factors and (has_first_factor or is_passkey) else 1


def _impersonator(payload: Payload) -> Key:
    """Return who has taken the owner's place, if that user still exists.

    Somebody who takes one place after another is the first in hijack's history.
    """
    history = _list(payload.get(_HIJACK))
    if not history or not isinstance(history[0], str) or not history[0].isprintable():
        return None
    try:
        pk = get_user_model()._meta.pk.clean(history[0], None)
    except ValidationError:
        return None
    return get_user_model()._base_manager.filter(pk=pk).values_list("pk", flat=True).first()


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
