"""Whether a request's user is handed out: asked when ``request.user`` is first used.

A request that never asks costs nothing. One that does costs a look into this process's memory, and
a read of the row once per TOUCH_INTERVAL. A request that the gate refuses is anonymous, and its
engine session is flushed.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib.auth import SESSION_KEY, get_user_model
from django.http import HttpRequest
from django.utils import timezone

from sessions_api import accounts, credentials, engines, lifecycle, validity
from sessions_api import visit as visits
from sessions_api.models import EndReason, Session
from sessions_api.visit import Visit


def is_free(request: HttpRequest, visit: Visit, user: Any) -> bool:
    """Tell whether ``admits`` will answer without a query, so that async code need not leave.

    What is recalled is kept for it: a moment later the memory may say something else.
    """
    if visit.admitted or not _names_a_user(request):
        return True
    visit.seen = visits.recall(request.session) if user.is_authenticated else None
    return visit.seen is not None


def admits(request: HttpRequest, visit: Visit, user: Any) -> bool:
    """Tell whether the user that Django found for the request may be handed out."""
    # First of all: it is this that has Django look at the session, and find the user.
    is_authenticated = user.is_authenticated
    visit = visits.at_present(request, visit)
    if not _names_a_user(request):
        return True
    if not is_authenticated:
        _dismiss(request, visit)
        return True
    if visit.admitted:
        return True
    visit.seen = visit.seen or visits.recall(request.session)
    visit.admitted = visit.seen is not None or _admits_row(request, visit, user)
    if visit.admitted:
        visit.user = user
    else:
        _refuse(request, visit)
    return visit.admitted


def _names_a_user(request: HttpRequest) -> bool:
    """Tell whether the session, if anybody has looked at it, says who is signed in."""
    return request.session.accessed and SESSION_KEY in request.session


def _dismiss(request: HttpRequest, visit: Visit) -> None:
    """End a session whose account is gone or deactivated, so that nothing revives it."""
    user_id = validity.user_id(request.session)
    user = get_user_model()._base_manager.filter(pk=user_id).first()
    if not accounts.is_deactivated(user):
        return
    if user is not None:
        _end(visit, partial(lifecycle.end_all, user, reason=EndReason.DEACTIVATED))
    _refuse(request, visit)


def _end(visit: Visit, end: Callable[[], object]) -> None:
    """End a session in the response phase: the view's transaction may be rolled back."""
    if visit.is_over:
        end()
    else:
        visit.ends.append(end)


def _refuse(request: HttpRequest, visit: Visit) -> None:
    request.session.flush()
    visit.refused = True


def _admits_row(request: HttpRequest, visit: Visit, user: Any) -> bool:
    visit.adopted = visits.session_id(request.session) is None
    row = _row(request, user)
    if row is None or row.ended_at is not None or row.user_id != validity.user_id(request.session):
        return False
    if reason := validity.end_by_deadline(row, timezone.now()):
        _end(visit, partial(lifecycle.end, row, reason=reason))
        return False
    if not _presents_its_key(request, visit, row):
        return False
    visit.row = row
    return True


def _row(request: HttpRequest, user: Any) -> Session | None:
    session_id = visits.session_id(request.session)
    if session_id is not None:
        return Session.objects.on_primary().filter(pk=session_id).first()
    return lifecycle.adopt(request, user)


def _presents_its_key(request: HttpRequest, visit: Visit, row: Session) -> bool:
    """Tell whether the engine key in use is the row's, or may become it.

    A key that came to be during this request is settled at its response. Two keys of older date
    that the engine both holds are a copied payload: only the row's own is the session
    (docs/life-cycle.md, 33).
    """
    key = request.session.session_key
    if engines.is_client_side() or row.key_digest is None or key is None or key != visit.key:
        return True
    if row.key_digest == credentials.digest(key):
        return True
    return lifecycle.live_key(row) is None or engines.load(key) is None
