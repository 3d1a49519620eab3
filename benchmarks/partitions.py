"""What partitions by time bring on PostgreSQL, and what they cost: the table as it is, and in parts.

    python -m benchmarks.partitions [--rows 1000000] [--days 30]

The ids of sessions begin with the time of the sign-in, so the table can be cut by ranges of ids, and
the primary key stays what it is. PostgreSQL then has no unique index of key digests over all parts:
their index is a plain one. Rows that were adopted have ids without a time, and a part of their own.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from benchmarks import contenders
from benchmarks.output import say

TABLE = "sessions_api_session"
WHOLE = "sessions_api_session_whole"
OFTEN = 200
USERNAME, PASSWORD = "reader", "correct horse"


def main() -> None:
    """Fill a table, measure it, cut it into parts, and measure these."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=30, help="how long a part is")
    options = parser.parse_args()
    contenders.configure("ours")
    from django.conf import settings
    from django.contrib.auth import get_user_model

    from benchmarks import population
    from benchmarks.databases import own_database

    settings.ROOT_URLCONF = contenders.url_patterns("ours")
    with own_database("partitions"):
        population.make_rows_of("ours", options.rows, options.rows // 3)
        get_user_model().objects.create_superuser(USERNAME, password=PASSWORD)
        oldest = first_sign_in() + timedelta(days=options.days)
        taken = {"one table": measured(oldest, delete_before)}
        parts = cut(options.days)
        population.analyze()
        taken[f"{parts} parts"] = measured(oldest, drop_first)
        sign_in_and_out()
    names = list(taken)
    say(f"{'':<38}" + "".join(f"{name:>14}" for name in names))
    for what in taken[names[0]]:
        say(f"{what:<38}" + "".join(f"{taken[name][what]:>14}" for name in names))


def first_sign_in() -> datetime:
    """Return when the oldest session was begun."""
    from sessions_api.models import Session

    return Session.objects.earliest("created_at").created_at


def cut(days: int) -> int:
    """Put the rows into a table that is cut by time, with the same name. Returns the parts."""
    begins = first_sign_in()
    moments = [begins + timedelta(days=days) * number for number in range(200)]
    moments = [each for each in moments if each < datetime.now(UTC) + timedelta(days=days)]
    run(f"ALTER TABLE {TABLE} RENAME TO {WHOLE}")
    copied = "INCLUDING ALL EXCLUDING INDEXES EXCLUDING STATISTICS"
    run(f"CREATE TABLE {TABLE} (LIKE {WHOLE} {copied}) PARTITION BY RANGE (id)")
    run(f"CREATE TABLE {TABLE}_adopted PARTITION OF {TABLE} DEFAULT")
    for number, (lowest, next_one) in enumerate(pairwise(moments)):
        limits = f"FROM ('{first_id(lowest)}') TO ('{first_id(next_one)}')"
        run(f"CREATE TABLE {TABLE}_{number} PARTITION OF {TABLE} FOR VALUES {limits}")
    columns = ", ".join(stored_columns())
    run(f"INSERT INTO {TABLE} ({columns}) SELECT {columns} FROM {WHOLE}")
    definitions = rows(f"SELECT indexdef FROM pg_indexes WHERE tablename = '{WHOLE}'")
    run(f"DROP TABLE {WHOLE}")
    for (definition,) in definitions:
        if "_pkey" in definition:
            run(f"ALTER TABLE {TABLE} ADD PRIMARY KEY (id)")
        else:
            run(definition.replace(WHOLE, TABLE).replace("UNIQUE ", ""))
    return len(moments)


def first_id(moment: datetime) -> UUID:
    """Return the least id of a sign-in at a moment (RFC 9562, section 5.7)."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


def stored_columns() -> list[str]:
    """Return the columns that are not computed."""
    from sessions_api.models import Session

    return [str(field.column) for field in Session._meta.concrete_fields if not field.generated]


def measured(oldest: datetime, forget: Callable[[datetime], None]) -> dict[str, str]:
    """Return what reads take, and what it takes to be rid of the oldest rows."""
    from sessions_api.models import Session

    sample = list(Session.objects.order_by("?")[:OFTEN])
    latest = Session.objects.order_by("-last_used", "-pk")
    deep = sample[0].last_used
    asked: dict[str, Callable[[Session], object]] = {
        "a session by its id": lambda row: Session.objects.get(pk=row.pk),
        "a session by its key": lambda row: Session.objects.get(key_digest=row.key_digest),
        "a user's sessions": lambda row: list(Session.objects.filter(user_id=row.user_id)),
        "the first page of all": lambda row: list(latest[:26]),
        "a deep page of all": lambda row: list(latest.filter(last_used__lte=deep)[:26]),
        "an IP address": lambda row: list(Session.objects.used_from(row.ip_address or "::")[:26]),
    }
    found = {f"{name}, ms": f"{median(ask, sample):.2f}" for name, ask in asked.items()}
    rows_before, before, begun = Session.objects.count(), wal(), time.perf_counter()
    forget(oldest)
    seconds = time.perf_counter() - begun
    gone = rows_before - Session.objects.count()
    found["the oldest rows are gone, rows"] = f"{gone:,}"
    found["the same, s"] = f"{seconds:.2f}"
    found["the same, MB of WAL"] = f"{(wal() - before) / 1e6:.1f}"
    return found


def median(ask: Callable[..., object], sample: list[object]) -> float:
    """Return how many milliseconds one of many takes."""

    def taken() -> Iterator[float]:
        for row in sample:
            begun = time.perf_counter()
            ask(row)
            yield (time.perf_counter() - begun) * 1_000

    return statistics.median(taken())


def delete_before(moment: datetime) -> None:
    """Delete rows as purge_sessions does, but without asking anybody."""
    from sessions_api.models import Session

    Session.objects.filter(created_at__lt=moment)._raw_delete("default")


def drop_first(moment: datetime) -> None:
    """Drop the oldest part."""
    run(f"DROP TABLE {TABLE}_0")


def sign_in_and_out() -> None:
    """Use the table in parts as a site does."""
    browser = contenders.sign_in(USERNAME, PASSWORD)
    (own,) = browser.get("/api/sessions/").json()["results"]
    if browser.delete(f"/api/sessions/{own['id']}/").status_code != 204:
        raise SystemExit("The session could not be ended.")


def wal() -> int:
    """Return how much has been logged, in bytes."""
    ((position,),) = rows("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn")
    return int(position)


def run(statement: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)


def rows(statement: str) -> list[tuple[str, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


if __name__ == "__main__":
    main()
