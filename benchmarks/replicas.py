"""What a streaming replica of PostgreSQL takes from the primary, and what its lag does to sessions.

    python -m benchmarks.replicas [--rows 100000] [--lag 2]

Starts a primary and a replica of its own, on free ports, and removes them. The replica applies what
it gets so many seconds late. The site's router reads from it: everything but what we read on the
primary ourselves; or, as a site should have it, all but the sessions and the users.
"""

import argparse
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg

from benchmarks import contenders
from benchmarks.output import say
from tests.faults.servers.processes import (
    Process,
    free_port,
    program,
    run_unprivileged,
    server_directory,
)

USER = "postgres"
NAME = "site"
USERNAME, PASSWORD = "reader", "correct horse"
OFTEN = 20
"""How many requests of each kind are counted."""


class ReadFromReplica:
    """A router that reads everything from the replica."""

    def db_for_read(self, model: Any, **hints: object) -> str | None:
        return "replica"

    def db_for_write(self, model: Any, **hints: object) -> str:
        return "default"

    def allow_relation(self, *models: object, **hints: object) -> bool:
        return True


class ReadSessionsFromPrimary(ReadFromReplica):
    """A router that reads from the primary whatever decides who somebody is."""

    ours = frozenset({"sessions", "sessions_api", "auth", "contenttypes"})

    def db_for_read(self, model: Any, **hints: object) -> str | None:
        return "default" if model._meta.app_label in self.ours else "replica"


def main() -> None:
    """Start both servers, fill the table, and print a table for each router."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--lag", type=float, default=2, help="seconds")
    options = parser.parse_args()
    with servers(options.lag) as (primary, replica):
        configure(primary, replica)
        from django.core.management import call_command
        from django.db import connection

        from benchmarks import population

        call_command("migrate", verbosity=0)
        connection.ensure_connection()
        population.make_rows_of("ours", options.rows, options.rows // 3)
        measure(options.lag)


@contextmanager
def servers(lag: float) -> Iterator[tuple[int, int]]:
    """Run a primary and its replica until the block is left. Yields their ports."""
    with server_directory("primary") as first, server_directory("replica") as second:
        primary, replica = free_port(), free_port()
        command = program("initdb", package="postgresql")
        arguments = ["-D", str(first / "data"), "-U", USER, "-A", "trust", "-E", "UTF8", "-N"]
        run_unprivileged([command, *arguments, "--locale", "C"], directory=first)
        with running(first, primary):
            source = f"host=127.0.0.1 port={primary} user={USER}"
            with psycopg.connect(source, dbname=USER, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {NAME}")
            command = program("pg_basebackup", package="postgresql-client")
            arguments = ["-D", str(second / "data"), "-R", "-c", "fast", "-N", "-d", source]
            run_unprivileged([command, *arguments], directory=second)
            with running(second, replica, recovery_min_apply_delay=f"{int(lag * 1000)}ms"):
                yield primary, replica


@contextmanager
def running(directory: Path, port: int, **settings: str) -> Iterator[None]:
    """Run a PostgreSQL until the block is left."""
    given = {"port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": directory}
    options = [f"--{name}={value}" for name, value in {**given, **settings}.items()]

    def answers() -> bool:
        with suppress(psycopg.OperationalError):
            psycopg.connect(host="127.0.0.1", port=port, user=USER, dbname=USER).close()
            return True
        return False

    server = Process(
        [program("postgres", package="postgresql"), "-D", str(directory / "data"), *options],
        directory=directory,
        answers=answers,
        stop_signal=signal.SIGINT,
        is_unprivileged=True,
    )
    server.start()
    try:
        yield
    finally:
        server.stop()


def configure(primary: int, replica: int) -> None:
    """Set up a site on both."""
    one = {"ENGINE": "django.db.backends.postgresql", "NAME": NAME, "USER": USER}
    here = {**one, "HOST": "127.0.0.1"}
    databases = {"default": {**here, "PORT": primary}, "replica": {**here, "PORT": replica}}
    os.environ["TEST_DATABASE"] = "postgresql"
    contenders.configure("ours", DATABASES=databases, DATABASE_ROUTERS=[])
    from django.conf import settings

    settings.ROOT_URLCONF = contenders.url_patterns("ours")


def measure(lag: float) -> None:
    """Print how many queries go where, and what becomes of sessions meanwhile."""
    from django.contrib.auth import get_user_model
    from django.test import override_settings

    staff = get_user_model().objects.create_superuser(USERNAME, password=PASSWORD)
    catch_up()
    for router in (ReadFromReplica, ReadSessionsFromPrimary):
        with override_settings(DATABASE_ROUTERS=[f"{__name__}.{router.__name__}"]):
            say(f"\n{(router.__doc__ or '').split(': ')[0].rstrip('.')}, which is {lag:g} s late")
            say(f"{'':<44}{'primary':>10}{'replica':>10}")
            for name, ask in requests_of(staff):
                at = queries_of(ask)
                say(f"{name:<44}{at['default']:>10.1f}{at['replica']:>10.1f}")
            for name, outcome in outcomes(staff):
                say(f"{name:<44}  {outcome}")


def requests_of(staff: Any) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Yield what is asked of the site, once the replica knows who asks."""
    from benchmarks.population import BUSY_USER

    def sign_in() -> Any:
        return contenders.sign_in(USERNAME, PASSWORD)

    browser = sign_in()
    catch_up()
    yield "a login", sign_in
    yield "the current session, API", lambda: browser.get("/api/sessions/current/")
    yield "own sessions", lambda: browser.get("/api/sessions/")
    yield "all sessions, API", lambda: browser.get("/api/admin/sessions/")
    yield "one user's, API", lambda: browser.get(f"/api/admin/users/{BUSY_USER}/sessions/")
    yield "all sessions, admin", lambda: browser.get("/admin/sessions_api/session/")


