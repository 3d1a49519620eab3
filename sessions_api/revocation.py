"""Sessions ended in the name of a caller: whether they may, what it asks of them, and how it is done.

Every surface ends sessions through here: the functions that end any enforce two rules by themselves,
so no surface can forget them.

- Whoever ends others of their own sessions needs a recent proof, if REAUTHENTICATION_AGE says so.
  Without one nothing ends, and ReauthenticationRequired is raised.
- Only what the caller may end is ended, and they are signed out if their own session is among it.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple, TypeVar
from uuid import UUID

from django.contrib.auth import logout, user_logged_out
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone

from sessions_api import engines, lifecycle, payload, policy, validity
from sessions_api.conf import conf
from sessions_api.exceptions import ReauthenticationRequired
from sessions_api.lifecycle import ending, rows
from sessions_api.models import EndReason, Session, SessionQuerySet
from sessions_api.tracking.current import current_session, current_session_id

logger = logging.getLogger("sessions_api.engines")

Result = TypeVar("Result")


class Counts(NamedTuple):
    """How many sessions that the caller may end were not over, and how many have been ended."""

    matched: int
    ended: int
    in_force_by: datetime | None = None
    """The latest moment at which all of it is in force. None: it is now."""


def has_recent_proof(request: HttpRequest) -> bool:
    """Tell whether the caller has proved who they are within REAUTHENTICATION_AGE.

    Always true, and without a query, while that setting is None.
    """
    max_age = conf.REAUTHENTICATION_AGE
    return max_age is None or policy.is_recently_authenticated(current_session(request), max_age)


def lacking_proof(request: HttpRequest, sessions: Iterable[Session]) -> list[Session]:
    """Return the sessions that the caller cannot end before they have proved who they are again.

    These are the caller's own except the one that has made the request. Other users' sessions do
    not need a proof: to end them is the work of staff and backends.
    """
    current_id = current_session_id(request)
    others = [
        session
        for session in sessions
        if session.user_id == request.user.pk
        and session.pk != current_id
        and session.ended_at is None
    ]
    return others if others and not has_recent_proof(request) else []


def lacks_proof(request: HttpRequest, sessions: SessionQuerySet) -> bool:
    """Tell the same of a set that need not be read: whether a proof is missing for any of it."""
    if has_recent_proof(request):
        return False
    own = sessions.on_primary().for_user(request.user).not_ended()
    return _without(own, current_session_id(request)).exists()


def end(request: HttpRequest, session: Session, *, leaves_cookie: bool = False) -> datetime | None:
    """End a session. The caller's current one ends by signing out.

    ``leaves_cookie`` ends the current one like any other: the response does not touch the browser's
    cookie. Returns the latest moment at which the end is in force. None: it is now. Raises
    PermissionDenied, also as ReauthenticationRequired.
    """
    is_current = session.pk == current_session_id(request)
    # Whoever acts as another user presents a session that is not the other's.
    if not is_current and not policy.may_end(request.user, session):
        raise PermissionDenied
    if lacking_proof(request, [session]):
        raise ReauthenticationRequired
    if is_current and not leaves_cookie:
        return sign_out(request)
    chosen = Session.objects.filter(pk=session.pk)
    return in_force_by(ending.carry_out(chosen, by=request.user))


def in_force_by(outcome: ending.Outcome) -> datetime | None:
    """Return the latest moment at which ends are in force. None: they are now.

    Where the engine could not delete a session, each process refuses it when it next reads the row.
    """
    if not outcome.unfinished or conf.STRICT or engines.is_client_side():
        return None
    return timezone.now() + conf.TOUCH_INTERVAL


def end_many(
    request: HttpRequest,
    sessions: SessionQuerySet,
    *,
    shows: Callable[[validity.Verdict], bool] | None = None,
    dry_run: bool = False,
) -> Counts:
    """End those of the sessions that the caller may end, the current one last.

    Sessions that are not over are counted, as a list shows them. ``shows`` narrows them down to those
    with some verdicts. The others that nobody has ended yet end as well: one of them may only look
    over because something is out of order. Raises ReauthenticationRequired, unless it is a dry run.
    """
    if not dry_run and lacks_proof(request, sessions):
        raise ReauthenticationRequired
    current_id = current_session_id(request)
    signs_out = current_id is not None and sessions.filter(pk=current_id).exists()
    others = _without(sessions.not_ended(), current_id)
    matched = int(signs_out)
    outcome = ending.NOTHING
    for pks in rows.batches(others, ending.BATCH):
        batch = policy.endable_by(request.user, Session.objects.on_primary().filter(pk__in=pks))
        verdicts = validity.judge(batch, known=[request.user])
        # Not a login under way, which no list shows.
        bound = [session.pk for session in batch if session.expires_at is not None]
        standing = {pk for pk in bound if not verdicts[pk].is_over}
        if shows is not None:
            left_out = {pk for pk in standing if not shows(verdicts[pk])}
            standing, batch = standing - left_out, batch.exclude(pk__in=left_out)
        matched += len(standing)
        if not dry_run:
            # A token that ends the session it was made from stays, as the one that makes the request.
            outcome += ending.carry_out(batch, by=request.user, spared=current_id)
    if dry_run:
        return Counts(matched, 0)
    signed_out_by = sign_out(request) if signs_out else None
    return Counts(matched, matched, in_force_by(outcome) or signed_out_by)


def end_by(
    request: HttpRequest,
    sessions: SessionQuerySet,
    end: Callable[[SessionQuerySet], Result],
    *,
    signs_out: bool | None = None,
) -> Result:
    """End sessions by a function of one's own, and sign the caller out if theirs is among them.

    ``end`` gets only those that the caller may end. Returns what ``end`` returns. ``signs_out`` says
    whether the caller's own is among them, where that is known without a query. Raises
    ReauthenticationRequired.
    """
    if lacks_proof(request, sessions):
        raise ReauthenticationRequired
    endable = policy.endable_by(request.user, sessions.on_primary())
    if signs_out is None:
        current_id = current_session_id(request)
        signs_out = current_id is not None and endable.filter(pk=current_id).exists()
    result = end(endable)
    if signs_out:
        sign_out(request)
    return result


def sign_out(request: HttpRequest) -> datetime | None:
    """End the session that a Django or DRF request was authenticated by, of whatever kind.

    Returns the latest moment at which that is in force. None: it is now.
    """
    auth = getattr(request, "auth", None)
    request = getattr(request, "_request", request)
    if isinstance(auth, Session):
        lifecycle.end(auth, by=auth.user, reason=EndReason.LOGOUT)
        user_logged_out.send(sender=type(auth.user), request=request, user=auth.user)
        return None
    session_id = current_session_id(request)
    try:
        logout(request)
    except Exception:
        # The row says that the session has ended. Only the engine still holds it.
        logger.exception("The session engine could not delete a session.")
        engines.flush(request.session)
        request.user = AnonymousUser()
        return in_force_by(ending.Outcome(1, 1))
    if session_id is None:
        return None
    # The file engine does not say when it fails.
    unfinished = Session.objects.on_primary().unfinished().filter(pk=session_id).count()
    return in_force_by(ending.Outcome(1, unfinished))


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
