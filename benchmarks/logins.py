"""What a login costs when its user has no other session, and when they have 300.

    [TEST_DATABASE=postgresql] python -m benchmarks.logins [--sessions 0 300] [--logins 40]
                                                           [--json FILE]

Needs the dependency group "benchmarks". A user signs in by the login page of the site, each time as
another browser, on SQLite unless TEST_DATABASE says otherwise. CPU is this process's, the median over
the logins; passwords are hashed by MD5, which costs next to nothing. Queries are the most that one of
the logins has made.
"""

import argparse
import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import contenders
from benchmarks.apart import apart
from benchmarks.databases import own_database
from benchmarks.output import add_json_option, say, write_json

SITES: dict[str, tuple[str, int | None]] = {
    "plain": ("plain", None),
    "ours": ("ours", None),
    "ours, limit 1000": ("ours", 1_000),
    "ours, limit 300": ("ours", 300),
    "allauth": ("allauth", None),
    "user-sessions": ("user-sessions", None),
    "qsessions": ("qsessions", None),
}
"""The contenders and, for ours, MAX_SESSIONS_PER_USER."""

USER, PASSWORD = "alice", "correct horse"


def main() -> None:
    """Measure each site in a process of its own, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sessions", type=int, nargs="+", default=[0, 300])
    parser.add_argument("--logins", type=int, default=40)
    parser.add_argument("--site", help=argparse.SUPPRESS)
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    add_json_option(parser)
    options = parser.parse_args()
    if options.serve:
        write_json(options.serve, measure(*SITES[options.site], options.sessions, options.logins))
        return
    counts = "".join(f"{f'with {count} there':>22}" for count in options.sessions)
    say(f"{'a login: queries, ms CPU':<26}{counts}")
    figures = {}
    for name in SITES:
        arguments = ("--sessions", *options.sessions, "--logins", options.logins, "--site", name)
        figures[name] = apart("logins", *arguments)
        taken = figures[name] or []
        cells = "".join(f"{each['queries']:>12}{each['cpu_ms']:>10.1f}" for each in taken)
        say(f"{name:<26}{cells or 'failed':>22}")
    write_json(options.json, {"sessions": options.sessions, "logins": figures})


def measure(name: str, limit: int | None, sessions: list[int], logins: int) -> list[dict[str, Any]]:
    """Return what a login costs with so many sessions there."""
    limited = {"SESSIONS_API": {"MAX_SESSIONS_PER_USER": limit}} if limit else {}
    contenders.configure(name, **limited)
    from django.conf import settings
    from django.contrib.auth import get_user_model

    settings.ROOT_URLCONF = contenders.url_patterns(name)
    taken = []
    with own_database("logins"):
        get_user_model().objects.create_user(USER, password=PASSWORD)
        warm_up()
        there = 0
        for count in sessions:
            for _ in range(count - there):
                contenders.sign_in(USER, PASSWORD)
            there = count
            # At the limit, each login ends another session.
            taken.append(sample(logins, sign_out=count != limit))
    return taken


def warm_up() -> None:
    for _ in range(5):
        contenders.sign_in(USER, PASSWORD).logout()


def sample(logins: int, *, sign_out: bool) -> dict[str, Any]:
    """Return what logins cost, each with as many other sessions there as before it."""
    queries, cpu = [], []
    for _ in range(logins):
        with counted() as count:
            begun = time.process_time()
            client = contenders.sign_in(USER, PASSWORD)
            cpu.append((time.process_time() - begun) * 1_000)
        queries.append(count())
        if sign_out:
            client.logout()
    return {"queries": max(queries), "cpu_ms": median(cpu)}


@contextmanager
def counted() -> Any:
    """Count statements, without the text that Django would keep of each."""
    from django.db import connection

    number = 0

    def count(execute: Callable[..., Any], *arguments: Any) -> Any:
        nonlocal number
        number += 1
        return execute(*arguments)

    with connection.execute_wrapper(count):
        yield lambda: number


if __name__ == "__main__":
    main()