def queries_of(ask: Callable[[], Any]) -> Counter[str]:
    """Return how many queries go to each database, on average."""
    from django.db import connections

    found: Counter[str] = Counter()

    def counted(execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        found[arguments[-1]["connection"].alias] += 1
        return execute(sql, *arguments)

    with (
        connections["default"].execute_wrapper(counted),
        connections["replica"].execute_wrapper(counted),
    ):
        for _ in range(OFTEN):
            ask()
    return Counter({alias: count / OFTEN for alias, count in found.items()})  # type: ignore[misc]  # not whole


def outcomes(staff: Any) -> Iterator[tuple[str, str]]:
    """Yield what becomes of sessions while the replica lags behind."""
    from sessions_api.models import Session

    def is_in(browser: Any) -> bool:
        return bool(browser.get("/api/sessions/current/").status_code == 200)

    hasty = contenders.sign_in(USERNAME, PASSWORD)
    yield "signed in, asks at once", "in" if is_in(hasty) else "out"
    catch_up()
    # A session that Django does not find costs the browser its cookie.
    yield "the same, when the replica has it", "in" if is_in(hasty) else "out"
    browser = contenders.sign_in(USERNAME, PASSWORD)
    catch_up()
    yield "signed in, asks when the replica has it", "in" if is_in(browser) else "out"
    other = contenders.sign_in(USERNAME, PASSWORD)
    catch_up()
    ended = Session.objects.using("default").filter(user=staff).latest("created_at")
    begun = time.perf_counter()
    response = browser.delete(f"/api/sessions/{ended.pk}/")
    if response.status_code != 204:
        raise SystemExit(f"The session could not be ended: {response.content!r}")
    while is_in(other):
        time.sleep(0.05)
    yield "ended from elsewhere, is refused after", f"{time.perf_counter() - begun:.1f} s"
    yield "whoever has ended it", "in" if is_in(browser) else "out"


def catch_up() -> None:
    """Wait until the replica has applied all that the primary has written."""
    from django.db import connections

    with (
        connections["default"].cursor() as at_primary,
        connections["replica"].cursor() as at_replica,
    ):
        at_primary.execute("SELECT pg_current_wal_lsn()")
        (position,) = at_primary.fetchone()
        is_there = False
        while not is_there:
            time.sleep(0.05)
            at_replica.execute("SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", [position])
            (is_there,) = at_replica.fetchone()


if __name__ == "__main__":
    main()
