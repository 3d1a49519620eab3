"""A logout, and whatever else takes the user out of a browser's session, up to the response."""

import logging
import traceback

from asgiref.sync import sync_to_async
from django.contrib.auth import alogout, logout
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import Error
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase

from sessions_api import engines, lifecycle, logs, payload
from sessions_api.engines import EngineSession
from sessions_api.models import EndReason, Session
from sessions_api.tracking import delivery, over
from sessions_api.tracking.current import presented_by
from sessions_api.tracking.state import (
    Over,
    RequestState,
    SignedOut,
    TokenAdmitted,
    TokenRefused,
    state_of,
)

logger = logging.getLogger("sessions_api.tracking")


def begin(request: HttpRequest | None, user: AbstractBaseUser | None) -> None:
    """Have the session end that is about to be flushed, or end the request's token.

    Other code sends the signal, too, and flushes nothing: a package that signs out a token of its own.
    ``user`` is None where nobody has asked for the request's user.
    """
    session: EngineSession | None = getattr(request, "session", None)
    state = state_of(request)
    if session is None:
        return
    if state is not None and session is state.session and not state.is_settled:
        state.sign_out()
        presented = state.presented
        if user is not None and isinstance(presented, TokenAdmitted | TokenRefused):
            if user.pk == presented.session.user_id:
                lifecycle.end(presented.session, by=user, reason=EndReason.LOGOUT)
        elif isinstance(state.browser, SignedOut):
            _end_at_flush(session, _presented(state), state)
        return
    # No response settles this session.
    session_id = payload.session_id(session)
    if session_id is None:
        return
    row = Session.objects.on_primary().filter(pk=session_id).first()
    if row is not None and row.user_id == payload.user_id(session):
        _end_at_flush(session, Q(pk=row.pk), None)


def finish_failed(request: HttpRequest, exception: Exception) -> None:
    """End the session of a request that has failed inside Django's ``logout()``.

    Where the engine cannot load a session, ``logout()`` does not get as far as its signal. Whoever
    has the cookie wanted the session to end.
    """
    state = state_of(request)
    if state is None or not _is_raised_by_logout(exception):
        return
    if presented := presented_by(state.key):
        _write(presented)


def _is_raised_by_logout(exception: Exception) -> bool:
    frames = traceback.walk_tb(exception.__traceback__)
    return any(frame.f_code in (logout.__code__, alogout.__code__) for frame, _ in frames)


def settle(state: RequestState, session: EngineSession, response: HttpResponseBase) -> None:
    """End the row of whomever the session has named before. It names no user now."""
    if isinstance(state.browser, SignedOut) and state.browser.is_written:
        return
    if state.is_looked_for:
        return
    client_side = engines.is_client_side()
    keeps_key = session.session_key == state.key
    if keeps_key and state.admitted is None and not client_side:
        return
    browser_loses_it = session.is_empty() or delivery.is_sent(session, response)
    if not (browser_loses_it and (keeps_key or client_side)) and not delivery.is_gone(state.key):
        # What the engine could not give this process may still be there.
        return
    presented = _presented(state)
    if presented is None:
        return
    if keeps_key and session.session_key is not None and not client_side:
        # What the session still holds goes on under a new key: ending the row deletes the old one.
        session.cycle_key()
    if isinstance(state.browser, SignedOut):
        lifecycle.end_many(Session.objects.filter(presented), reason=EndReason.LOGOUT)
    elif row := Session.objects.on_primary().filter(presented).first():
        end = over.end_of(row, session)
        state.over = Over.of(row, end)
        if end is not None:
            lifecycle.end(row, reason=end)


def _end_at_flush(session: EngineSession, presented: Q | None, state: RequestState | None) -> None:
    """Write the row when the session is flushed, before the engine is asked, which may fail."""
    if presented is None:
        return
    flush, aflush = session.flush, session.aflush

    def end() -> None:
        vars(session).update(flush=flush, aflush=aflush)
        if _write(presented) and state is not None:
            state.sign_out_is_written()

    def flush_ended() -> None:
        end()
        flush()

    async def aflush_ended() -> None:
        await sync_to_async(end)()
        await aflush()

    vars(session).update(flush=flush_ended, aflush=aflush_ended)


def _write(presented: Q) -> bool:
    try:
        lifecycle.end_many(Session.objects.filter(presented), reason=EndReason.LOGOUT)
    except Error:
        # Signing out goes on. That the engine does not have it any more will be evidence.
        logs.warn_once_a_minute(logger, "A sign-out could not be written.")
        return False
    return True


def _presented(state: RequestState) -> Q | None:
    """Return a filter for the session that the request came with, or None."""
    if state.admitted is not None and state.admitted.row is not None:
        return Q(pk=state.admitted.row.pk)
    return presented_by(state.key)
