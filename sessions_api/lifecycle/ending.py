"""How sessions end: the row says so first, for good, and the engine session is deleted after that.

A row that has ended and still has a sealed key is unfinished: nobody knows that its engine session is
gone. The gate refuses that session, and ``reconcile_sessions`` finishes the end.
"""

from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import router, transaction
from django.utils import timezone

from sessions_api import acts, users
from sessions_api.acts import Written
from sessions_api.lifecycle import ends, rows
from sessions_api.lifecycle.pace import FULL_SPEED, Pace
from sessions_api.models import AnyUser, EndReason, Session, SessionQuerySet

BATCH = 2_000
"""How many sessions one statement ends."""

REPEATED = (EndReason.LIMIT, EndReason.LOGOUT, EndReason.REVOKED)
"""The reasons of ends that hold even if the site's transaction, in which they were written, does not."""


class Outcome(NamedTuple):
    """What has become of sessions that were to end."""

    ended: int
    """How many had not ended before."""
    unfinished: int
    """How many of the rows have an engine session that is not known to be gone.

    None of them inside a transaction of the caller's: there the ends are written, and become known
    when that commits.
    """

    def __add__(self, other: object) -> "Outcome":
        if not isinstance(other, Outcome):
            return NotImplemented
        return Outcome(self.ended + other.ended, self.unfinished + other.unfinished)


NOTHING = Outcome(0, 0)


def end(
    session: Session, *, by: AnyUser | None = None, reason: EndReason = EndReason.REVOKED
) -> bool:
    """End one session, for good, and the tokens made from it. Returns False when it had ended before.

    ``by`` is the user who ends it. The row is written, the engine session is deleted, at the latest
    once that is committed, and the session's next request is anonymous. Where the engine fails, each
    process refuses the session within TOUCH_INTERVAL. Inside a transaction of the caller's the end is
    no more than written: it comes into force with the commit.
    """
    return end_many(Session.objects.filter(pk=session.pk), by=by, reason=reason) > 0


def end_all(
    user: AbstractBaseUser,
    *,
    except_: Session | UUID | None = None,
    by: AnyUser | None = None,
    reason: EndReason = EndReason.REVOKED,
) -> int:
    """End all sessions of a user except one. Returns how many had not ended before. See ``end``."""
    sessions = Session.objects.for_user(user)
    spared = except_.pk if isinstance(except_, Session) else except_
    if spared is not None:
        sessions = sessions.exclude(pk=spared)
    return carry_out(sessions, by=by, reason=reason, spared=spared).ended


def end_all_if_deactivated(
    user: AbstractBaseUser, *, update_fields: frozenset[str] | None = None
) -> None:
    """End all sessions of a user who has just been saved as deactivated (ASVS 7.4.2).

    ``update_fields`` are the fields that were saved; None means all of them.
    """
    if not users.is_deactivated(user):
        return
    is_stored = "is_active" in {field.name for field in user._meta.concrete_fields}
    if update_fields is None or "is_active" in update_fields or not is_stored:
        end_all(user, reason=EndReason.DEACTIVATED)


def end_many(
    sessions: SessionQuerySet,
    *,
    by: AnyUser | None = None,
    reason: EndReason = EndReason.REVOKED,
) -> int:
    """End a set of sessions in batches. Returns how many had not ended before. See ``end``."""
    return carry_out(sessions, by=by, reason=reason).ended


def carry_out(
    sessions: SessionQuerySet,
    *,
    by: AnyUser | None = None,
    reason: EndReason = EndReason.REVOKED,
    spared: UUID | None = None,
) -> Outcome:
    """Do the same, and return what has become of the sessions.

    ``spared`` is a token that does not end with the session it was made from.
    """
    batches = end_batches(sessions, by=by, reason=reason, spared=spared)
    return sum(batches, start=NOTHING)


def write_again(written: Written) -> None:
    """End sessions again whose end was written in a transaction that has been rolled back since."""
    connection = transaction.get_connection(router.db_for_write(Session))
    if len(connection.atomic_blocks) < written.depth:
        sessions = Session.objects.filter(pk__among=written.pks)
        end_many(sessions, by=written.by, reason=written.reason)


