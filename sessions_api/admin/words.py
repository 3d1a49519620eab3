"""What the admin says of a session, in words."""

from datetime import datetime
from typing import NamedTuple

from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from sessions_api import description, step_up, validity
from sessions_api.models import Session


def who(session: Session) -> str:
    """Return the user, and whether somebody has taken their place or they act as somebody."""
    if not session.is_impersonated:
        return str(session.user)
    if session.presented_user_id != session.user_id:
        return _("%(user)s (acting as another user)") % {"user": session.user}
    return _("%(user)s (impersonated)") % {"user": session.user}


def heading(session: Session) -> str:
    """Return on which device a session is, and whose."""
    return _("%(device)s, session of %(user)s") % {
        "device": capfirst(description.device(session)),
        "user": who(session),
    }


def device(session: Session, *, is_own: bool) -> str:
    """Return the device, with a mark on the session that the request has come by."""
    words = description.device(session)
    if not is_own:
        return words
    return format_html('{} <span class="session-own">{}</span>', words, _("this session"))


class Line(NamedTuple):
    """What tells a session from others of its user."""

    device: str
    place: str
    signed_in: str
    last_used: str


def line(session: Session, *, is_own: bool) -> Line:
    """Return what a page that asks says of a session."""
    return Line(
        device=device(session, is_own=is_own),
        place=description.place(session),
        signed_in=signed_in(session),
        last_used=moment(session.last_used),
    )


def remedy(request: HttpRequest) -> str:
    """Return what whoever lacks a recent proof can do about it, as HTML."""
    page = step_up.confirmation_url(request.get_full_path())
    if page is None:
        return _("Log out and log in again first.")
    return format_html('<a href="{}">{}</a>', page, _("Confirm first who you are."))


def signed_in(session: Session) -> str:
    """Return when the user has signed in or, where nobody saw it, before when."""
    started = moment(session.created_at)
    return format_html(_("before {time}"), time=started) if session.adopted else started


def truth(value: bool) -> str:  # noqa: FBT001 (it is what is told)
    """Return whether something is so. "No" is no fault, as Django's red cross would have it."""
    return _("yes") if value else _("no")


def state(verdict: validity.Verdict) -> str:
    """Return in words whether the session is active and, if it is not, why."""
    if verdict.is_active:
        return str(verdict.state.label)
    if verdict.is_unknown:
        return _("unknown: cannot be read now")
    reason = str(verdict.reason.label if verdict.reason else verdict.state.label)
    return _("not active: %(reason)s") % {"reason": reason}


def badge(verdict: validity.Verdict) -> SafeString:
    """Return the verdict in words on the colour of its state."""
    return format_html(
        '<span class="session-state session-state-{}">{}</span>', verdict.state, state(verdict)
    )


def labelled(label: object, value: str) -> SafeString:
    """Return a value, or a dash, with a label that only narrow screens show."""
    return format_html('<span class="session-label">{} </span>{}', label, value or "-")


def moment(time: datetime | None) -> str:
    """Return a time in the site's short format, if there is one."""
    if time is None:
        return ""
    return format_html(
        '<time datetime="{}">{}</time>',
        time.isoformat(),
        date_format(description.local(time), "SHORT_DATETIME_FORMAT"),
    )
