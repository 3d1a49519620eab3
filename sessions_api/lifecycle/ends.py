"""One batch of ends: written in one transaction, and finished once that is committed.

To finish an end is to delete its engine session, and then the sealed key in its row. What the engine
keeps in the same database is deleted in the transaction itself.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import Error, connections, router, transaction
from django.utils import timezone

from sessions_api import acts, credentials, engines, recent
from sessions_api.lifecycle import events, rows
from sessions_api.models import AnyUser, EndReason, Session, SessionQuerySet

TAKES_TOKENS = (EndReason.CREDENTIALS, EndReason.DELETED, EndReason.REVOKED)
"""The reasons of ends that end the tokens, too, that were made from a session."""

Name = TypeVar("Name", bound=Hashable)
Result = TypeVar("Result")


class _EngineFailed(Exception):
    """Engine sessions could not be deleted in the transaction that writes their ends."""


def write(
    pks: list[UUID],
    *,
    by: AnyUser | None,
    reason: EndReason,
    skip_locked: bool,
    spared: UUID | None,
) -> tuple[int, list[int]]:
    """Write the ends. Returns how many, and a list that gets how many are unfinished.

    With ``skip_locked`` the rows that another worker has locked are left out.

    Where the engine keeps its sessions in the same database, they are deleted in the same
    transaction: so each row is written once, not twice. Not in a transaction of the caller's, which
    would keep them locked for as long as it likes.
    """

    def attempt(*, with_engine: bool) -> tuple[int, list[int]]:
        batch = _Batch(reason, by, timezone.now(), with_engine=with_engine)
        return _write(batch, pks, skip_locked=skip_locked, spared=spared)

    is_own = not transaction.get_connection(router.db_for_write(Session)).in_atomic_block
    try:
        return rows.retried(attempt)(with_engine=is_own)
    except _EngineFailed:
        return rows.retried(attempt)(with_engine=False)


def _write(
    batch: "_Batch", pks: list[UUID], *, skip_locked: bool, spared: UUID | None
) -> tuple[int, list[int]]:
    using = router.db_for_write(Session)
    left: list[int] = []
    with transaction.atomic(using=using):
        taken = batch.end(pks, using=using, skip_locked=skip_locked)
        # Only now: who makes a token of a session holds its lock.
        if tokens := _tokens_of(taken, batch.reason, spared):
            batch.end(tokens, using=using, skip_locked=False)

        # Not a method: Django 5.2 logs a robust callback that fails by its __qualname__.
        def finish() -> None:
            _forget(batch.deleted)
            left.append(_finish(batch.sealed_keys, batch.tell))

        transaction.on_commit(finish, using=using, robust=True)
    return len(batch.users), left


def finish(pks: list[UUID]) -> int:
    """Finish ends that were written before. Returns how many the engine could not delete."""
    unfinished = Session.objects.on_primary().unfinished().filter(pk__among=pks)
    sealed_keys = dict(unfinished.values_list("pk", "sealed_key"))
    return _finish(sealed_keys, lambda left: None)


def delete_engine_sessions(sealed_keys: Mapping[Name, bytes]) -> set[Name]:
    """Delete engine sessions by the names of their sealed keys.

    Returns the names of those that could not be deleted, also because their key was sealed under a
    SECRET_KEY that this process does not have.
    """
    if engines.is_client_side() or not sealed_keys:
        return set()
    keys = {name: credentials.unseal(sealed) for name, sealed in sealed_keys.items()}
    left: set[str | None] = {None, *engines.delete_many(key for key in keys.values() if key)}
    _forget(key for key in keys.values() if key is not None)
    return {name for name, key in keys.items() if key in left}


class _Batch:
    """The rows that one transaction ends."""

    def __init__(
        self, reason: EndReason, by: AnyUser | None, now: datetime, *, with_engine: bool
    ) -> None:
        self.reason = reason
        self._by, self._now, self._with_engine = by, now, with_engine
        self.users: dict[UUID, Any] = {}
        """The primary keys of the users of the sessions that had not ended before."""
        self.sealed_keys: dict[UUID, bytes] = {}
        """Those of these sessions, and of what somebody else has ended just before."""
        self.deleted: set[str] = set()
        """The keys of the engine sessions that this transaction deletes."""

    def end(self, pks: list[UUID], *, using: str, skip_locked: bool) -> list[UUID]:
        """End rows that have not ended. Returns the ids of the rows in order, ended before or not.

        They are locked first, and read by the same statement. SQLite has no locks, and refuses to
        write after it has read what another process has changed since: there they are read last.
        """
        sessions = Session.objects.using(using).filter(pk__among=set(pks)).order_by("pk")
        if not connections[using].features.has_select_for_update:
            self._update(pks, using)
            return self._note(sessions, self._now)
        sessions = rows.locking(sessions, using=using, skip_locked=skip_locked)
        found = self._note(sessions, None)
        gone = self._delete_engine_sessions(using) if self._with_engine else set()
        self._update([pk for pk in found if pk not in gone], using)
        self._update(gone, using, sealed_key=b"")
        return found

    def _delete_engine_sessions(self, using: str) -> set[UUID]:
        """Delete what the engine keeps in this database. Returns the ids of these sessions."""
        sealed = ((pk, key) for pk, key in self.sealed_keys.items() if pk in self.users)
        keys = {pk: credentials.unseal(key) for pk, key in sealed}
        try:
            deleted = engines.delete_along(filter(None, keys.values()), using=using)
        except Exception as error:
            if rows.is_conflict(error):
                raise
            raise _EngineFailed from error
        gone = {pk for pk, key in keys.items() if key in deleted}
        for pk in gone:
            del self.sealed_keys[pk]
        self.deleted |= deleted
        return gone

    def _update(self, pks: Collection[UUID], using: str, **fields: Any) -> None:
        fields |= {"ended_at": self._now, "end_reason": self.reason, "ended_by": self._by}
        rows.update(Session.objects.using(using).filter(pk__among=set(pks)), fields)

    def _note(self, sessions: SessionQuerySet, ours: datetime | None) -> list[UUID]:
        """Note the rows. Those with this ``ended_at`` are the ones that this batch ends."""
        read = sessions.values_list("pk", "user_id", "ended_at", "sealed_key")
        found = []
        for pk, user_id, ended_at, sealed_key in read:
            found.append(pk)
            if ended_at == ours:
                self.users[pk] = user_id
            if sealed_key:
                self.sealed_keys[pk] = sealed_key
        return found

    def tell(self, left: set[UUID]) -> None:
        """Tell of the ends. ``left`` are the sessions that the engine could not delete."""

        def read() -> Iterator[Session]:
            sessions = Session.objects.on_primary().filter(pk__among=self.users)
            for session in _reconnecting(lambda: list(sessions.all())):
                if session.pk not in left:
                    session.sealed_key = b""
                yield session

        events.ended(self.users, read, reason=self.reason, by=self._by)


def _tokens_of(pks: list[UUID], reason: EndReason, spared: UUID | None) -> list[UUID]:
    """Return the tokens that end with the sessions they were made from. ``pks`` are in order."""
    if not pks or reason not in TAKES_TOKENS:
        return []
    tokens = Session.objects.on_primary().not_ended()
    # Few sites have many, and this asks no more of the index than its ends.
    if not tokens.filter(parent__pk__range=(pks[0], pks[-1])).exists():
        return []
    found = tokens.filter(parent__pk__among=pks).values_list("pk", flat=True)
    return list(set(found) - {*pks, spared})


def _forget(keys: Iterable[str]) -> None:
    """Have this process and this request know that engine sessions are gone."""
    for key in keys:
        key_digest = credentials.digest(key)
        recent.forget(key_digest)
        acts.note_deleted(key_digest)


def _finish(sealed_keys: Mapping[UUID, bytes], tell: Callable[[set[UUID]], None]) -> int:
    left = delete_engine_sessions(sealed_keys)
    tell(left)
    # Last: where the database fails now, the ends have been told of.
    if done := sealed_keys.keys() - left:
        _reconnecting(lambda: _forget_keys(done))
    return len(left)


@rows.retried
def _forget_keys(pks: set[UUID]) -> None:
    # Without a lock: nobody changes a row that has ended but to do the same, or to delete it.
    Session.objects.on_primary().filter(pk__among=pks).update(sealed_key=b"")


def _reconnecting(act: Callable[[], Result]) -> Result:
    """Do what asks the database, on a fresh connection if the one in hand has broken."""
    connection = transaction.get_connection(router.db_for_write(Session))
    try:
        return act()
    except Error:
        if connection.in_atomic_block:
            raise
        connection.close()
        return act()
