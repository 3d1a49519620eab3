"""The devices that users sign in from: which of them are known, and how they are forgotten.

A device is known by the ``device_digest`` of sessions that were signed in from it: that of a cookie
that it keeps or, where it keeps none, of its browser, system and type. An IP address tells nothing.
It is known as long as the password is the one of these sessions.
"""

import json
import secrets
from collections.abc import Collection, Sequence
from typing import NamedTuple

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Case, When

from sessions_api import credentials, description, signals, users, validity
from sessions_api.client import user_agent
from sessions_api.conf import conf
from sessions_api.lifecycle import rows
from sessions_api.models import Session, SessionQuerySet

_LOOKED_AT = 10
"""Of how many sessions of a device the user agents are compared. The newest tell."""


class Met(NamedTuple):
    """A device, as somebody signs in from it."""

    digest: bytes
    """What its session is to have as ``device_digest``."""
    cookie: str = ""
    """What it is to keep in its cookie from now on. "" for no cookie."""
    is_new: bool = False
    """It is to be told of."""


def are_noted() -> bool:
    """Tell whether anybody asks for new devices. If not, nothing is noted of any."""
    return conf.NEW_DEVICE_EMAIL or signals.new_device.has_listeners(Session)


def met(session: Session, user: AbstractBaseUser, cookies: Sequence[str] | None) -> Met:
    """Return the device that a user signs in from, who has these device cookies. At most one query.

    The session is the one that begins. ``cookies`` is None where none can be kept, as by an app that
    signs in for a token. A cookie counts that was given to this very user, since their password was
    changed last, in the same browser on the same system: whoever has copied it into another one has
    another device.
    """
    if cookies is None or conf.KNOWN_DEVICES == "client":
        device = Met(_digest_of_client(session, user))
        digests = {device.digest: ""}
    else:
        device = _fresh(user)
        digests = {_digest(user, cookie): cookie for cookie in cookies}
    earlier = list(_earlier(session, user, digests))
    for row in earlier:
        if row.device_digest in digests and _is_known(row, user, session.user_agent):
            return Met(row.device_digest, digests[row.device_digest])
    is_first = not earlier and not users.has_signed_in(user)
    return device._replace(is_new=not is_first)


def _earlier(
    session: Session, user: AbstractBaseUser, digests: Collection[bytes]
) -> SessionQuerySet:
    """Return a user's latest sessions from these devices or, without any, others of theirs."""
    others = Session.objects.on_primary().for_user(user).exclude(pk=session.pk)
    is_of_them = Case(When(device_digest__in=digests, then=0), default=1)
    read = ("device_digest", "device_auth_digest", "auth_digest", "user_agent")
    return others.order_by(is_of_them, "-created_at").only(*read)[:_LOOKED_AT]


def _is_known(row: Session, user: AbstractBaseUser, agent: str) -> bool:
    """Tell whether a session shows that its device is known, which now has this user agent.

    A user agent that was not recorded, then or now, is no other one.
    """
    proved = any(
        validity.verifies(user, each) for each in (row.auth_digest, row.device_auth_digest)
    )
    is_told = bool(row.user_agent) and conf.RECORD_USER_AGENT
    return proved and (not is_told or _kind_of(row.user_agent) == _kind_of(agent))


def meet_adopted(session: Session) -> Met:
    """Note the device of a session that has just been adopted, and return it. It is known at once."""
    user = session.user
    is_by_client = conf.KNOWN_DEVICES == "client"
    device = Met(_digest_of_client(session, user)) if is_by_client else _fresh(user)
    rows.update(Session.objects.filter(pk=session.pk), {"device_digest": device.digest})
    return device


def _fresh(user: AbstractBaseUser) -> Met:
    """Return a device with a cookie that nobody has yet."""
    cookie = secrets.token_urlsafe(32)
    return Met(_digest(user, cookie), cookie)


def forget(session: Session) -> None:
    """Forget the device of a session: the next sign-in from it is one from a new device."""
    known = Session.objects.filter(user_id=session.user_id, device_digest=session.device_digest)
    known.update(device_digest=b"")


def keep_own(user: AbstractBaseUser, cookies: Sequence[str]) -> None:
    """Have the device be known as before that has these cookies, and has changed the password."""
    digests = [_digest(user, cookie) for cookie in cookies]
    if digests and are_noted():
        own = Session.objects.for_user(user).filter(device_digest__in=digests)
        own.update(device_auth_digest=users.auth_digest_of(user))


def keep_all(user: AbstractBaseUser) -> None:
    """Have the devices of a user be known as before, whose password is about to be hashed anew.

    Django does so at a sign-in, where PASSWORD_HASHERS asks for it.
    """
    before = users.stored(user.pk)
    noted = Session.objects.for_user(user).exclude(device_digest=b"")
    known = [
        row.pk
        for row in noted.on_primary().only("auth_digest", "device_auth_digest")
        if before is not None
        and any(
            validity.verifies(before, each) for each in (row.auth_digest, row.device_auth_digest)
        )
    ]
    noted.filter(pk__in=known).update(device_auth_digest=users.auth_digest_of(user))


def _digest(user: AbstractBaseUser, *words: str) -> bytes:
    """Return the digest of what a user's device is known by. Nobody else's has the same."""
    return credentials.digest(json.dumps([str(user.pk), *words]))


def _digest_of_client(session: Session, user: AbstractBaseUser) -> bytes:
    return _digest(user, session.kind, *_kind_of(session.user_agent))


def _kind_of(agent: str) -> tuple[str, str, str]:
    """Return the browser and system that a user agent names, without versions, and the device type."""
    device = user_agent.parse(agent)
    return (
        description.unversioned(device.browser),
        description.unversioned(device.os),
        device.device_type,
    )
