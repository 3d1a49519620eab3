"""What keeps the whole table true and small: purge, reconcile, adopt. In batches, for commands.

All of it begins with the canary: see ``lifecycle.canary``.
"""

import time
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import models, router, transaction
from django.utils import timezone

from sessions_api import credentials, engines, validity
from sessions_api.conf import conf
from sessions_api.exceptions import TooManyLost
from sessions_api.lifecycle import adopting, canary, ending, ends, rows, updating
from sessions_api.lifecycle.pace import FULL_SPEED, Pace
from sessions_api.models import EndReason, Session, SessionQuerySet
from sessions_api.models.queryset import signed_in

PURGE_BATCH = 5_000
"""How many rows one statement deletes."""

SAMPLE = 1_000
"""How many sessions, chosen at random, are judged before any ends."""

UNUSUAL_SHARE, UNUSUAL_NUMBER = 0.1, 10
"""What share of the sessions, and how many at least, are too many to end as lost without --force."""

MAX_WAITING = 50
"""How many batches may wait for their second look before the first look has to wait, too."""


def due_for_purge(now: datetime | None = None) -> SessionQuerySet:
    """Return the sessions that have been over for longer than RETENTION, as the table has it."""
    before = (now or timezone.now()) - conf.RETENTION
    over = models.Q(ended_at__lt=before) | models.Q(expires_at__lt=before)
    over |= models.Q(expires_at__isnull=True, created_at__lt=before)
    if conf.IDLE_TIMEOUT is not None:
        over |= models.Q(last_used__lt=before - conf.IDLE_TIMEOUT)
    if conf.ABSOLUTE_TIMEOUT is not None:
        over |= signed_in("lt", before - conf.ABSOLUTE_TIMEOUT)
    return Session.objects.on_primary().filter(over)


def purge_batches(now: datetime | None = None, *, pace: Pace = FULL_SPEED) -> Iterator[int]:
    """Delete rows in batches, and yield how many each time. See ``lifecycle.purge``.

    Rows are deleted without signals, which would take most of the time, unless a model of the site
    has a foreign key to them.
    """
    canary.check()
    due = due_for_purge(now)
    for pks in rows.batches(due, PURGE_BATCH, pace):
        yield _purge_batch(pks, due.filter(pk__range=(pks[0], pks[-1])))


@dataclass(slots=True)
class Reconciled:
    """What one batch of ``reconcile`` has done."""

    looked_at: int = 0
    unknown: int = 0
    """Sessions of which this process cannot say whether they are active."""
    ended: Counter[EndReason] = field(default_factory=Counter)
    finished: int = 0
    """Rows that had ended before, and whose engine session is deleted now."""
    unfinished: int = 0
    """Rows that had ended before, and whose engine session still could not be deleted."""


def reconcile(
    *, grace: timedelta, dry_run: bool = False, force: bool = False, pace: Pace = FULL_SPEED
) -> Iterator[Reconciled]:
    """End the rows that the predicate finds over, and finish the ends that are unfinished.

    A request under way may be changing its key or password. So a row that looks over is looked at
    again ``grace`` later, and ends if it still is. A session that is unknown, or whose authentication
    backend does not give its user, is left alone. A session that its engine has given a later expiry
    is followed. Yields after each batch. With ``dry_run`` nothing is written, and the numbers say what
    would be done.

    Raises EngineNotProven where the canary is not found and, unless ``force``, TooManyLost.
    """
    canary.check()
    share = _Share(standing().count(), is_checked=not force)
    share.check_sample()
    waiting: deque[_Suspects] = deque()
    fields, remaining = validity.read_fields(), standing()
    for batch in rows.batches_of(remaining, fields, ending.BATCH, pace):
        sessions = validity.made_of(fields, batch, using=remaining.db)
        found = _Found.among(sessions)
        if found.over:
            waiting.append(_Suspects(list(found.over), time.monotonic() + grace.total_seconds()))
        if not dry_run:
            found.follow()
        yield Reconciled(looked_at=len(sessions), unknown=found.unknown)
        while waiting and (waiting[0].is_due() or len(waiting) > MAX_WAITING):
            suspects = waiting.popleft()
            suspects.wait()
            yield _end_suspects(suspects, share, dry_run=dry_run)
    for suspects in waiting:
        suspects.wait()
        begun = time.monotonic()
        yield _end_suspects(suspects, share, dry_run=dry_run)
        pace.rest(len(suspects.pks), time.monotonic() - begun)
    yield from finish_batches(Session.objects.all(), dry_run=dry_run, pace=pace)


def standing() -> SessionQuerySet:
    """Return the sessions that have not ended, as far as the table alone knows."""
    return Session.objects.on_primary().known().not_ended()


def finish_batches(
    sessions: SessionQuerySet, *, dry_run: bool = False, pace: Pace = FULL_SPEED
) -> Iterator[Reconciled]:
    """Delete the engine sessions that ended sessions still have, in batches."""
    for pks in rows.batches(sessions.on_primary().unfinished(), ending.BATCH, pace):
        left = 0 if dry_run else ending.finish_ends(pks)
        yield Reconciled(finished=len(pks) - left, unfinished=left)


def adopt_all(*, dry_run: bool = False, pace: Pace = FULL_SPEED) -> Iterator[tuple[int, int]]:
    """Give every engine session that has no row a row.

    Yields for each batch how many engine sessions were looked at and how many were adopted. Raises
    CannotList for engines that cannot say what they hold, and EngineNotProven.
    """
    held_by_engine = engines.each(lambda: pace.size(ending.BATCH))
    canary.check()
    begun = time.monotonic()
    for held in held_by_engine:
        yield len(held), adopting.adopt_many(held, dry_run=dry_run)
        pace.rest(len(held), time.monotonic() - begun)
        begun = time.monotonic()


