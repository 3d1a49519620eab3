"""The JSON of identities: what Ory calls users."""

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.module_loading import import_string

from sessions_api import users
from sessions_api.api.times import utc
from sessions_api.dialects import identifiers
from sessions_api.dialects.addresses import Address, addresses_of
from sessions_api.dialects.ory.conf import conf
from sessions_api.models import Session
from sessions_api.users import Key

logger = logging.getLogger("sessions_api.dialects")

FILLED = {
    "metadata_admin",
    "metadata_public",
    "organization_id",
    "schema_id",
    "state_changed_at",
    "traits",
}
"""What the site's ORY_IDENTITY may say."""


class Identities:
    """The identities of the users of some sessions. At most one query for all of them."""

    def __init__(self, user_ids: Iterable[Key], *, for_admin: bool) -> None:
        self.for_admin = for_admin
        self._addresses = addresses_of(set(user_ids))
        self._filled: dict[Key, dict[str, Any]] = {}

    @classmethod
    def of_owners(cls, sessions: Iterable[Session], *, for_admin: bool) -> "Identities":
        """Return those of the sessions' owners."""
        return cls((session.user_id for session in sessions), for_admin=for_admin)

    def of(self, user: AbstractBaseUser, organization: str) -> dict[str, Any]:
        """Return a user, in a session for an organization.

        The traits are the user name and the e-mail address, unless the site says otherwise.
        """
        filled = self._filled_by_site(user)
        addresses = [_verifiable(each) for each in self._addresses.get(user.pk, [])]
        return {
            "id": str(identifiers.uuid_of(user.pk)),
            "schema_id": "default",
            "schema_url": "",
            "state": "inactive" if users.is_deactivated(user) else "active",
            "state_changed_at": None,
            "traits": _traits(user),
            "metadata_public": None,
            **({"metadata_admin": None} if self.for_admin else {}),
            **({"verifiable_addresses": addresses} if addresses else {}),
            **_times(user),
            "organization_id": identifiers.organization_uuid(organization),
            **filled,
        }

    def _filled_by_site(self, user: AbstractBaseUser) -> dict[str, Any]:
        if conf.ORY_IDENTITY is None:
            return {}
        if user.pk not in self._filled:
            filled = _filled(conf.ORY_IDENTITY, user)
            if not self.for_admin:
                filled.pop("metadata_admin", None)
            self._filled[user.pk] = filled
        return self._filled[user.pk]


def _filled(path: str, user: AbstractBaseUser) -> dict[str, Any]:
    """Return what the site says of a user. What it may not say is left out, and logged."""
    try:
        filled = dict(import_string(path)(user))
    except Exception:
        logger.exception("%s failed.", path)
        return {}
    if unknown := sorted(str(name) for name in filled.keys() - FILLED):
        logger.error("%s: an identity has no %s.", path, ", ".join(unknown))
    known = {name: filled[name] for name in filled.keys() & FILLED}
    if organization := known.get("organization_id"):
        known["organization_id"] = identifiers.organization_uuid(str(organization))
    if isinstance(changed := known.get("state_changed_at"), datetime):
        known["state_changed_at"] = utc(changed)
    return known


def _traits(user: AbstractBaseUser) -> dict[str, str]:
    names = {get_user_model().USERNAME_FIELD, get_user_model().get_email_field_name()}
    return {name: str(getattr(user, name, None) or "") for name in sorted(names)}


def _times(user: AbstractBaseUser) -> dict[str, str | None]:
    """Return when a user was made and changed, as far as the user model has fields for that."""
    fields = {"created_at": "date_joined", "updated_at": "updated_at"}
    times = {name: getattr(user, field, None) for name, field in fields.items()}
    return {name: utc(time) for name, time in times.items() if isinstance(time, datetime)}


def _verifiable(address: Address) -> dict[str, Any]:
    return {
        "id": str(identifiers.uuid_of(address.pk)),
        "value": address.email,
        "verified": address.is_verified,
        "via": "email",
        "status": "completed" if address.is_verified else "pending",
    }
