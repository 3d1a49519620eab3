"""The devices that users sign in from: which of them are known, and how they are forgotten.

A device is known by the ``device_digest`` of sessions that were signed in from it: that of a cookie
that it keeps or, where it keeps none, of its browser, system and type. An IP address tells nothing.
"""

import json
import secrets
from collections.abc import Sequence
from typing import NamedTuple

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Case, When

from sessions_api import acts, credentials, description, signals, users
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
    signs in for a token. A cookie counts that was given to this very user, in the same browser on
    the same system: whoever has copied it into another one has another device.
    """
    earlier = Session.objects.on_primary().for_user(user).exclude(pk=session.pk)
    if cookies is None or conf.KNOWN_DEVICES == "client":
        return _met_by_client(session, user, earlier)
    digests = {_digest(user, cookie): cookie for cookie in cookies}
    if digests:
        known = earlier.filter(device_digest__in=digests).order_by("-created_at")
        for digest, agent in known.values_list("device_digest", "user_agent")[:_LOOKED_AT]:
            if _kind_of(agent) == _kind_of(session.user_agent):
                return Met(digest, digests[digest])
    is_first = not digests and not users.has_signed_in(user) and not earlier.exists()
    return _fresh(user)._replace(is_new=not is_first)


def _met_by_client(session: Session, user: AbstractBaseUser, earlier: SessionQuerySet) -> Met:
    digest = _digest(user, session.kind, *_kind_of(session.user_agent))
    is_it = Case(When(device_digest=digest, then=0), default=1)
    seen = list(earlier.order_by(is_it).values_list("device_digest", flat=True)[:1])
    is_first = not seen and not users.has_signed_in(user)
    return Met(digest, is_new=not is_first and digest not in seen)


def meet_adopted(session: Session) -> Met:
    """Note the device of a session that has just been adopted, and return it. It is known at once."""
    if conf.KNOWN_DEVICES == "client":
        device = Met(_digest(session.user, session.kind, *_kind_of(session.user_agent)))
    else:
        device = _fresh(session.user)
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


def forget_others(user: AbstractBaseUser) -> None:
    """Forget the devices of a user whose password has changed, but the one that has changed it."""
    known = Session.objects.for_user(user).exclude(device_digest=b"")
    if current := acts.current_session_id():
        known = known.exclude(pk=current)
    known.update(device_digest=b"")


def _digest(user: AbstractBaseUser, *words: str) -> bytes:
    """Return the digest of what a user's device is known by. Nobody else's has the same."""
    return credentials.digest(json.dumps([str(user.pk), *words]))


def _kind_of(agent: str) -> tuple[str, str, str]:
    """Return the browser and system that a user agent names, without versions, and the device type."""
    device = user_agent.parse(agent)
    return (
        description.unversioned(device.browser),
        description.unversioned(device.os),
        device.device_type,
    )
