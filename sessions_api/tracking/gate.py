"""Whether a request's user is handed out: decided when ``request.user`` is first used.

A request that never asks for its user costs nothing. One that does costs a look into this process's
memory, and once per TOUCH_INTERVAL a read of the row. Where the gate refuses, the request is
anonymous and its engine session is flushed. While the row cannot be read the engine's word counts,
except where nothing but the row can say that a session has ended.
"""

import logging
from collections.abc import Callable
from functools import partial

from asgiref.sync import sync_to_async
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.db import Error
from django.http import HttpRequest

from sessions_api import credentials, engines, lifecycle, logs, payload, recent, users, validity
from sessions_api.client import located_client_of
from sessions_api.exceptions import SessionsUnavailable
from sessions_api.lifecycle import adopting, ending, updating
from sessions_api.models import AnyUser, EndReason, Session
from sessions_api.recent import Recent
from sessions_api.tracking import standing
from sessions_api.tracking.state import Admitted, Over, RequestState
from sessions_api.tracking.transaction import apart_from_the_view

logger = logging.getLogger("sessions_api.tracking")


def user_of(
    request: HttpRequest,
    state: RequestState,
    find: Callable[[], AnyUser],
    recalled: Recent | None = None,
) -> AnyUser:
    """Return the user whom the request gets: the one that Django finds, or an anonymous one.

    ``recalled`` is what the memory has said a moment ago.
    """
    # First of all: it has Django load the session.
    found = find()
    is_authenticated = found.is_authenticated
    state = state.of_session(request.session)
    if not _names_a_user(request):
        return found
    if not is_authenticated:
        _dismiss(request, state)
        return found
    if state.admitted is not None:
        return found
    at = recent.now()
    recalled = recalled or recent.recall(request.session, at)
    is_asked = standing.is_asked_at_every_request()
    if recalled is not None and not is_asked:
        state.admit(Admitted(found, at, recent=recalled))
        return found
    try:
        with apart_from_the_view():
            if recalled is not None and standing.stands(request.session):
                admitted: Admitted | None = Admitted(found, at, recent=recalled)
            else:
                admitted = _admitted_by_row(request, state, found, at)
    except Error as error:
        admitted = _admitted_by_engine(request, state, found, at, error)
    if admitted is None:
        _refuse(request, state)
        return _anonymous(request)
    state.admit(admitted)
    return found


async def auser_of(request: HttpRequest, state: RequestState, found: AnyUser) -> AnyUser:
    """Do the same. Leave the event loop only where the database has to be asked."""
    state = state.of_session(request.session)
    if state.admitted is not None or not _names_a_user(request):
        return found
    recalled = None
    if found.is_authenticated and not standing.is_asked_at_every_request():
        recalled = recent.recall(request.session, recent.now())
    if recalled is not None:
        # Handed over, since the memory may have forgotten it by the next look.
        return user_of(request, state, lambda: found, recalled)
    return await sync_to_async(user_of)(request, state, lambda: found)


def _names_a_user(request: HttpRequest) -> bool:
    """Tell whether the session, if anybody has looked at it, names a user."""
    return request.session.accessed and SESSION_KEY in request.session


def _dismiss(request: HttpRequest, state: RequestState) -> None:
    """End a session whose account is gone or deactivated, so that no re-activation revives it."""
    try:
        with apart_from_the_view():
            user = users.stored(payload.user_id(request.session))
    except Error:
        logs.warn_once_a_minute(logger, "The account of a session could not be read.")
        return
    if not users.is_deactivated(user):
        return
    if user is not None:
        state.defer(partial(lifecycle.end_all, user, reason=EndReason.DEACTIVATED))
    state.over = Over(EndReason.DEACTIVATED)
    _refuse(request, state)


def _refuse(request: HttpRequest, state: RequestState) -> None:
    engines.flush(request.session)
    state.refuse()


def _admitted_by_engine(
    request: HttpRequest, state: RequestState, user: AnyUser, at: float, error: Error
) -> Admitted:
    """Take the engine's word for a session whose row cannot be read. Raises SessionsUnavailable."""
    if standing.is_asked_at_every_request():
        state.is_unavailable = True
        raise SessionsUnavailable from error
    logs.warn_once_a_minute(logger, "The row of a session could not be read.")
    recent.remember_unread(request.session)
    return Admitted(user, at, is_unread=True)


def _anonymous(request: HttpRequest) -> AnonymousUser:
    """Return an anonymous user, and have ``request.user`` and ``request.auser`` agree on it."""
    anonymous = AnonymousUser()
    vars(request).update(_cached_user=anonymous, _acached_user=anonymous)
    return anonymous


def _admitted_by_row(
    request: HttpRequest, state: RequestState, user: AnyUser, at: float
) -> Admitted | None:
    """Ask the session's row. None where it does not admit the session."""
    session = request.session
    session_id = payload.session_id(session)
    if session_id is not None:
        row = Session.objects.on_primary().filter(pk=session_id).first()
    else:
        row = adopting.adopt(session, user, *located_client_of(request))
    if row is None or row.user_id != payload.user_id(session):
        return None
    if row.ended_at is not None:
        state.over = Over.of(row)
        if row.sealed_key:  # the engine could not delete the session when it ended
            state.defer(partial(ending.finish_ends, [row.pk]))
        return None
    recent.add_unwritten(row)
    if reason := validity.end_by_deadline(row, recent.moment(at)):
        state.over = Over(reason)
        state.defer(partial(lifecycle.end, row, reason=reason))
        return None
    if not _presents_its_key(request, state, row):
        return None
    return Admitted(user, at, row=row, is_adopted=session_id is None)


def _presents_its_key(request: HttpRequest, state: RequestState, row: Session) -> bool:
    """Tell whether the engine key in use is the row's, or may become it.

    A key that was made during this request is settled at its response. Where the engine holds two
    older keys for one session, the payload was copied, and only the row's own key is the session
    (docs/life-cycle.md, 33).
    """
    key = request.session.session_key
    if engines.is_client_side() or row.key_digest is None or key is None or key != state.key:
        return True
    if row.key_digest == credentials.digest(key):
        return True
    return updating.live_key(row) is None or engines.is_gone(key)
