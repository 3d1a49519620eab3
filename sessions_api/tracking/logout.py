"""A logout, and whatever else takes the user out of a browser's session, up to the response."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from sessions_api import engines, lifecycle, payload, validity
from sessions_api.engines import EngineSession
from sessions_api.models import EndReason, Session
from sessions_api.tracking import delivery
from sessions_api.tracking.current import presented_by
from sessions_api.tracking.state import (
    RequestState,
    SignedOut,
    TokenAdmitted,
    TokenRefused,
    state_of,
)


def begin(request: HttpRequest | None, user: AbstractBaseUser | None) -> None:
    """Note that the request's session is about to be flushed, or end the request's token."""
    session, state = getattr(request, "session", None), state_of(request)
    if state is not None and session is state.session:
        state.sign_out()
        presented = state.presented
        if user is None or not isinstance(presented, TokenAdmitted | TokenRefused):
            return
        if user.pk == presented.session.user_id:
            lifecycle.end(presented.session, by=user, reason=EndReason.LOGOUT)
        return
    session_id = payload.session_id(session) if session is not None else None
    if session_id is not None and user is not None:
        # No response settles this session, so it ends at once.
        sessions = Session.objects.for_user(user).filter(pk=session_id)
        lifecycle.end_many(sessions, reason=EndReason.LOGOUT)


def settle(state: RequestState, session: EngineSession, response: HttpResponseBase) -> None:
    """End the row of whomever the session has named before. It names no user now."""
    client_side = engines.is_client_side()
    keeps_key = session.session_key == state.key
    if keeps_key and state.admitted is None and not client_side:
        return
    browser_loses_it = session.is_empty() or delivery.is_sent(session, response)
    if not browser_loses_it and not delivery.is_gone(state.key):
        return
    presented = _presented(state)
    if presented is None:
        return
    if keeps_key and session.session_key is not None and not client_side:
        # What the session still holds goes on under a new key: ending the row deletes the old one.
        session.cycle_key()
    if isinstance(state.browser, SignedOut):
        lifecycle.end_many(Session.objects.filter(presented), reason=EndReason.LOGOUT)
    elif row := Session.objects.on_primary().not_ended().filter(presented).first():
        lifecycle.end(row, reason=_reason(row, session))


def _presented(state: RequestState) -> Q | None:
    """Return a filter for the session that the request came with, or None."""
    if state.admitted is not None and state.admitted.row is not None:
        return Q(pk=state.admitted.row.pk)
    return presented_by(state.key)


def _reason(row: Session, session: EngineSession) -> EndReason:
    reason = validity.end_by_deadline(row, timezone.now()) or validity.end_by_account(row)
    # Code has emptied a session that was modified. Otherwise the engine did not have it any more.
    return reason or (EndReason.FLUSHED if session.modified else EndReason.LOST)
