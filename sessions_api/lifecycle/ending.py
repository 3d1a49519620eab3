"""How sessions end: the row says so first, for good; the engine session is deleted after that."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from django.db import router, transaction
from django.utils import timezone

from sessions_api import activity, credentials, engines, events, signals
from sessions_api.lifecycle import rows
from sessions_api.models import EndReason, Session, SessionQuerySet

BATCH = 2_000
"""How many sessions one statement ends."""


def end(session: Session, *, by: Any = None, reason: EndReason = EndReason.REVOKED) -> bool:
    """End one session, for good. Returns False when it had ended before.

    ``by`` is the user who ended it. The row says so first; once that is committed the engine
    session is deleted, and the next request with it is anonymous.
    """
    ended = end_many(Session.objects.filter(pk=session.pk), by=by, reason=reason)
    return ended == 1


def end_all(
    user: Any,
    *,
    except_: Session | UUID | None = None,
    by: Any = None,
    reason: EndReason = EndReason.REVOKED,
) -> int:
    """End all sessions of a user, but for one. Returns how many had not ended before."""
    sessions = Session.objects.for_user(user)
    if except_ is not None:
        sessions = sessions.exclude(pk=except_.pk if isinstance(except_, Session) else except_)
    return end_many(sessions, by=by, reason=reason)


def end_many(
    sessions: SessionQuerySet, *, by: Any = None, reason: EndReason = EndReason.REVOKED
) -> int:
    """End a set of sessions in batches. Returns how many had not ended before. See ``end``."""
    return sum(end_batches(sessions, by=by, reason=reason))


def delete_many(sessions: SessionQuerySet, *, by: Any = None) -> int:
    """End a set of sessions and have all of them say DELETED, also those that had ended before.

    Returns how many did not say so yet. The rows stay until they are purged: without its row an
    engine session that carries no id could be adopted again.
    """
    deleted = end_many(sessions, by=by, reason=EndReason.DELETED)
    ended = sessions.on_primary().filter(ended_at__isnull=False)
    for pks in rows.batches(ended.exclude(end_reason=EndReason.DELETED), BATCH):
        batch = Session.objects.on_primary().filter(pk__among=pks)
        deleted += batch.update(end_reason=EndReason.DELETED, updated_at=timezone.now())
    return deleted


def end_batches(
    sessions: SessionQuerySet,
    *,
    by: Any = None,
    reason: EndReason = EndReason.REVOKED,
    shared: bool = False,
) -> Iterator[int]:
    """End a set of sessions a batch at a time, each in a transaction of its own.

    Yields how many of a batch had not ended before. With ``shared``, several workers may do this at
    once: each takes what no other has in hand, and at last looks for what has been left.
    """
    not_ended = sessions.on_primary().not_ended()
    for skip_locked in (True, False) if shared else (False,):
        for pks in rows.batches(not_ended, BATCH):
            yield _end_batch(pks, by=by, reason=reason, skip_locked=skip_locked)


def finish_ends(pks: list[UUID]) -> int:
    """Delete the engine sessions of ended rows. Returns how many the engine could not delete.

    A row that has ended and still has a sealed key is work not done yet; the gate refuses it.
    """
    return _finish(pks, lambda ended: None)


def end_deleted(sealed_keys: list[str]) -> None:
    """Delete the engine sessions of rows that are gone from the table, in batches."""
    for begin in range(0, len(sealed_keys), BATCH):
        delete_engine_sessions(dict(enumerate(sealed_keys[begin : begin + BATCH])))


def delete_engine_sessions(sealed_keys: dict[Any, str]) -> set[Any]:
    """Delete engine sessions by the names of their sealed keys.

    Returns the names of those that could not be deleted.
    """
    if engines.is_client_side():
        return set()
    opened = {name: credentials.unseal(sealed) for name, sealed in sealed_keys.items()}
    keys = {name: key for name, key in opened.items() if key is not None}
    left = engines.delete_many(keys.values())
    for key in keys.values():
        activity.forget(credentials.digest(key))
    return {name for name, key in keys.items() if key in left}


@rows.retried
def _end_batch(pks: list[UUID], *, by: Any, reason: EndReason, skip_locked: bool) -> int:
    using = router.db_for_write(Session)
    with transaction.atomic(using=using):
        pks = rows.lock(pks, using=using, skip_locked=skip_locked)
        now = timezone.now()
        ended = rows.update(
            Session.objects.filter(pk__among=pks),
            {"ended_at": now, "end_reason": reason, "ended_by": by},
        )

        def tell(session: Session) -> None:
            if session.ended_at == now:  # and not by somebody else, just before
                events.ended(session, reason=reason, by=by)

        # A function and no partial: Django 5.2 logs what fails by its __qualname__.
        def finish() -> None:
            _finish(pks, tell)

        transaction.on_commit(finish, using=using, robust=True)
    return ended


def _finish(pks: list[UUID], tell: Callable[[Session], None]) -> int:
    rows_ended = Session.objects.on_primary().filter(pk__among=pks, ended_at__isnull=False)
    if not signals.session_ended.has_listeners(Session):
        rows_ended = rows_ended.only("user_id", "ended_at", "sealed_key")  # half the time
    ended = list(rows_ended)
    sealed = {session.pk: session.sealed_key for session in ended if session.sealed_key}
    left = delete_engine_sessions(sealed)
    if done := list(sealed.keys() - left):
        _forget_keys(done)
    for session in ended:
        if session.pk not in left:
            session.sealed_key = ""
        tell(session)
    return len(left)


@rows.retried
def _forget_keys(pks: list[UUID]) -> None:
    using = router.db_for_write(Session)
    with transaction.atomic(using=using):
        pks = rows.lock(pks, using=using, skip_locked=False)
        Session.objects.filter(pk__among=pks).update(sealed_key="")
