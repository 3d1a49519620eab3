"""The figures of the overview. Each is read from a limited number of rows, however many there are."""

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, Value
from django.utils import timezone

from sessions_api import description, logs, validity
from sessions_api.models import Session, SessionQuerySet

logger = logging.getLogger("sessions_api.admin")

DAYS = 14
MOST_COUNTED = 200_000
"""How many sign-ins are counted, and how many ends. An index alone has what is read of them."""
MOST_RECENT = 2_000
"""How many sessions are read for what is so now. These are whole rows, from all over the table."""
SECONDS = 60
"""How old the figures may be."""


class Day(NamedTuple):
    """What happened on a day. None for what was not counted, since later days had too much of it."""

    date: date
    sign_ins: int | None
    ends: int | None


class Figures(NamedTuple):
    """What is counted of all sessions. Who may view sessions may view it: see ``policy``."""

    days: list[Day]
    """The oldest first."""
    reasons: list[tuple[str, int]]
    """Why sessions ended on the days whose ends were counted. As below, the most frequent first."""
    devices: list[tuple[str, int]]
    """The types of device of sessions that are not over as far as the table tells, "" for unknown."""
    countries: list[tuple[str, int]]
    standing: int
    """How many sessions those are."""
    are_all_read: bool
    """Whether they are among all sessions, or among the MOST_RECENT ones."""


def figures(sessions: SessionQuerySet) -> Figures:
    """Return the figures of what an admin lists, which for ours is everything.

    Those of everything may be a minute old. At most five queries, none of them if they are.
    """
    everything = Session.objects.on_primary()
    if sessions.query.where != everything.known().query.where:
        return _read(sessions)
    key = f"sessions_api.overview.1.{timezone.get_current_timezone_name()}"
    try:
        known = cache.get(key)
    except Exception:  # noqa: BLE001 (whatever a cache raises)
        logs.warn_once_a_minute(logger, "The figures of the overview are not read from the cache.")
        known = None
    if isinstance(known, Figures):
        return known
    read = _read(everything)
    try:
        cache.set(key, read, SECONDS)
    except Exception:  # noqa: BLE001 (as above)
        logs.warn_once_a_minute(logger, "The figures of the overview are not kept in the cache.")
    return read


def _read(sessions: SessionQuerySet) -> Figures:
    now = timezone.now()
    today = description.local(now).date()
    dates = [today - timedelta(days=ago) for ago in reversed(range(DAYS))]
    # MariaDB need not know time zones, so the days are cut here.
    midnights = [_midnight(each) for each in (*dates, today + timedelta(days=1))]
    sign_ins = _count(sessions, "created_at", midnights, latest=sessions)
    # An end seldom waits for the engine. So the others tell how far back to go, in the order of the
    # index, whose first field this is.
    waiting_or_not = sessions.filter(end_is_pending__in=(False, True))
    not_waiting = sessions.filter(end_is_pending=False)
    ends = _count(waiting_or_not, "ended_at", midnights, "end_reason", latest=not_waiting)
    reasons: Counter[str] = Counter()
    for of_day in ends:
        reasons.update(of_day)
    rows = _recent(sessions)
    standing = [each for each in rows[:MOST_RECENT] if _is_standing(each, now)]
    return Figures(
        days=[
            Day(
                each, None if came is None else came.total(), None if went is None else went.total()
            )
            for each, came, went in zip(dates, sign_ins, ends, strict=True)
        ],
        reasons=reasons.most_common(),
        devices=Counter(each.device_type for each in standing).most_common(),
        countries=Counter(each.country for each in standing).most_common(),
        standing=len(standing),
        are_all_read=len(rows) <= MOST_RECENT,
    )


def _midnight(day: date) -> datetime:
    begins = datetime.combine(day, time.min)
    return timezone.make_aware(begins) if settings.USE_TZ else begins


def _count(
    sessions: SessionQuerySet,
    field: str,
    midnights: Sequence[datetime],
    *by: str,
    latest: SessionQuerySet,
) -> list[Counter[str] | None]:
    """Return how many sessions have a time on each day, by another field. None: not counted.

    Days that begin before the last MOST_COUNTED of ``latest`` are not counted. Two queries, which an
    index answers by itself. So logins whose response is on its way are counted, too: that they are
    is in the row alone.
    """
    times = latest.filter(**{f"{field}__gte": midnights[0]}).order_by(f"-{field}")
    beyond = times.values_list(field, flat=True)[MOST_COUNTED : MOST_COUNTED + 1].first()
    counted = [beyond is None or midnight > beyond for midnight in midnights[:-1]]
    found: list[Counter[str] | None] = [Counter() if each else None for each in counted]
    of_days: list[Any] = [
        sessions.filter(
            **{f"{field}__gte": midnights[number], f"{field}__lt": midnights[number + 1]}
        )
        .annotate(day=Value(number))
        .order_by()
        .values_list("day", *by)
        .annotate(count=Count("*"))
        for number, is_counted in enumerate(counted)
        if is_counted
    ]
    if of_days:
        for number, *name, count in of_days[0].union(*of_days[1:], all=True):
            of_day = found[number]
            if of_day is not None:
                of_day["".join(name)] += count
    return found


def _recent(sessions: SessionQuerySet) -> list[Session]:
    read = ("created_at", "authenticated_at", "last_used", "expires_at", "ended_at", "kind")
    latest = sessions.known().order_by("-last_used")
    return list(latest.only(*read, "device_type", "country")[: MOST_RECENT + 1])


def _is_standing(session: Session, now: datetime) -> bool:
    return session.ended_at is None and validity.end_by_deadline(session, now) is None
