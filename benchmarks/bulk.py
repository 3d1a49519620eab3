"""How fast sessions end, are purged, reconciled and adopted in bulk, and in how much memory.

    python -m benchmarks.bulk [--rows 100000 1000000] [--only end adopt] [--rate N] [--profile]
    python -m benchmarks.bulk --beside [--rows 200000] [--only end] [--rate N]

Runs on PostgreSQL (PGHOST, PGUSER, PGPASSWORD) with the db engine, in a database of its own, which
it creates and drops. Every row has its engine session, and the engine key under its seal.

With --beside a site is served meanwhile, and one session in five is ended, purged or found lost: the
table says how long the site's requests took alone and meanwhile. --rate is that of the commands. By
default they rest after each batch where a site is served, and go at full speed where none is.
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

os.environ["TEST_DATABASE"] = "postgresql"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django
from django.db import connection
from django.utils import timezone

from benchmarks.served import Latency, Site, served

BATCH = 5_000
USERS = 1_000
WHAT = "end", "purge", "reconcile", "adopt"

BROWSERS = 500
"""How many browsers use the site that is served beside."""
SCATTERED = 5
"""One session in so many is chosen while a site is served beside."""
ALONE = 10.0
"""For how many seconds the site is served alone."""


def main() -> None:
    """Measure each at each size, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--only", nargs="+", choices=WHAT, default=list(WHAT))
    parser.add_argument("--beside", action="store_true", help="serve a site meanwhile")
    parser.add_argument(
        "--rate", type=int, help="take so many sessions a second at most; 0: at full speed"
    )
    parser.add_argument("--profile", action="store_true", help="print where the time goes")
    options = parser.parse_args()
    django.setup()
    say(
        f"{'what':<26}{'rows':>10}{'seconds':>9}{'rows/s':>9}{'CPU s':>8}{'server':>8}"
        "   " + ("median, p99 alone; meanwhile (ms)" if options.beside else MEMORY)
    )
    with own_database():
        users = make_users()
        leave_canary()
        for rows in options.rows:
            if options.beside:
                measure_beside(rows, users, options.only, options.rate)
            else:
                measure_all(rows, users, options.only, options.rate or 0)
    if PROFILER is not None:
        pstats.Stats(PROFILER).sort_stats("tottime").print_stats(40)


PROFILER = cProfile.Profile() if "--profile" in sys.argv else None
MEMORY = "RSS at start, middle, end (MiB)"


