"""What it costs PostgreSQL to write that a session was used, and how many bytes a session takes.

    python -m benchmarks.touches [--rows 1000000] [--touches 3000] [--json FILE]
                                 [--contenders ours allauth,_tracking]

Needs the dependency group "benchmarks", and PostgreSQL as the tests do. Browsers whose sessions are
random rows of the table make a request each: first right after a checkpoint, when PostgreSQL writes
whole pages (cold), then all of them once more (warm). Bytes of WAL are those of the UPDATE statements
of the request, as EXPLAIN (ANALYZE, WAL) tells them; a commit adds about 40. Peers that write a last
use only when they save a session save it at every request.
"""

import argparse
import os
import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from statistics import fmean
from typing import Any

os.environ["TEST_DATABASE"] = "postgresql"

from benchmarks import contenders, population
from benchmarks.apart import apart
from benchmarks.databases import own_database
from benchmarks.output import add_json_option, say, write_json

SETTINGS: dict[str, dict[str, Any]] = {
    "ours": {"SESSIONS_API": {"TOUCH_INTERVAL": 0.000_001}},
    "allauth, tracking": {},
    "user-sessions": contenders.SAVE,
    "qsessions": contenders.SAVE,
    "plain": contenders.SAVE,
}
BATCH = 500


def main() -> None:
    """Measure each contender in a process of its own, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--touches", type=int, default=3_000)
    names = [name.replace(" ", "_") for name in SETTINGS]
    parser.add_argument("--contenders", nargs="+", choices=names, default=names, metavar="NAME")
    parser.add_argument("--serve", metavar="FILE", help=argparse.SUPPRESS)
    add_json_option(parser)
    options = parser.parse_args()
    asked = [name.replace("_", " ") for name in options.contenders]
    if options.serve:
        write_json(Path(options.serve), measure(asked[0], options.rows, options.touches))
        return
    figures = {}
    say(f"{options.rows:,} rows, means of {options.touches:,} touches of random rows")
    say(f"{'':<20}{'cold':>9}{'pages':>7}{'warm':>9}{'bytes a row':>13}")
    for name in asked:
        figures[name] = apart(
            "touches",
            "--rows",
            options.rows,
            "--touches",
            options.touches,
            "--contenders",
            name.replace(" ", "_"),
        )
        if figures[name] is None:
            say(f"{name:<20} failed")
            continue
        wal, sizes = figures[name]["wal"], figures[name]["bytes"]
        say(
            f"{name:<20}{wal['cold']:>9,.0f}{wal['cold pages']:>7.1f}{wal['warm']:>9,.0f}"
            f"{sum(sizes.values()):>13,.0f}  "
            + ", ".join(f"{relation} {size:.0f}" for relation, size in sizes.items())
        )
    write_json(options.json, {"rows": options.rows, "touches": figures})


def measure(name: str, rows: int, touches: int) -> dict[str, Any]:
    """Fill the tables, and touch some of the rows cold and warm."""
    contenders.configure(name, **SETTINGS[name])
    from django.conf import settings
    from django.http import HttpRequest, HttpResponse
    from django.urls import path

    def name_of_user(request: HttpRequest) -> HttpResponse:
        return HttpResponse(request.user.get_username())

    settings.ROOT_URLCONF = (path("", name_of_user),)
    with own_database("touches"):
        model = population.make_rows_of(name, rows, rows // 3)
        sizes = bytes_a_row(model, rows)
        browsers = make_browsers(name, model, rows, touches)
        population.analyze()
        population.run("CHECKPOINT")
        cold = touch(browsers, model._meta.db_table)
        warm = touch(browsers, model._meta.db_table)
    wal = {
        "cold": fmean(each for each, _ in cold),
        "cold pages": fmean(pages for _, pages in cold),
        # Somebody else's checkpoint makes pages cold again.
        "warm": fmean(each for each, pages in warm if not pages),
    }
    return {"wal": wal, "bytes": sizes}


def bytes_a_row(model: Any, rows: int) -> dict[str, float]:
    """Return how many bytes of the table, and of each of its indexes, there are for each row."""
    from django.db import connection

    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexrelid::regclass::text, pg_relation_size(indexrelid) FROM pg_index "
            "WHERE indrelid = %s::regclass UNION ALL SELECT %s, pg_table_size(%s) ORDER BY 2 DESC",
            [table, table, table],
        )
        return {name: size / rows for name, size in cursor.fetchall()}


def make_browsers(name: str, model: Any, rows: int, touches: int) -> list[Callable[[], Any]]:
    """Return what makes a request of a browser, for so many sessions at random."""
    from django.conf import settings
    from django.test import Client

    numbers = iter(random.Random(1).sample(range(1, rows + 1), min(rows, touches * 2)))  # noqa: S311
    browsers: list[Callable[[], Any]] = []
    while len(browsers) < touches:
        keys = [population.key_of(number) for _, number in zip(range(BATCH), numbers, strict=False)]
        if not keys:
            raise SystemExit(f"{rows} rows are too few for {touches} touches.")
        sessions = live_sessions(name, model, keys)
        if name in ("ours", "allauth, tracking"):
            make_engine_sessions(name, sessions)
        for key, session in sessions.items():
            client = Client(headers={"user-agent": getattr(session, "user_agent", "")})
            client.cookies[settings.SESSION_COOKIE_NAME] = key
            client.defaults["REMOTE_ADDR"] = address_of(session)
            browsers.append(lambda client=client: client.get("/"))
    return browsers[:touches]


def live_sessions(name: str, model: Any, keys: list[str]) -> dict[str, Any]:
    """Return the rows of browsers' sessions with these keys that have not ended."""
    if name != "ours":
        return model.objects.in_bulk(keys, field_name="session_key")
    from sessions_api import credentials

    by_digest = {credentials.digest(key): key for key in keys}
    found = model.objects.not_ended().filter(key_digest__in=by_digest, kind="browser")
    return {by_digest[each.key_digest]: each for each in found}