def _purge_batch(pks: list[UUID], due: SessionQuerySet) -> int:
    # A row is evidence only of what the table says: the engine may have been given a later expiry.
    kept = _kept_by_engine(due.not_ended())
    # Before the rows: an engine session without id and row would be adopted again.
    held = _may_be_held(due).values_list("pk", "sealed_key", "ended_at")
    sealed = {pk: key for pk, key, _ in held if pk not in kept}
    ended = {pk for pk, _, ended_at in held if ended_at is not None}
    left = ends.delete_engine_sessions(sealed)
    # A key that cannot be opened here keeps no row that has ended: nothing else could ever purge it.
    kept |= {pk for pk in left if pk not in ended or credentials.unseal(sealed[pk]) is not None}
    return _delete([pk for pk in pks if pk not in kept])


def _kept_by_engine(sessions: SessionQuerySet) -> set[UUID]:
    """Return those of the sessions that the engine holds, or may hold, beyond their expiry."""
    if not engines.enforces_expiry():
        return set()
    browsers = sessions.exclude(sealed_key=b"")
    verdicts = validity.judge(validity.read(browsers))
    return {pk for pk, verdict in verdicts.items() if not verdict.is_over}


@rows.retried
def _delete(pks: list[UUID]) -> int:
    using = router.db_for_write(Session)
    with transaction.atomic(using=using):
        pks = rows.lock(pks, using=using, skip_locked=True)
        batch = Session.objects.using(using).filter(pk__among=set(pks))
        if _is_referred_to():
            return batch.delete()[1].get(Session._meta.label, 0)
        return batch._raw_delete(using) if pks else 0


def _may_be_held(sessions: SessionQuerySet) -> SessionQuerySet:
    """Return the sessions whose engine session may outlive the row.

    These are unfinished ends, every session of an engine that does not enforce its expiry, and
    adopted sessions: their payload may have no id, and a job may save it again in the background.
    """
    sealed = sessions.exclude(sealed_key=b"")
    if not engines.enforces_expiry():
        return sealed
    return sealed.filter(models.Q(ended_at__isnull=False) | models.Q(adopted=True))


def _is_referred_to() -> bool:
    """Tell whether a model of the site has a foreign key to sessions."""
    fields = Session._meta.get_fields(include_hidden=True)
    # Of our own fields none is made by Django.
    relations = [field.related_model for field in fields if field.auto_created]
    return any(model is not Session for model in relations)


@dataclass(frozen=True, slots=True)
class _Suspects:
    """Sessions that looked over, and when to look again, on the monotonic clock."""

    pks: list[UUID]
    due: float

    def is_due(self) -> bool:
        return time.monotonic() >= self.due

    def wait(self) -> None:
        time.sleep(max(0.0, self.due - time.monotonic()))


@dataclass(slots=True)
class _Share:
    """How many sessions were found lost, or with another password, of how many."""

    standing: int
    is_checked: bool
    lost: int = 0

    def check_sample(self) -> None:
        """Raise TooManyLost if the share in a random sample is unusual."""
        if self.is_checked:
            pks = list(standing().order_by("?").values_list("pk", flat=True)[:SAMPLE])
            self._check(_lost_among(_Found.among(_read(pks)).over), len(pks))

    def add(self, over: Mapping[UUID, EndReason]) -> None:
        """Count sessions that are about to end. Raises TooManyLost."""
        self.lost += _lost_among(over)
        self._check(self.lost, self.standing)

    def _check(self, lost: int, of: int) -> None:
        if self.is_checked and lost >= UNUSUAL_NUMBER and lost > UNUSUAL_SHARE * of:
            raise TooManyLost(lost, of)


def _lost_among(over: Mapping[UUID, EndReason]) -> int:
    return sum(reason in (EndReason.LOST, EndReason.CREDENTIALS) for reason in over.values())


def _read(pks: list[UUID]) -> list[Session]:
    return validity.read(standing().filter(pk__among=set(pks)))


@dataclass(frozen=True, slots=True)
class _Found:
    """What was found of a batch of sessions."""

    over: dict[UUID, EndReason]
    unknown: int
    moved: list[Session]
    """Active sessions whose ``expires_at`` has passed, because the engine has a later one."""

    @classmethod
    def among(cls, sessions: list[Session]) -> "_Found":
        now = timezone.now()
        verdicts = validity.judge(sessions)
        evidence = {pk: verdict.evidence for pk, verdict in verdicts.items()}
        return cls(
            over={pk: reason for pk, reason in evidence.items() if reason is not None},
            unknown=sum(verdict.is_unknown for verdict in verdicts.values()),
            moved=[
                session
                for session in sessions
                if verdicts[session.pk].is_active and validity.is_past_expiry(session, now)
            ],
        )

    def follow(self) -> None:
        """Write the expiry that the engine has."""
        for session in self.moved:
            updating.follow_expiry(session)


def _end_suspects(suspects: _Suspects, share: _Share, *, dry_run: bool) -> Reconciled:
    """End those that are over at the second look, too, unless they have changed since."""
    looked = timezone.now()
    over = _Found.among(_read(suspects.pks)).over
    canary.check()
    share.add(over)
    done = Reconciled()
    for reason in set(over.values()):
        found = [pk for pk, why in over.items() if why is reason]
        sessions = Session.objects.filter(pk__among=found, updated_at__lte=looked)
        if dry_run:
            done.ended[reason] = len(found)
            continue
        done.ended[reason] = ending.end_many(sessions, reason=reason)
    return done
