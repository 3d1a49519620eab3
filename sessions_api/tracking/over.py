"""The session that a browser has presented and that is over: why, for whoever has to say so."""

import asyncio
import logging
from functools import partial

from django.db import Error
from django.http import HttpRequest
from django.utils import timezone

from sessions_api import engines, lifecycle, logs, payload, validity
from sessions_api.engines import EngineSession
from sessions_api.lifecycle import canary
from sessions_api.models import EndReason, Session
from sessions_api.tracking import delivery
from sessions_api.tracking.current import presented_by
from sessions_api.tracking.state import Admitted, Over, RequestState, Unasked, state_of
from sessions_api.tracking.transaction import apart_from_the_view

logger = logging.getLogger("sessions_api.tracking")


def find(request: HttpRequest) -> Over | None:
    """Return why the session that a request's browser has presented is over.

    None where it is not, and where nobody knows. Where the engine has not found the session it takes
    the query that the response takes otherwise. Ask after the request's user.
    """
    state = state_of(request)
    if state is None:
        return None
    can_look = not state.is_looked_for and not _is_in_event_loop()
    if state.over is None and can_look and _may_be_over(state, request.session):
        try:
            with apart_from_the_view():
                _look_for(state, request.session)
        except Error:
            logs.warn_once_a_minute(logger, "The row of a session could not be read.")
    return state.over


def end_of(row: Session, session: EngineSession) -> EndReason | None:
    """Return why a session that the engine does not give is over. None where its row says so."""
    if row.ended_at is not None:
        return None
    now = timezone.now()
    if reason := validity.end_by_deadline(row, now) or validity.end_by_account(row):
        return reason
    if session.modified:  # code has emptied it
        return EndReason.FLUSHED
    canary.forget()  # perhaps the engine was emptied
    return validity.reason_of_loss(row, now)


def _is_in_event_loop() -> bool:
    """Tell whether a view is async, so that no query can be made here. Its response phase makes it."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _may_be_over(state: RequestState, session: EngineSession) -> bool:
    """Tell whether Django has not found the session, or has flushed it, and nobody has signed out."""
    if not isinstance(state.browser, Unasked | Admitted) or state.key is None:
        return False
    if not session.accessed or payload.names_a_user(session):
        return False
    return engines.is_client_side() or session.session_key != state.key


def _look_for(state: RequestState, session: EngineSession) -> None:
    is_gone = engines.is_client_side() or delivery.is_gone(state.key)
    presented = presented_by(state.key, any_age=True) if is_gone else None
    row = Session.objects.on_primary().filter(presented).first() if presented else None
    state.is_looked_for = True
    if row is None:
        return
    if row.ended_at is None and engines.is_client_side() and presented_by(state.key) is None:
        # A cookie that is too old may be a copy of one that was renewed: only a deadline is evidence.
        end = validity.end_by_deadline(row, timezone.now())
        if end is None:
            return
    else:
        end = end_of(row, session)
    state.over = Over.of(row, end)
    if end is not None:
        state.defer(partial(lifecycle.end, row, reason=end))
