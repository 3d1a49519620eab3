"""Sessions ended in the name of a caller, whose own session may be among them."""

from typing import Any, NamedTuple

from django.contrib.auth import logout, user_logged_out

from sessions_api import lifecycle, policy, validity
from sessions_api.lifecycle import ending, rows
from sessions_api.models import EndReason, Session, SessionQuerySet


class Counts(NamedTuple):
    """How many sessions were active, and how many of these have been ended."""

    matched: int
    ended: int


def end(request: Any, session: Session) -> None:
    """End a session that the caller may end; her own by signing her out."""
    if session.pk == lifecycle.current_session_id(request):
        sign_out(request)
    else:
        lifecycle.end(session, by=request.user)


def end_many(request: Any, sessions: SessionQuerySet, *, dry_run: bool = False) -> Counts:
    """End those of the sessions that the caller may end, the current one last.

    What is counted is what a list shows: active sessions. The others that nobody has ended yet end
    with them, since an outage may be all that keeps one from being active.
    """
    current_id = lifecycle.current_session_id(request)
    signs_out = current_id is not None and sessions.filter(pk=current_id).exists()
    others = sessions.not_ended().exclude(pk__in=[current_id] if signs_out else [])
    matched = ended = int(signs_out)
    for pks in rows.batches(others, ending.BATCH):
        batch = Session.objects.on_primary().filter(pk__in=pks)
        active = {session.pk for session in validity.active(batch, users=[request.user])}
        endable = policy.endable_by(request.user, batch)
        matched += len(active)
        ended += len(active.intersection(endable.values_list("pk", flat=True)))
        if not dry_run:
            lifecycle.end_many(endable, by=request.user)
    if signs_out and not dry_run:
        sign_out(request)
    return Counts(matched, 0 if dry_run else ended)


def sign_out(request: Any) -> None:
    """End the session that a Django or DRF request was authenticated by, of whatever kind it is."""
    auth = getattr(request, "auth", None)
    request = getattr(request, "_request", request)
    if not isinstance(auth, Session):
        logout(request)
        return
    lifecycle.end(auth, by=auth.user, reason=EndReason.LOGOUT)
    user_logged_out.send(sender=type(auth.user), request=request, user=auth.user)
