"""django-allauth's records: one for each time that somebody has proved something.

Each says what was proved (``method``) and when (``at``). allauth makes that of the first factor
before it asks for the second, and marks those of a re-authentication.
"""

import math
from typing import Any

from django.apps import apps
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import router

from sessions_api.engines import EngineSession
from sessions_api.payload.content import SINCE_KEY, Payload

_RECORDS = "account_authentication_methods"
_USER = "account_authentication_methods_user"

SSO = "socialaccount"

Record = dict[str, Any]


def records(payload: Payload) -> list[Record]:
    """Return what is recorded of the user who is signed in. Somebody else may have been before."""
    found = payload.get(_RECORDS)
    if not isinstance(found, list):
        return []
    user_id = payload.get(SESSION_KEY)
    if payload.get(_USER, user_id) != user_id:
        return []
    since = seconds(payload.get(SINCE_KEY))
    dicts = [record for record in found if isinstance(record, dict)]
    return [record for record in dicts if not since or moment(record) >= since]


def note_password(payload: EngineSession, user: AbstractBaseUser, *, at: float) -> None:
    """Record, as allauth's login does, that a user has given their password."""
    payload[_RECORDS] = [{"method": "password", "at": at}]
    payload[_USER] = user._meta.pk.value_to_string(user)


def moment(record: Record) -> float:
    """Return when something was proved, in UNIX seconds. 0 when unknown."""
    return seconds(record.get("at"))


def word(record: Record) -> object:
    """Return what was proved: a word, if the record is in order."""
    return record.get("type" if record.get("method") == "mfa" else "method")


def is_later(record: Record) -> bool:
    """Tell whether a record is of a re-authentication, not of the sign-in."""
    return record.get("reauthenticated") is True


def is_passkey(record: Record) -> bool:
    """Tell whether a record is of a passkey that has verified its user by itself."""
    return record.get("method") == "mfa" and record.get("passwordless") is True


def last_proof(found: list[Record], *, until: float = math.inf) -> float:
    """Return when the user has last proved something to this site. 0 when they have not.

    What is dated later than ``until`` is left out.
    """
    moments = [moment(each) for each in found if each.get("method") != SSO]
    return max((each for each in moments if each <= until), default=0)


def last_sso(found: list[Record]) -> Record | None:
    """Return the last record of a sign-in at another site, or None."""
    return next((each for each in reversed(found) if each.get("method") == SSO), None)


def sso_proof(record: Record) -> float:
    """Return when the user has signed in at the other site, as it says (``auth_time``). 0 unless.

    OpenID Connect Core 1.0, section 2. allauth keeps the claims with the account. One query.
    """
    provider, uid = record.get("provider"), record.get("uid")
    if not (isinstance(provider, str) and isinstance(uid, str)):
        return 0
    if not apps.is_installed("allauth.socialaccount"):
        return 0
    model = apps.get_app_config("socialaccount").get_model("SocialAccount")
    accounts = model._base_manager.using(router.db_for_write(model))
    accounts = accounts.filter(provider=provider, uid=uid)
    claims = accounts.values_list("extra_data", flat=True).first()
    if isinstance(claims, dict) and isinstance(claims.get("id_token"), dict):
        claims = claims["id_token"]
    return seconds(claims.get("auth_time")) if isinstance(claims, dict) else 0


def seconds(value: object) -> float:
    """Return a time in UNIX seconds, or 0 for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        return 0
    return float(value) if value < 1e11 and math.isfinite(value) else 0
