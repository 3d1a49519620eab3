"""What keeps the whole table true and small: purge, reconcile, adopt. In batches, for commands."""

import time
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import models, router, transaction
from django.utils import timezone

from sessions_api import engines, validity
from sessions_api.conf import conf
from sessions_api.lifecycle import adopting, ending, rows
from sessions_api.models import EndReason, Session, SessionQuerySet

PURGE_BATCH = 5_000
"""How many rows one statement deletes."""

MAX_WAITING = 50
"""How many batches may wait for their second look before the first look has to wait, too."""


def purge(now: datetime | None = None) -> int:
    """Delete the rows of sessions that have been over for longer than RETENTION, in batches.

    Returns how many. As long as a row is there, its session is not adopted again.
    """
    return sum(purge_batches(now))


def due_for_purge(now: datetime | None = None) -> SessionQuerySet:
    """Return the sessions that have been over for longer than RETENTION."""
    before = (now or timezone.now()) - conf.RETENTION
    over = models.Q(ended_at__lt=before) | models.Q(expires_at__lt=before)
    over |= models.Q(expires_at__isnull=True, created_at__lt=before)
    return Session.objects.on_primary().filter(over)


def purge_batches(now: datetime | None = None) -> Iterator[int]:
    """Delete rows in batches, and yield how many each time. See ``purge``.

    Rows are deleted without signals, which would take most of the time, unless a model of the site
    has a foreign key to them.
    """
    due = due_for_purge(now)
    for pks in rows.batches(due, PURGE_BATCH):
        yield _purge_batch(pks, _may_be_held(due.filter(pk__range=(pks[0], pks[-1]))))


@dataclass(slots=True)
class Reconciled:
    """What one batch of ``reconcile`` has done."""

    looked_at: int = 0
    ended: Counter[EndReason] = field(default_factory=Counter)
    finished: int = 0
    """Rows that had ended before, and whose engine session is deleted now."""
    unfinished: int = 0
    """Rows that had ended before, and whose engine session still could not be deleted."""


def reconcile(*, grace: timedelta, dry_run: bool = False) -> Iterator[Reconciled]:
    """End the rows that the predicate finds over, and finish the ends that are unfinished.

    A request under way may be changing its key or password. So a row that looks over is looked at
    again ``grace`` later, and ends if it still is. A session whose authentication backend does not
    give its user is left alone. Yields after each batch. With ``dry_run`` nothing is written, and
    the numbers say what would be done. Raises EngineDoesNotAnswer.
    """
    engines.check_answers()
    waiting: deque[_Suspects] = deque()
    for pks in rows.batches(standing(), ending.BATCH):
        if over := _over(pks):
            waiting.append(_Suspects(list(over), time.monotonic() + grace.total_seconds()))
        yield Reconciled(looked_at=len(pks))
        while waiting and (waiting[0].is_due() or len(waiting) > MAX_WAITING):
            yield _end_suspects(waiting.popleft(), dry_run=dry_run)
    for suspects in waiting:
        yield _end_suspects(suspects, dry_run=dry_run)
    yield from finish_batches(Session.objects.all(), dry_run=dry_run)


def standing() -> SessionQuerySet:
    """Return the sessions that have not ended, as far as the table alone knows."""
    return Session.objects.on_primary().known().not_ended()


def finish_batches(sessions: SessionQuerySet, *, dry_run: bool = False) -> Iterator[Reconciled]:
    """Delete the engine sessions that ended sessions still have, in batches."""
    ended = sessions.on_primary().filter(ended_at__isnull=False)
    for pks in rows.batches(ended.exclude(sealed_key=""), ending.BATCH):
        left = 0 if dry_run else ending.finish_ends(pks)
        yield Reconciled(finished=len(pks) - left, unfinished=left)


def adopt_all(*, dry_run: bool = False) -> Iterator[tuple[int, int]]:
    """Give every engine session that has no row a row.

    Yields for each batch how many engine sessions were looked at and how many were adopted. Raises
    CannotList for engines that cannot say what they hold.
    """
    for held in engines.each(ending.BATCH):
        yield len(held), adopting.adopt_many(held, dry_run=dry_run)


def _purge_batch(pks: list[UUID], held: SessionQuerySet) -> int:
    # Before the rows: an engine session without id and row would be adopted again.
    left = ending.delete_engine_sessions(dict(held.values_list("pk", "sealed_key")))
    return _delete([pk for pk in pks if pk not in left])


@rows.retried
def _delete(pks: list[UUID]) -> int:
    using = router.db_for_write(Session)
    with transaction.atomic(using=using):
        pks = rows.lock(pks, using=using, skip_locked=True)
        batch = Session.objects.using(using).filter(pk__among=pks)
        if _is_referred_to():
            return batch.delete()[1].get(Session._meta.label, 0)
        return batch._raw_delete(using) if pks else 0


def _may_be_held(sessions: SessionQuerySet) -> SessionQuerySet:
    """Return the sessions whose engine session may outlive the row.

    These are unfinished ends, every session of an engine that does not enforce its expiry, and
    adopted sessions: their payload may have no id, and a job may save it again in the background.
    """
    sealed = sessions.exclude(sealed_key="")
    if not engines.enforces_expiry():
        return sealed
    return sealed.filter(models.Q(ended_at__isnull=False) | models.Q(adopted=True))


def _is_referred_to() -> bool:
    """Tell whether a model of the site has a foreign key to sessions."""
    fields = Session._meta.get_fields(include_hidden=True)
    return any(field.auto_created and not field.concrete for field in fields)


@dataclass(frozen=True, slots=True)
class _Suspects:
    """Sessions that looked over, and when to look again, on the monotonic clock."""

    pks: list[UUID]
    due: float

    def is_due(self) -> bool:
        return time.monotonic() >= self.due

    def wait(self) -> None:
        time.sleep(max(0.0, self.due - time.monotonic()))


def _end_suspects(suspects: _Suspects, *, dry_run: bool) -> Reconciled:
    """End those that are over at the second look, too, unless they have changed since."""
    suspects.wait()
    looked = timezone.now()
    over = _over(suspects.pks)
    engines.check_answers()
    done = Reconciled()
    for reason in set(over.values()):
        found = [pk for pk, why in over.items() if why is reason]
        sessions = Session.objects.filter(pk__among=found, updated_at__lte=looked)
        done.ended[reason] = len(found) if dry_run else ending.end_many(sessions, reason=reason)
    return done


def _over(pks: list[UUID]) -> dict[UUID, EndReason]:
    """Return those of the sessions that are over, and why."""
    verdicts = validity.judge(standing().filter(pk__among=pks))
    return {pk: verdict.reason for pk, verdict in verdicts.items() if verdict.reason is not None}
