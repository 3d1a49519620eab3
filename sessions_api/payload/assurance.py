"""How a user signed in, and what they have proved since."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from sessions_api import users
from sessions_api.engines import EngineSession
from sessions_api.models import MAX_NAME
from sessions_api.payload import allauth, impersonation
from sessions_api.payload.content import (
    DEVICE_KEY,
    GOES_ON_KEY,
    METHOD_KEY,
    OLD_DEVICE_KEY,
    Payload,
    backend,
)
from sessions_api.users import Key

_SOCIAL_AUTH = "social_auth_last_login_backend"

_OTP_WORDS = {"otp_totp": "totp", "otp_static": "recovery_codes"}
_SECOND_FACTORS = {"otp", "totp", "webauthn", "recovery_codes"}
_NO_PROOFS = {"remote_user", allauth.SSO}
"""What others have said of the user, now or long ago."""

_WORD = re.compile("[a-z0-9_-]{1,15}")
_MOST_METHODS = 8  # so many words of that length are 127 characters


class Assurance(NamedTuple):
    """How a user signed in. Where nothing is known it is ``NOTHING``."""

    methods: str
    """Words such as ``password``, ``totp`` and ``socialaccount``, in order, a space between them."""
    aal: int | None
    """The authenticator assurance level (NIST SP 800-63B-4): 2 with a second factor, else 1."""
    provider: str
    """The site that the user has signed in at, for ``socialaccount``."""
    impersonator_id: Key
    """The primary key of the user who acts as another one, or None."""
    acting_as_id: Key
    """The primary key of that other one, or None."""


NOTHING = Assurance("", None, "", None, None)


def assurance(payload: Payload) -> Assurance:
    """Return how the user of a payload signed in. One query, if somebody acts as another user."""
    who = impersonation.NOBODY
    if impersonation.is_impersonated(payload):
        who = impersonation.impersonation(payload)
        if impersonation.is_taken(payload):
            # Whoever has taken the user's place has proved nothing of them.
            return NOTHING._replace(**who._asdict())
    found = allauth.records(payload)
    is_passkey = bool(found) and any(map(allauth.is_passkey, found))
    methods, aal = _in_order(tuple(_methods(payload, found)), is_passkey=is_passkey)
    return Assurance(methods, aal, _provider(payload, found), *who)


@lru_cache(maxsize=256)
def _in_order(words: tuple[str, ...], *, is_passkey: bool) -> tuple[str, int | None]:
    """Return the words as a row holds them, and their level. Asked at each save of a session."""
    methods = list(dict.fromkeys(_words(words)))[:_MOST_METHODS]
    return " ".join(methods), level(methods, is_passkey=is_passkey)


def told(methods: Iterable[str]) -> str:
    """Return words as a row holds them. Raises ValueError for what is no word, and for too many."""
    words = list(dict.fromkeys(methods))
    if len(words) > _MOST_METHODS or words != _words(words):
        raise ValueError(f"These are not at most {_MOST_METHODS} words such as 'password'.")
    return " ".join(words)


def level(methods: Iterable[str], *, is_passkey: bool = False) -> int | None:
    """Return the assurance level of ways to sign in, or None where there are none."""
    words = set(methods)
    if not words:
        return None
    second_factors = _SECOND_FACTORS & words
    has_first_factor = len(words) > len(second_factors)
    # A passkey without any other factor has verified its user by itself: it counts as two.
    return 2 if second_factors and (has_first_factor or is_passkey) else 1


def proves(methods: Iterable[object]) -> bool:
    """Tell whether somebody who has just signed in like that has proved who they are to this site."""
    return not _NO_PROOFS.issuperset(_words(methods))


def add_method(engine_session: EngineSession, word: str) -> None:
    """Note in a payload that its user has proved something else since they signed in."""
    if word in assurance(engine_session).methods.split():
        return
    engine_session[METHOD_KEY] = [*(_noted(engine_session) or [""]), word]


def may_prove(payload: Payload) -> bool:
    """Tell whether a payload can say of a proof since the sign-in. Costs no query."""
    return is_verified(payload) or bool(allauth.records(payload))


def is_verified(payload: Payload) -> bool:
    """Tell whether a payload says that a device of django-otp has verified its user."""
    return DEVICE_KEY in payload


def last_proof(payload: Payload, now: float) -> float:
    """Return when the user has last proved something until now, as far as that is noted.

    Both are in UNIX seconds. 0 where it is not. Costs no query.
    """
    found = allauth.records(payload)
    return allauth.last_proof(found, until=now) if found else 0


def new_factors(methods: str, before: str) -> set[str]:
    """Return the words that prove something and were not there before."""
    return set(methods.split()) - set(before.split()) - _NO_PROOFS


def proof_at_sign_in(payload: Payload, at: float) -> float:
    """Return when somebody proved who they are who has signed in at a moment, both in UNIX seconds.

    0 where they have not. At most one query, for who has signed in at another site. Nothing counts
    as later than the sign-in.
    """
    if impersonation.is_impersonated(payload):
        return 0
    found = allauth.records(payload)
    proof = allauth.last_proof(found)
    if proves(_checked_here(payload, found)):
        proof = at
    elif sso := allauth.last_sso(found):
        proof = max(proof, allauth.sso_proof(sso))
    return min(proof, at)


def _checked_here(payload: Payload, found: list[allauth.Record]) -> list[object]:
    """Return the words of a sign-in that has happened just now, and that no record dates."""
    is_elsewhere = _at_sign_in(found) or _social_auth(payload) or GOES_ON_KEY in payload
    is_old = payload.get(OLD_DEVICE_KEY) == payload.get(DEVICE_KEY)
    codes = [] if is_old else _otp_methods(payload)
    return [*([] if is_elsewhere else _noted(payload)[:1]), *codes]


def _methods(payload: Payload, found: list[allauth.Record]) -> list[str]:
    words = _noted(payload)
    if _social_auth(payload):
        words = [allauth.SSO, *words[1:]]
    if found:
        # allauth's own records come first: its backends take a password argument for much else.
        later = [allauth.word(record) for record in found if allauth.is_later(record)]
        words = [*(_at_sign_in(found) or words[:1]), *words[1:], *later]
    words = [*words, *_otp_methods(payload)]
    return [word for word in words if isinstance(word, str)]


def _at_sign_in(found: list[allauth.Record]) -> list[object]:
    return [allauth.word(record) for record in found if not allauth.is_later(record)]


def _noted(payload: Payload) -> list[object]:
    """Return what we have noted: the word of the sign-in or "", and those of later proofs."""
    noted = payload.get(METHOD_KEY)
    if isinstance(noted, str):
        return list(noted.split(" "))
    return noted if isinstance(noted, list) else []


def _words(values: Iterable[object]) -> list[str]:
    return [value for value in values if isinstance(value, str) and _WORD.fullmatch(value)]


def method_of_device(device: str) -> str:
    """Return the word for a device of django-otp, by its id, such as ``otp_totp.totpdevice/1``."""
    # It used to be the path of the class.
    app = device.partition("/")[0].split(".")[:-1]
    known = [_OTP_WORDS[part] for part in app if part in _OTP_WORDS]
    return known[0] if known else "otp"


def _otp_methods(payload: Payload) -> list[str]:
    device = payload.get(DEVICE_KEY)
    return [method_of_device(device)] if device and isinstance(device, str) else []


def _social_auth(payload: Payload) -> str:
    """Return the name of social-auth's backend, if that has signed the user in, or ""."""
    name = payload.get(_SOCIAL_AUTH)
    if not name or not isinstance(name, str) or name != users.backend_name(backend(payload)):
        return ""  # somebody has signed in otherwise since
    return name


def _provider(payload: Payload, found: list[allauth.Record]) -> str:
    sso = allauth.last_sso(found) if found else None
    name = sso.get("provider") if sso is not None else _social_auth(payload)
    return name[:MAX_NAME] if isinstance(name, str) and name.isprintable() else ""
