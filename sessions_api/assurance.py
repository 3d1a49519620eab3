"""How a session was signed in, as far as its payload tells: by what, how surely, and by whom else.

Django itself, django-allauth, django-otp and django-hijack each leave a trace in the payload. None
of them needs to be installed.
"""

import inspect
import re
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth import SESSION_KEY, get_user_model, load_backend
from django.contrib.auth.backends import RemoteUserBackend
from django.core.exceptions import ValidationError

PAYLOAD_KEY = "_sessions_api_method"
"""Where the payload keeps what Django's own ``authenticate()`` went by."""

_ALLAUTH = "account_authentication_methods"
_ALLAUTH_USER = "account_authentication_methods_user"
_OTP = "otp_device_id"
_HIJACK = "hijack_history"

_SECOND_FACTORS = {"otp", "totp", "webauthn", "recovery_codes"}
_WORD = re.compile("[a-z0-9_-]{1,15}")
_MOST = 8  # words of that length are 127 characters


class Assurance(NamedTuple):
    """What is known of a sign-in. A session that tells nothing has ("", None, None)."""

    methods: str
    """Words such as ``password``, ``otp`` and ``socialaccount``, in order, a space between them."""
    aal: int | None
    """The authenticator assurance level (NIST SP 800-63B-4): 2 with a second factor, else 1."""
    impersonator_id: Any
    """The primary key of the user who has taken the owner's place, or None."""


def of(payload: Any) -> Assurance:
    """Return what a payload or engine session tells of its sign-in."""
    records = _allauth_records(payload)
    # allauth signs people in by much that is no password, through backends that take one.
    first = _of_allauth(records) if records else _of_django(payload)
    methods = list(dict.fromkeys([*first, *_of_otp(payload)]))[:_MOST]
    return Assurance(" ".join(methods), _level(methods, records), _impersonator(payload))


def method_of(user: Any) -> str:
    """Return what ``authenticate()`` went by for a user, or "" where it was not asked.

    It leaves the path of the backend on the user; ``login()`` alone does not. Code that sets
    ``user.backend`` itself passes for it, as ``force_login()`` does.
    """
    path: str = getattr(user, "backend", "")
    if path not in settings.AUTHENTICATION_BACKENDS:
        return ""
    backend = load_backend(path)
    if isinstance(backend, RemoteUserBackend):
        return "remote_user"
    # To be a ModelBackend says nothing: some take magic links, or the word of another site.
    takes_password = "password" in inspect.signature(backend.authenticate).parameters
    return "password" if takes_password else ""


def _of_django(payload: Any) -> list[str]:
    method = payload.get(PAYLOAD_KEY)
    return [method] if isinstance(method, str) and _WORD.fullmatch(method) else []


def _allauth_records(payload: Any) -> list[dict[str, Any]]:
    """Return what allauth has noted of the very user who is signed in.

    It does so before a second factor is asked for, when somebody else may yet sign in instead.
    """
    user_id = payload.get(SESSION_KEY)
    if payload.get(_ALLAUTH_USER, user_id) != user_id:
        return []
    return [record for record in _list(payload.get(_ALLAUTH)) if isinstance(record, dict)]


def _of_allauth(records: list[dict[str, Any]]) -> list[str]:
    words = [record.get("type" if _is_mfa(record) else "method") for record in records]
    return [word for word in words if isinstance(word, str) and _WORD.fullmatch(word)]


def _is_mfa(record: dict[str, Any]) -> bool:
    return record.get("method") == "mfa"


def _of_otp(payload: Any) -> list[str]:
    device = payload.get(_OTP)
    return ["otp"] if device and isinstance(device, str) else []


def _level(methods: list[str], records: list[dict[str, Any]]) -> int | None:
    if not methods:
        return None
    second = _SECOND_FACTORS.intersection(methods)
    # A passkey that is all there is to a sign-in has verified its user: two factors in one.
    is_passkey = any(_is_mfa(record) and record.get("passwordless") is True for record in records)
    return 2 if second and (len(methods) > len(second) or is_passkey) else 1


def _impersonator(payload: Any) -> Any:
    """Return who has taken the owner's place, if there still is such a user: one query, then.

    Who takes one place after another is the first of the history.
    """
    history = _list(payload.get(_HIJACK))
    if not history or not isinstance(history[0], str) or not history[0].isprintable():
        return None
    try:
        pk = get_user_model()._meta.pk.clean(history[0], None)
    except ValidationError:
        return None
    return get_user_model()._base_manager.filter(pk=pk).values_list("pk", flat=True).first()


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