def measure_all(rows: int, users: list[Any], only: list[str], rate: int) -> None:
    """Fill the table, end all; purge what has ended; purge a twentieth of a full table; and so on."""
    from sessions_api.models import Session

    if "end" in only:
        make_sessions(rows, users)
        measure("end", rows, ended(Session.objects.all(), rate))
        check(not Session.objects.not_ended().exists(), "every session has ended")
        check(not engine_rows().exists(), "every engine session is gone")
    if "purge" in only:
        clear()
        make_sessions(rows, users, is_due=lambda number: True)
        measure("purge, all of them due", rows, purged(rate))
        check(not Session.objects.exists(), "every row is gone")
        clear()
        make_sessions(rows, users, is_due=lambda number: number % 20 == 0)
        measure("purge, 1 in 20 due", rows // 20, purged(rate))
        measure("purge, none due", 0, purged(rate))
        check(Session.objects.count() == rows - rows // 20, "only what was due is gone")
    if "reconcile" in only:
        clear()
        make_sessions(rows, users)
        measure("reconcile, all alive", rows, reconciled(rate))
        check(Session.objects.not_ended().count() == rows, "nobody alive is ended")
    if "adopt" in only:
        clear()
        make_sessions(rows, users, with_rows=False)
        measure("adopt", rows, adopted(rate))
        check(Session.objects.count() == rows, "every engine session has a row")
        measure("adopt, none new", 0, adopted(rate))
    clear()


def measure_beside(rows: int, users: list[Any], only: list[str], rate: int | None) -> None:
    """Take one session in five of a full table, while a site is served."""
    from sessions_api.models import Session

    def is_chosen(number: int) -> bool:
        return number % SCATTERED == 0

    chosen = len(range(0, rows, SCATTERED))
    for what in only:
        clear()
        browsers = make_sessions(BROWSERS, users)
        if what == "purge":
            make_sessions(rows, users, is_due=is_chosen)
        elif what == "adopt":
            make_sessions(chosen, users, with_rows=False)
        else:
            make_sessions(rows, users, browser=lambda number: "chosen" * is_chosen(number))
        lost = Session.objects.filter(browser="chosen")
        if what == "reconcile":
            from sessions_api import credentials

            keys = [credentials.unseal(key) for key in lost.values_list("sealed_key", flat=True)]
            engine_rows().filter(pk__in=keys).delete()
        steps, of = {
            "end": (ended(lost, rate), chosen),
            "purge": (purged(rate), chosen),
            "reconcile": (reconciled(rate), rows + BROWSERS),
            "adopt": (adopted(rate), chosen),
        }[what]
        with served(connection.settings_dict["NAME"], browsers) as site:
            alone = latency_alone(site)
            measure(f"{what}, beside a site", of, steps, site=site, alone=alone)
    clear()


def latency_alone(site: Site) -> Latency:
    """Return how long the site's requests take while nothing else is done here."""
    time.sleep(ALONE)
    return site.latency()


def ended(sessions: Any, rate: int | None) -> Iterator[int]:
    """End, and yield how many of each batch had not ended."""
    from sessions_api.lifecycle import ending

    for outcome in ending.end_batches(sessions, shared=True, **paced(rate)):
        yield outcome.ended


def purged(rate: int | None) -> Iterator[int]:
    """Purge, and yield how many of each batch were due."""
    from sessions_api.lifecycle import maintenance

    yield from maintenance.purge_batches(**paced(rate))


def reconciled(rate: int | None) -> Iterator[int]:
    """Reconcile, and yield how many sessions each batch looked at."""
    from sessions_api.lifecycle import maintenance

    for done in maintenance.reconcile(grace=timedelta(0), force=True, **paced(rate)):
        yield done.looked_at


def adopted(rate: int | None) -> Iterator[int]:
    """Adopt, and yield how many of each batch had no row."""
    from sessions_api.lifecycle import maintenance

    for _, number in maintenance.adopt_all(**paced(rate)):
        yield number


def paced(rate: int | None) -> dict[str, Any]:
    """Return the pace of the commands, as an argument."""
    from sessions_api.lifecycle.pace import FULL_SPEED, Pace

    return {"pace": FULL_SPEED if rate == 0 else Pace(rate)}


def measure(
    what: str,
    rows: int,
    steps: Iterable[int],
    *,
    site: Site | None = None,
    alone: Latency | None = None,
) -> None:
    """Take the steps, and print their rate, and the memory on the way or the latency of a site.

    CPU seconds are this process's and, where the server is on this machine, those of its process.
    They say less of what else the machine does.
    """
    memory, done, begun = [rss()], 0, time.perf_counter()
    ours_begun, servers_begun = time.process_time(), cpu_of_server()
    with profiled():
        for step in steps:
            done += step
            if len(memory) == 1 and done >= rows / 2:
                memory.append(rss())
    seconds = time.perf_counter() - begun
    ours, servers = time.process_time() - ours_begun, cpu_of_server() - servers_begun
    check(done == rows, f"{what}: {done} of {rows}")
    figures = ", ".join(f"{each:.0f}" for each in (*memory, rss()))
    if site is not None and alone is not None:
        meanwhile = site.latency()
        figures = f"{alone.median}, {alone.p99}; {meanwhile.median}, {meanwhile.p99}"
    say(
        f"{what:<26}{rows:>10,}{seconds:>9.2f}{rows / seconds:>9,.0f}"
        f"{ours:>8.2f}{servers:>8.2f}   {figures}"
    )


def make_users() -> list[Any]:
    """Return users who can be signed in."""
    from django.contrib.auth import get_user_model

    users = [get_user_model()(username=f"user{number}") for number in range(USERS)]
    return list(get_user_model().objects.bulk_create(users))


def leave_canary() -> None:
    """Leave what the commands look for before they begin."""
    from sessions_api.lifecycle import canary

    canary.leave()


def make_sessions(
    rows: int,
    users: list[Any],
    *,
    is_due: Callable[[int], bool] = lambda number: False,
    browser: Callable[[int], str] = lambda number: "",
    with_rows: bool = True,
) -> list[str]:
    """Make this many sessions, each with its engine session. Returns the keys.

    Those due for a purge ended long ago, and have none. Without rows they wait to be adopted.
    """
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from sessions_api import credentials, engines, payload
    from sessions_api.models import EndReason, Session

    keys = []
    expires_at, long_ago = timezone.now() + timedelta(days=14), timezone.now() - timedelta(days=91)
    an_hour_ago = timezone.now() - timedelta(hours=1)
    backend = "django.contrib.auth.backends.ModelBackend"
    auth_hashes = [user.get_session_auth_hash() for user in users]
    store: Any = engines.store_class()()

    def made() -> Iterator[tuple[Session, Any]]:
        for number in range(rows):
            user, key = users[number % USERS], secrets.token_hex(16)
            session = Session(user=user, expires_at=expires_at, **session_of(number, key))
            keys.append(key)
            content = {
                **({payload.ID_KEY: str(session.pk)} if with_rows else {}),
                SESSION_KEY: str(user.pk),
                BACKEND_SESSION_KEY: backend,
                HASH_SESSION_KEY: auth_hashes[number % USERS],
            }
            yield session, store.model(key, store.encode(content), expires_at)

    def session_of(number: int, key: str) -> dict[str, Any]:
        if is_due(number):
            ended = {"ended_at": long_ago, "end_reason": EndReason.LOGOUT}
            return {"key_digest": credentials.digest(key), **ended}
        return {
            "key_digest": credentials.digest(key),
            "sealed_key": credentials.seal(key),
            "browser": browser(number),
            "last_used": an_hour_ago,
        }

    all_made = made()
    while batch := list(islice(all_made, BATCH)):
        if with_rows:
            Session.objects.bulk_create(session for session, _ in batch)
        alive = (held for session, held in batch if session.ended_at is None)
        store.model.objects.bulk_create(alive)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
    return keys


def clear() -> None:
    """Empty both tables, but for the canary."""
    from sessions_api import engines, recent
    from sessions_api.models import Session

    with connection.cursor() as cursor:
        for model in (Session, engines.store_class().get_model_class()):
            cursor.execute(f'TRUNCATE "{model._meta.db_table}"')
    recent.clear()
    leave_canary()


def engine_rows() -> Any:
    """Return what the session engine holds of users."""
    from sessions_api import engines
    from sessions_api.lifecycle import canary

    store: Any = engines.store_class()
    return store.get_model_class().objects.exclude(pk=canary.check())


def rss() -> float:
    """Return this process's resident memory in MiB."""
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def cpu_of_server() -> float:
    """Return the CPU seconds that the server's process for us has taken, if it runs here."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    try:
        with open(f"/proc/{pid}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


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
def profiled() -> Iterator[None]:
    """Note where the time goes, if asked to."""
    if PROFILER is None:
        yield
        return
    PROFILER.enable()
    try:
        yield
    finally:
        PROFILER.disable()


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
