"""Somebody who acts as another user: django-hijack, django-loginas and django-impersonate.

With hijack and loginas the payload names the other user, and beside them who has taken their place.
With impersonate it goes on to name whoever acts, and beside them as whom.
"""

from functools import lru_cache
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError

from sessions_api.payload.content import Payload, user_id
from sessions_api.users import Key

_HIJACK = "hijack_history"
_LOGINAS = "loginas_from_user"
_IMPERSONATE = "_impersonate"


class Impersonation(NamedTuple):
    """Who acts, and as whom, by their primary keys. None where nobody does."""

    impersonator_id: Key = None
    acting_as_id: Key = None


NOBODY = Impersonation()


def is_taken(payload: Payload) -> bool:
    """Tell whether somebody has taken the place of the user whom a payload names. No query."""
    return bool(payload.get(_HIJACK)) or _loginas_key() in payload


def is_impersonated(payload: Payload) -> bool:
    """Tell whether somebody acts as another user. No query."""
    return is_taken(payload) or _IMPERSONATE in payload


def acting_as_id(payload: Payload) -> Key:
    """Return as whom the user of a payload acts with django-impersonate, or None. No query."""
    return _key(payload.get(_IMPERSONATE)) if _IMPERSONATE in payload else None


def impersonation(payload: Payload) -> Impersonation:
    """Return who acts and as whom, as far as those users still exist. One query, if anybody does."""
    if is_taken(payload):
        return Impersonation(_existing(_who_has_taken(payload)), user_id(payload))
    if _IMPERSONATE in payload:
        other_id = _existing(acting_as_id(payload))
        return NOBODY if other_id is None else Impersonation(user_id(payload), other_id)
    return NOBODY


def _who_has_taken(payload: Payload) -> Key:
    """Return the first of those who took one place after another, or None."""
    history = payload.get(_HIJACK)
    if history:
        return _key(history[0]) if isinstance(history, list) else None
    # A key, a time and a signature. Only the site's own code writes payloads.
    signed = payload.get(_loginas_key())
    return _key(signed.rsplit(":", 2)[0]) if isinstance(signed, str) else None


@lru_cache
def _loginas_key() -> str:
    key: str = getattr(settings, "LOGINAS_FROM_USER_SESSION_FLAG", _LOGINAS)
    return key


forget_flag = _loginas_key.cache_clear
"""Read the settings again, which have changed."""


def _key(value: object) -> Key:
    """Return the primary key that a value of a payload is the form of, or None."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if abs(value) < 2**63 else ""
    if not isinstance(value, str) or not value.isprintable():
        return None
    try:
        return get_user_model()._meta.pk.clean(value, None)
    except ValidationError:
        return None


def _existing(pk: Key) -> Key:
    if pk is None:
        return None
    return get_user_model()._base_manager.filter(pk=pk).values_list("pk", flat=True).first()
