"""What people read of a session: its device, its IP address, and where that is."""

import re
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sessions_api.models import DeviceType, EndReason, Session, networks

SOMEBODY = gettext_lazy("somebody")

METHODS = {
    "password": gettext_lazy("password"),
    "code": gettext_lazy("a code that was sent"),
    "otp": gettext_lazy("one-time code"),
    "totp": gettext_lazy("authenticator app"),
    "webauthn": gettext_lazy("passkey"),
    "recovery_codes": gettext_lazy("recovery code"),
    "password_reset": gettext_lazy("password reset"),
    "remote_user": gettext_lazy("single sign-on"),
    "socialaccount": gettext_lazy("another site"),
}
"""What users call the ways to sign in. Others go by their own word."""

TO_USERS = {
    EndReason.LOST: gettext_lazy("the site no longer has it"),
    EndReason.BACKEND: gettext_lazy("the site no longer accepts it"),
}
"""What users call the reasons that say more to the site's staff."""

ENDED_BY_STAFF = "staff"
END_MESSAGES = {
    EndReason.REVOKED.value: gettext_lazy("You were signed out from another device."),
    ENDED_BY_STAFF: gettext_lazy("The staff of this site have signed you out."),
    EndReason.LIMIT.value: gettext_lazy(
        "You were signed out because you have signed in on another device."
    ),
    EndReason.EXPIRED.value: gettext_lazy("You were signed out because your sign-in has expired."),
    EndReason.IDLE.value: gettext_lazy(
        "You were signed out because you have not used this site for a while."
    ),
    EndReason.LIFETIME.value: gettext_lazy(
        "You were signed out because it is a long time since you have signed in."
    ),
    EndReason.CREDENTIALS.value: gettext_lazy(
        "You were signed out because your password has changed."
    ),
}
"""What users are told who were signed out, by a word. Of other reasons they know, or are not told."""


def device(session: Session) -> str:
    """Return the owner's label and what the user agent says of the device."""
    words = device_alone(session)
    return f"{session.label} ({words})" if session.label else words


def device_alone(session: Session) -> str:
    """Return what the user agent says of the device. A label may have been given by a thief."""
    if session.browser and session.os:
        names = {"browser": session.browser, "system": session.os}
        words = _("%(browser)s on %(system)s") % names
    else:
        words = session.browser or session.os
    if session.device and session.device not in words:
        words = f"{words}, {session.device}" if words else session.device
    if not words and session.device_type in DeviceType.values:
        words = str(DeviceType(session.device_type).label)
    return words or _("unknown device")


def unversioned(name: str) -> str:
    """Return the name of a browser or system without its version."""
    return re.sub(r" [\d.]+$", "", name)


def place(session: Session) -> str:
    """Return the IP address that last used the session, and where it is, as far as is known."""
    known = session.last_ip_address or session.ip_address
    return _place(known, session.location)


def place_of_last_use(session: Session) -> str:
    """Do the same. "" where the last IP address is unknown, whatever that of the sign-in was."""
    return _place(session.last_ip_address, session.location)


def place_at_sign_in(session: Session) -> str:
    """Return the IP address that signed the session in, and where that was, as far as is known."""
    return _place(session.ip_address, session.first_location)


def signed_in_at(session: Session) -> datetime | None:
    """Return when the user has signed in, or has last proved who they are. None where nobody saw it."""
    return session.authenticated_at if session.adopted else session.known_since


def methods(session: Session) -> str:
    """Return how the user signed in, or "" where nothing is known."""
    words = session.methods.split()
    named = [
        session.provider
        if word == "socialaccount" and session.provider
        else METHODS.get(word, word)
        for word in words
    ]
    return ", ".join(map(str, named))


def reason(why: EndReason) -> str:
    """Return why a session is over, as its user is told."""
    return str(TO_USERS.get(why, why.label))


def in_one_line(session: Session) -> str:
    """Return the device of a session, its IP address and where that is."""
    return ", ".join(filter(None, (device(session), place(session))))


def local(time: datetime) -> datetime:
    """Return a time in the site's time zone."""
    return timezone.localtime(time) if timezone.is_aware(time) else time


def _place(ip_address: str | None, location: str) -> str:
    known = networks.in_words(ip_address) if ip_address else ""
    return f"{known} ({location})" if known and location else known or location
