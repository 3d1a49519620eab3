"""How fast sessions end, are purged and are reconciled in bulk, and in how much memory.

    python -m benchmarks.bulk [--rows 100000 1000000] [--profile]

Runs on PostgreSQL (PGHOST, PGUSER, PGPASSWORD) with the db engine, in a database of its own, which
it creates and drops. Every row has its engine session, and the engine key under its seal.
"""

import argparse
import cProfile
import os
import pstats
import secrets
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import islice
from typing import Any

from sessions_api import payload

os.environ["TEST_DATABASE"] = "postgresql"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django
from django.db import connection
from django.utils import timezone

BATCH = 5_000
USERS = 1_000


def main() -> None:
    """Measure each at each size, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--profile", action="store_true", help="print where the time goes")
    options = parser.parse_args()
    django.setup()
    say(
        f"{'what':<26}{'rows':>10}{'seconds':>9}{'rows/s':>9}{'CPU s':>8}{'rows/CPU s':>12}"
        "   RSS at start, middle, end (MiB)"
    )
    with own_database():
        users = make_users()
        for rows in options.rows:
            with profile(is_on=options.profile):
                measure_all(rows, users)


def measure_all(rows: int, users: list[Any]) -> None:
    """Fill the table, end all; purge what has ended; purge a twentieth of a full table."""
    from sessions_api.lifecycle import ending, maintenance
    from sessions_api.models import Session

    make_sessions(rows, users)
    measure("end", rows, ending.end_batches(Session.objects.all(), shared=True))
    check(not Session.objects.not_ended().exists(), "every session has ended")
    check(not engine_rows().exists(), "every engine session is gone")
    long_after = timezone.now() + timedelta(days=91)
    measure("purge, all of them due", rows, maintenance.purge_batches(long_after))
    check(not Session.objects.exists(), "every row is gone")
    make_sessions(rows, users, is_due=lambda number: number % 20 == 0)
    measure("purge, 1 in 20 due", rows // 20, maintenance.purge_batches())
    measure("purge, none due", 0, maintenance.purge_batches())
    check(Session.objects.count() == rows - rows // 20, "only what was due is gone")
    measure("reconcile, all alive", rows - rows // 20, reconciled())
    clear()


def reconciled() -> Iterator[int]:
    """Reconcile, and yield how many sessions each batch looked at."""
    from sessions_api.lifecycle import maintenance

    for done in maintenance.reconcile(grace=timedelta(0)):
        check(not done.ended, "nobody alive is ended")
        yield done.looked_at


def measure(what: str, rows: int, steps: Iterable[int]) -> None:
    """Take the steps, and print their rate and the memory on the way.

    CPU seconds are this process's and, where the server is on this machine, those of its process:
    they say less of what else the machine does.
    """
    memory, done, begun, cpu_begun = [rss()], 0, time.perf_counter(), cpu()
    for step in steps:
        done += step
        if len(memory) == 1 and done >= rows / 2:
            memory.append(rss())
    seconds, cpu_seconds = time.perf_counter() - begun, cpu() - cpu_begun
    check(done == rows, f"{what}: {done} of {rows}")
    figures = ", ".join(f"{each:.0f}" for each in (*memory, rss()))
    say(
        f"{what:<26}{rows:>10,}{seconds:>9.2f}{rows / seconds:>9,.0f}"
        f"{cpu_seconds:>8.2f}{rows / cpu_seconds:>12,.0f}   {figures}"
    )


def make_users() -> list[Any]:
    """Return users who can be signed in."""
    from django.contrib.auth import get_user_model

    users = [get_user_model()(username=f"user{number}") for number in range(USERS)]
    return list(get_user_model().objects.bulk_create(users))


def make_sessions(
    rows: int, users: list[Any], is_due: Callable[[int], bool] = lambda number: False
) -> None:
    """Make this many sessions, each with its engine session. Those due for a purge ended long ago."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from sessions_api import credentials, engines
    from sessions_api.models import EndReason, Session

    expires_at, long_ago = timezone.now() + timedelta(days=14), timezone.now() - timedelta(days=91)
    backend = "django.contrib.auth.backends.ModelBackend"
    auth_hashes = [user.get_session_auth_hash() for user in users]
    store: Any = engines.store_class()()

    def made() -> Iterator[tuple[Session, Any]]:
        for number in range(rows):
            user, key = users[number % USERS], secrets.token_hex(16)
            session = Session(user=user, expires_at=expires_at, **session_of(number, key))
            content = {
                payload.ID_KEY: str(session.pk),
                SESSION_KEY: str(user.pk),
                BACKEND_SESSION_KEY: backend,
                HASH_SESSION_KEY: auth_hashes[number % USERS],
            }
            yield session, store.model(key, store.encode(content), expires_at)

    def session_of(number: int, key: str) -> dict[str, Any]:
        if is_due(number):
            ended = {"ended_at": long_ago, "end_reason": EndReason.LOGOUT}
            return {"key_digest": credentials.digest(key), **ended}
        return {"key_digest": credentials.digest(key), "sealed_key": credentials.seal(key)}

    all_made = made()
    while batch := list(islice(all_made, BATCH)):
        Session.objects.bulk_create(session for session, _ in batch)
        store.model.objects.bulk_create(held for _, held in batch)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def clear() -> None:
    """Empty both tables."""
    from sessions_api.models import Session

    with connection.cursor() as cursor:
        for model in (Session, engine_rows().model):
            cursor.execute(f'TRUNCATE "{model._meta.db_table}"')


def engine_rows() -> Any:
    """Return what the session engine holds."""
    from sessions_api import engines

    store: Any = engines.store_class()
    return store.get_model_class().objects.all()


def rss() -> float:
    """Return this process's resident memory in MiB."""
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def cpu() -> float:
    """Return the CPU seconds that this process and the server's process for it have taken."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    try:
        with open(f"/proc/{pid}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
    except OSError:
        return time.process_time()
    return time.process_time() + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def check(holds: bool, what: str) -> None:  # noqa: FBT001
    """Stop unless it is so."""
    if not holds:
        raise SystemExit(f"Not so: {what}")


@contextmanager
def own_database() -> Iterator[None]:
    """Create a database with the tables, and drop it in the end."""
    connection.settings_dict["TEST"]["NAME"] = f"sessions_api_bulk_{os.getpid()}"
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        yield
    finally:
        connection.creation.destroy_test_db("postgres", verbosity=0)


@contextmanager
def profile(*, is_on: bool) -> Iterator[None]:
    """Print where the time goes."""
    if not is_on:
        yield
        return
    with cProfile.Profile() as profiler:
        yield
    pstats.Stats(profiler).sort_stats("tottime").print_stats(40)


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