def change_reason(sessions: SessionQuerySet, reason: EndReason) -> int:
    """Have ended sessions give another reason. Returns how many gave a different one before."""
    changed = 0
    ended = sessions.on_primary().filter(ended_at__isnull=False).exclude(end_reason=reason)
    for pks in rows.batches(ended, BATCH):
        batch = Session.objects.on_primary().filter(pk__among=pks)
        changed += batch.update(end_reason=reason, updated_at=timezone.now())
    return changed


def end_batches(
    sessions: SessionQuerySet,
    *,
    by: AnyUser | None = None,
    reason: EndReason = EndReason.REVOKED,
    shared: bool = False,
    spared: UUID | None = None,
    pace: Pace = FULL_SPEED,
) -> Iterator[Outcome]:
    """End a set of sessions in batches, each in a transaction of its own.

    Yields what has become of each batch. With ``shared``, several workers may end the
    same set at once: each skips what another has locked, and looks again at the end.
    """
    not_ended = sessions.on_primary().not_ended()
    for skip_locked in (True, False) if shared else (False,):
        for pks in rows.batches(not_ended, BATCH, pace):
            yield _end_batch(pks, by=by, reason=reason, skip_locked=skip_locked, spared=spared)


def finish_ends(pks: list[UUID]) -> int:
    """Delete the engine sessions of ended rows. Returns how many the engine could not delete."""
    return ends.finish(pks)


def end_deleted(row: Session, *, using: str) -> None:
    """End what a row that is being deleted stands for, once that is committed.

    That is its engine session and, where the row was not over, the tokens made from it. The rows that
    one transaction deletes are taken together, in batches.
    """
    waiting = _last_on_commit(using)
    if not isinstance(waiting, _EndDeleted):
        waiting = _EndDeleted()
        transaction.on_commit(waiting, using=using, robust=True)
    waiting.add(row)


class _EndDeleted:
    """Ends what the rows have stood for that one transaction has deleted."""

    def __init__(self) -> None:
        self._sealed_keys: list[bytes] = []
        self._pks: list[UUID] = []
        # Django 5.2 logs a robust callback that fails by this name.
        self.__qualname__ = type(self).__qualname__

    def add(self, row: Session) -> None:
        """Take a row along."""
        if row.sealed_key:
            self._sealed_keys.append(row.sealed_key)
        if row.ended_at is None and (row.expires_at is None or row.expires_at > timezone.now()):
            self._pks.append(row.pk)

    def __call__(self) -> None:
        for begin in range(0, len(self._sealed_keys), BATCH):
            ends.delete_engine_sessions(dict(enumerate(self._sealed_keys[begin : begin + BATCH])))
        for begin in range(0, len(self._pks), BATCH):
            end_many(Session.objects.filter(parent__pk__among=self._pks[begin : begin + BATCH]))


def _last_on_commit(using: str) -> object:
    """Return the last callback that waits for the commit of the innermost transaction, or None."""
    connection = transaction.get_connection(using)
    if not connection.run_on_commit:
        return None
    savepoints, callback, _is_robust = connection.run_on_commit[-1]
    is_of_this_one = savepoints == set(connection.savepoint_ids)
    return callback if is_of_this_one else None


def _end_batch(
    pks: list[UUID],
    *,
    by: AnyUser | None,
    reason: EndReason,
    skip_locked: bool,
    spared: UUID | None,
) -> Outcome:
    connection = transaction.get_connection(router.db_for_write(Session))
    ended, left = ends.write(pks, by=by, reason=reason, skip_locked=skip_locked, spared=spared)
    if not connection.in_atomic_block:
        # Without an answer the deletion has failed, or the connection has.
        return Outcome(ended, left[0] if left else len(pks))
    if ended and reason in REPEATED:
        acts.note_written(Written(pks, by, reason, len(connection.atomic_blocks)))
    return Outcome(ended, 0)
