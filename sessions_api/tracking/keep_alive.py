"""A use that is written at once: whoever reads a page for long asks to stay signed in."""

from copy import copy
from datetime import datetime

from django.http import HttpRequest

from sessions_api import engines, recent, validity
from sessions_api.lifecycle import rows, updating
from sessions_api.lifecycle.updating import Followed
from sessions_api.models import Session
from sessions_api.recent import Recent
from sessions_api.tracking.state import state_of


def moves_end(request: HttpRequest, session: Session) -> bool:
    """Tell whether a use now would have the request's session end later than it does."""
    used = copy(session)
    rows.assign(used, _changes(request, session, recent.moment(recent.now())))
    return validity.ends_at(used) > validity.ends_at(session)


def write(request: HttpRequest, session: Session) -> Followed:
    """Write that the request's session is used now, whatever TOUCH_INTERVAL says.

    Its expiry moves where SESSION_SAVE_EVERY_REQUEST has every request move it. Nothing else does:
    how long a session lasts is for the site to say.
    """
    at = recent.moment(recent.now())
    changes = _changes(request, session, at)
    followed = updating.follow(session.pk, session.key_digest, changes, at=at)
    if followed is Followed.WRITTEN:
        rows.assign(session, changes)
        _have_the_response_know(request, session)
    return followed


def follow_engine(request: HttpRequest, session: Session) -> None:
    """Have a session that is past its expiry say when it expires in the engine, which has just held it."""
    is_browsers = getattr(request, "auth", None) is not session
    if is_browsers and validity.is_past_expiry(session, recent.moment(recent.now())):
        session.expires_at = engines.held_expiry(request.session)


def _changes(request: HttpRequest, session: Session, at: datetime) -> rows.Fields:
    changes: dict[str, object] = {"last_used": max(session.last_used, at)}
    is_saved = getattr(request, "auth", None) is not session and engines.saves_every_request()
    if is_saved and session.expires_at is not None:
        changes["expires_at"] = engines.expiry(request.session)
    return changes


def _have_the_response_know(request: HttpRequest, session: Session) -> None:
    """Have the response find the row as it is now, so that it does not write the same again."""
    state = state_of(request)
    admitted = state.admitted if state is not None else None
    if state is None or admitted is None or session is getattr(request, "auth", None):
        return
    if session.is_impersonated:  # the row may not say so yet
        return
    known = recent.known(recent.name_of(session.pk, session.key_digest))
    now = Recent.of(session, known.fingerprint if known is not None else None)
    state.admit(admitted._replace(recent=now, row=session))


def seconds_left(request: HttpRequest) -> float | None:
    """Return in how many seconds the browser's session ends, as far as this process knows. No query.

    Other uses may have moved the end since. None where the browser's session has not made the request.
    """
    state = state_of(request)
    if state is None or not request.user.is_authenticated or state.admitted is None:
        return None
    row, known = state.admitted.row, state.admitted.recent
    if row is not None:
        known = Recent.of(row)
    return None if known is None else known.deadline - recent.now()
