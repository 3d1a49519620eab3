"""The JSON of sessions and devices."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser

from sessions_api import validity
from sessions_api.api.times import utc
from sessions_api.dialects.ory.identities import Identities
from sessions_api.models import Session

METHODS = {
    "password": "password",
    "socialaccount": "oidc",
    "saml": "saml",
    "code": "code",
    "otp": "totp",
    "totp": "totp",
    "webauthn": "webauthn",
    "recovery_codes": "lookup_secret",
    "password_reset": "link_recovery",
}
"""Ory's names for ways to sign in. Some ways, such as remote_user, have none."""

SECOND_FACTORS = {"totp", "webauthn", "lookup_secret"}


def full(
    session: Session,
    identities: Identities,
    *,
    is_active: bool,
    user: AbstractBaseUser | None = None,
) -> dict[str, Any]:
    """Return a session with its identity and devices. The identity is the owner's, or ``user``'s."""
    shown = expanded(session, {"devices"}, None, is_active=is_active)
    return {**shown, "identity": identities.of(user or session.user, session.organization_id)}


def expanded(
    session: Session, expanded: set[str], identities: Identities | None, *, is_active: bool
) -> dict[str, Any]:
    """Return a session for staff. Its identity is null without ``identities``, so are its devices."""
    identity = identities.of(session.user, session.organization_id) if identities else None
    return {
        "id": str(session.pk),
        "active": is_active,
        "expires_at": utc(validity.expires_at(session)),
        "authenticated_at": utc(session.authenticated_at),
        "authenticator_assurance_level": f"aal{level(session)}",
        "authentication_methods": methods(session) or None,
        "issued_at": utc(session.created_at),
        "identity": identity,
        "devices": devices(session) if "devices" in expanded else None,
    }


def level(session: Session) -> int:
    """Return the assurance level. It is 1 also where it is unknown how the user signed in."""
    return session.aal or 1


def methods(session: Session) -> list[dict[str, Any]]:
    """Return how the user signed in, as far as Ory has names for it."""
    names = dict.fromkeys(METHODS[word] for word in session.methods.split() if word in METHODS)
    completed_at = session.authenticated_at or session.created_at
    return [
        {
            "method": name,
            "aal": "aal2" if name in SECOND_FACTORS and level(session) > 1 else "aal1",
            "completed_at": utc(completed_at),
            **({"provider": session.provider} if name == "oidc" and session.provider else {}),
        }
        for name in names
    ]


def devices(session: Session) -> list[dict[str, Any]]:
    """Return the one device of a session, as at the sign-in. Its id is that of the session."""
    return [
        {
            "id": str(session.pk),
            "ip_address": session.ip_address,
            "user_agent": session.user_agent or None,
            "location": session.first_location,
        }
    ]
