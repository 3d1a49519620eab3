"""Sessions ended in the name of a caller: whether they may, what it asks of them, and how it is done.

Every surface ends sessions through here. Two rules have their home here:

- Whoever ends others of their own sessions needs a recent proof, if REAUTHENTICATION_AGE says so.
- Only what the caller may end is ended, and they are signed out if their own session is among it.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeVar
from uuid import UUID

from django.contrib.auth import logout, user_logged_out
from django.http import HttpRequest

from sessions_api import lifecycle, payload, policy, validity
from sessions_api.conf import conf
from sessions_api.lifecycle import ending, rows
from sessions_api.models import EndReason, Session, SessionQuerySet
from sessions_api.tracking.current import current_session, current_session_id

Result = TypeVar("Result")


class Counts(NamedTuple):
    """How many sessions were active, and how many of these have been ended."""

    matched: int
    ended: int


def has_recent_proof(request: HttpRequest) -> bool:
    """Tell whether the caller has proved who they are within REAUTHENTICATION_AGE.

    Always true, and without a query, while that setting is None.
    """
    if conf.REAUTHENTICATION_AGE is None:
        return True
    return policy.is_recently_authenticated(current_session(request))


def lacking_proof(request: HttpRequest, sessions: Iterable[Session]) -> list[Session]:
    """Return the sessions that the caller cannot end before they have proved who they are again.

    These are the caller's own except the one that has made the request. Other users' sessions do
    not need a proof: to end them is the work of staff and backends.
    """
    current_id = current_session_id(request)
    others = [
        session
        for session in sessions
        if session.user_id == request.user.pk and session.pk != current_id
    ]
    return others if others and not has_recent_proof(request) else []


def lacks_proof(request: HttpRequest, sessions: SessionQuerySet) -> bool:
    """Tell the same of a set that need not be read: whether a proof is missing for any of it."""
    if has_recent_proof(request):
        return False
    own = sessions.for_user(request.user).not_ended()
    return _without(own, current_session_id(request)).exists()


def end(request: HttpRequest, session: Session) -> None:
    """End a session that the caller may end. Their current one ends by signing out."""
    if session.pk == current_session_id(request):
        sign_out(request)
    else:
        lifecycle.end(session, by=request.user)


def end_many(request: HttpRequest, sessions: SessionQuerySet, *, dry_run: bool = False) -> Counts:
    """End those of the sessions that the caller may end, the current one last.

    Active sessions are counted, as a list shows them. The others that nobody has ended yet end as
    well: one of them may only look inactive because something is out of order.
    """
    current_id = current_session_id(request)
    signs_out = current_id is not None and sessions.filter(pk=current_id).exists()
    others = _without(sessions.not_ended(), current_id)
    matched = ended = int(signs_out)
    for pks in rows.batches(others, ending.BATCH):
        batch = Session.objects.on_primary().filter(pk__in=pks)
        active = {session.pk for session in validity.active(batch, known=[request.user])}
        endable = policy.endable_by(request.user, batch)
        matched += len(active)
        ended += len(active.intersection(endable.values_list("pk", flat=True)))
        if not dry_run:
            lifecycle.end_many(endable, by=request.user)
    if signs_out and not dry_run:
        sign_out(request)
    return Counts(matched, 0 if dry_run else ended)


def end_by(
    request: HttpRequest,
    sessions: SessionQuerySet,
    end: Callable[[SessionQuerySet], Result],
    *,
    signs_out: bool | None = None,
) -> Result:
    """End sessions by a function of one's own, and sign the caller out if theirs is among them.

    ``end`` gets only those that the caller may end. Returns what ``end`` returns. ``signs_out`` says
    whether the caller's own is among them, where that is known without a query.
    """
    endable = policy.endable_by(request.user, sessions.on_primary())
    if signs_out is None:
        current_id = current_session_id(request)
        signs_out = current_id is not None and endable.filter(pk=current_id).exists()
    result = end(endable)
    if signs_out:
        sign_out(request)
    return result


def sign_out(request: HttpRequest) -> None:
    """End the session that a Django or DRF request was authenticated by, of whatever kind."""
    auth = getattr(request, "auth", None)
    request = getattr(request, "_request", request)
    if not isinstance(auth, Session):
        logout(request)
        return
    lifecycle.end(auth, by=auth.user, reason=EndReason.LOGOUT)
    user_logged_out.send(sender=type(auth.user), request=request, user=auth.user)


def brings_own_browser(request: HttpRequest) -> bool:
    """Tell whether the browser's session that a request brings along is the caller's."""
    return bool(payload.user_id(request.session) == request.user.pk)


def sign_out_browser(request: HttpRequest) -> None:
    """End the browser's session that a request brings along. See ``brings_own_browser``."""
    browser = request.session
    if session_id := payload.session_id(browser):
        own = Session.objects.for_user(request.user).filter(pk=session_id)
        lifecycle.end_many(own, reason=EndReason.LOGOUT)
    browser.flush()


def _without(sessions: SessionQuerySet, pk: UUID | None) -> SessionQuerySet:
    return sessions if pk is None else sessions.exclude(pk=pk)
