"""The JSON of sessions, devices and identities."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser

from sessions_api import users, validity
from sessions_api.api.times import utc
from sessions_api.dialects import identifiers
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
}
"""Ory's names for ways to sign in. Some ways, such as remote_user, have none."""

SECOND_FACTORS = {"totp", "webauthn", "lookup_secret"}


def full(session: Session, *, is_active: bool, for_admin: bool = False) -> dict[str, Any]:
    """Return a session with its identity and devices."""
    shown = expanded(session, {"devices"}, is_active=is_active)
    return {**shown, "identity": identity(session.user, for_admin=for_admin)}


def expanded(session: Session, expanded: set[str], *, is_active: bool) -> dict[str, Any]:
    """Return a session for staff. Its identity and devices are null unless they are expanded."""
    return {
        "id": str(session.pk),
        "active": is_active,
        "expires_at": utc(validity.expires_at(session)),
        "authenticated_at": utc(session.authenticated_at),
        "authenticator_assurance_level": f"aal{level(session)}",
        "authentication_methods": methods(session) or None,
        "issued_at": utc(session.created_at),
        "identity": identity(session.user, for_admin=True) if "identity" in expanded else None,
        "devices": devices(session) if "devices" in expanded else None,
    }


def level(session: Session) -> int:
    """Return the assurance level. It is 1 also where it is unknown how the user signed in."""
    return session.aal or 1


def methods(session: Session) -> list[dict[str, Any]]:
    """Return how the user signed in, as far as Ory has names for it."""
    names = dict.fromkeys(METHODS[word] for word in session.methods.split() if word in METHODS)
    return [
        {
            "method": name,
            "aal": "aal2" if name in SECOND_FACTORS and level(session) > 1 else "aal1",
            "completed_at": utc(session.authenticated_at),
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
            "location": "",
        }
    ]


def identity(user: AbstractBaseUser, *, for_admin: bool) -> dict[str, Any]:
    """Return a user. The traits are the user name and the e-mail address."""
    email = get_user_model().get_email_field_name()
    names = {get_user_model().USERNAME_FIELD, email}
    joined = utc(getattr(user, "date_joined", None))
    return {
        "id": str(identifiers.uuid_of(user.pk)),
        "schema_id": "default",
        "schema_url": "",
        "state": "inactive" if users.is_deactivated(user) else "active",
        "state_changed_at": None,
        "traits": {name: str(getattr(user, name, None) or "") for name in sorted(names)},
        "metadata_public": None,
        **({"metadata_admin": None} if for_admin else {}),
        **({"created_at": joined, "updated_at": joined} if joined else {}),
        "organization_id": None,
    }