def make_engine_sessions(name: str, sessions: dict[str, Any]) -> None:
    """Make one of Django's own sessions for each of these rows."""
    from django.contrib.sessions.models import Session as EngineSession
    from django.utils import timezone

    encode, expires = population.payload_encoder(), timezone.now() + timedelta(days=14)
    EngineSession.objects.bulk_create(
        EngineSession(key, encode(each.user_id, **named_by(name, each)), expires)
        for key, each in sessions.items()
    )


def named_by(name: str, session: Any) -> dict[str, str]:
    """Return what a payload says of our row."""
    if name != "ours":
        return {}
    from sessions_api import payload

    return {payload.ID_KEY: str(session.pk)}


def address_of(session: Any) -> str:
    """Return the IP address that a session was used from."""
    names = ("last_ip_address", "ip")
    return next((getattr(session, each) for each in names if hasattr(session, each)), "127.0.0.1")


def touch(browsers: list[Callable[[], Any]], table: str) -> list[tuple[int, int]]:
    """Have each browser make a request. Return the WAL of each update: bytes, and whole pages."""
    from django.db import connection

    told: list[tuple[int, int]] = []

    def explained(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        if not sql.startswith(f'UPDATE "{table}"'):
            return execute(sql, params, many, context)
        result = execute(f"EXPLAIN (ANALYZE, WAL, FORMAT JSON) {sql}", params, many, context)
        plan = context["cursor"].fetchone()[0][0]["Plan"]
        if not any(child["Actual Rows"] for child in plan["Plans"]):
            raise SystemExit(f"This changed no row: {sql}")
        told.append((plan["WAL Bytes"], plan["WAL FPI"]))
        return result

    with connection.execute_wrapper(explained):
        for ask in browsers:
            response = ask()
            if not response.content.startswith(b"user"):
                raise SystemExit(f"The site does not know who is asking: {response.content!r}")
    if len(told) < len(browsers):
        raise SystemExit(f"{len(browsers)} requests have made {len(told)} updates.")
    return told


if __name__ == "__main__":
    main()
