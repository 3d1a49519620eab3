"""How long a page of sessions takes at 10,000 and at 1,000,000 rows: ours, and our peers' nearest.

    python -m benchmarks.lists [--rows 10000 100000 1000000] [--databases postgresql mariadb]
                               [--contenders ours allauth] [--only TEXT] [--json FILE]

Needs the dependency group "benchmarks", and PostgreSQL and MariaDB as the tests do. There is one user
for every three rows. A page is a whole request of the site, templates and JSON included; its time is
that of the fastest of up to twenty, since whatever else the machine does only adds to it. "sql" is what
the database took of it. "few" and "none" are pages of filters that five rows or none have; "deep" is
the page after nine tenths of the rows.

"MISSED" marks what misses its goal: where an index can serve filter and order, at most 1.2 times what
the fewest rows take (and 1 ms more, and by what the database takes); otherwise 150 ms; for a search
200 ms.
"""

import argparse
import logging
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from benchmarks.apart import apart
from benchmarks.output import add_json_option, say, write_json

NAMES = ("ours", "allauth", "user-sessions", "qsessions")
RATIO = 1.2
SLACK = 1  # ms: less than this cannot be told from noise
OTHERWISE, SEARCH = 150, 200  # ms
REPEATS, ENOUGH = 20, 1  # requests, seconds
READER, PASSWORD = "reader", "correct horse"


@dataclass(frozen=True)
class Case:
    """One page, and its goal: milliseconds, or None where it must not grow with the table."""

    surface: str
    name: str
    url: str
    goal: int | None = None


@dataclass(frozen=True)
class Taken:
    """What a page took, in milliseconds. None for one that was given up."""

    surface: str
    name: str
    rows: int
    goal: int | None
    ms: float | None
    sql_ms: float | None
    queries: int
    shown: int | None
    """How many sessions the page has, where it is JSON."""


def main() -> None:
    """Measure each contender on each database in a process of its own, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--databases", nargs="+", default=["postgresql", "mariadb"])
    parser.add_argument("--contenders", nargs="+", choices=NAMES, default=NAMES, metavar="NAME")
    parser.add_argument("--timeout", type=int, default=30, help="seconds a statement may take")
    parser.add_argument("--only", default="", help="only pages whose names have this in them")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    add_json_option(parser)
    options = parser.parse_args()
    if options.serve:
        serve(options.contenders[0], options)
        return
    figures: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for database in options.databases:
        figures[database] = {}
        for name in options.contenders:
            arguments = ["--rows", *options.rows, "--contenders", name, "--only", options.only]
            arguments += ["--timeout", options.timeout]
            taken = apart("lists", *arguments, database=database) or []
            figures[database][name] = taken
            report(database, name, options.rows, taken)
            write_json(
                options.json, {"rows": options.rows, "timeout": options.timeout, "pages": figures}
            )


def report(database: str, name: str, sizes: list[int], taken: list[dict[str, Any]]) -> None:
    """Print the pages of a contender: a column for each size, and what misses its goal."""
    columns = "".join(f"{f'{size:,}':>12}" for size in sizes)
    say(f"\n{name} on {database}, milliseconds a page at so many rows")
    say(f"{'':<14}{'':<42}{columns}{'sql':>10}{'queries':>9}{'shown':>7}{'ratio':>8}")
    pages: dict[tuple[str, str], dict[int, dict[str, Any]]] = {}
    for each in taken:
        pages.setdefault((each["surface"], each["name"]), {})[each["rows"]] = each
    missed = 0
    for (surface, page), by_size in pages.items():
        figures = "".join(f"{in_words(by_size[size]['ms']):>12}" for size in sizes)
        least, most = by_size[sizes[0]], by_size[sizes[-1]]
        grown = f"{most['ms'] / least['ms']:.2f}" if most["ms"] and least["ms"] else "-"
        shown = "" if most["shown"] is None else most["shown"]
        is_missed = name == "ours" and misses(least, most)
        missed += is_missed
        say(
            f"{surface:<14}{page:<42}{figures}{in_words(most['sql_ms']):>10}{most['queries']:>9}"
            f"{shown:>7}{grown:>8}{'  MISSED' * is_missed}"
        )
    if name == "ours":
        say(f"{missed} of {len(pages)} pages miss their goal")


def misses(least: dict[str, Any], most: dict[str, Any]) -> bool:
    """Tell whether a page misses its goal at the most rows."""
    if most["ms"] is None or least["ms"] is None:
        return True
    if most["goal"] is not None:
        return bool(most["ms"] > most["goal"])
    # Ours is the same work at any size. Where only it takes longer, the machine was busier.
    allowed = least["ms"] * (RATIO - 1) + SLACK
    return all(most[name] - least[name] > allowed for name in ("ms", "sql_ms"))


def in_words(ms: float | None) -> str:
    return "given up" if ms is None else f"{ms:,.1f}"


def serve(name: str, options: argparse.Namespace) -> None:
    """Measure one contender at each size, and write what its pages took."""
    logging.disable()  # of what is given up
    from benchmarks import contenders, population
    from benchmarks.databases import own_database

    contenders.configure(name)
    from django.conf import settings
    from django.contrib.auth import get_user_model

    settings.ROOT_URLCONF = contenders.url_patterns(name)
    taken: list[Taken] = []
    with own_database("lists"):
        for size in options.rows:
            get_user_model().objects.filter(username=READER).delete()
            limit_statements(0)
            begun = time.perf_counter()
            population.make_rows_of(name, size, size // 3)
            say(f"{name}: {size:,} rows made in {time.perf_counter() - begun:.0f} s")
            # After the others, whose numbers count from 1.
            get_user_model().objects.create_superuser(READER, password=PASSWORD)
            client = [contenders.sign_in(READER, PASSWORD) for _ in range(10)][-1]
            limit_statements(options.timeout)
            taken += [
                measure(case, client, size)
                for case in cases_of(name, client, size)
                if options.only in f"{case.surface} {case.name}"
            ]
    write_json(options.serve, [asdict(each) for each in taken])


def limit_statements(seconds: int) -> None:
    """Give up statements that take too long."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"SET statement_timeout = '{seconds}s'")
        else:
            cursor.execute(f"SET max_statement_time = {seconds}")


def measure(case: Case, client: Any, rows: int) -> Taken:
    """Ask for a page until it has been asked for often, or for long, enough."""
    from django.db import DatabaseError, connection

    spent: list[float] = []

    def timed(execute: Callable[..., Any], *arguments: Any) -> Any:
        begun = time.perf_counter()
        try:
            return execute(*arguments)
        finally:
            spent.append((time.perf_counter() - begun) * 1_000)

    taken: list[tuple[float, float, int]] = []
    shown = None
    begun_all = time.perf_counter()
    for _ in range(REPEATS):
        spent.clear()
        begun = time.perf_counter()
        try:
            with connection.execute_wrapper(timed):
                response = client.get(case.url)
        except DatabaseError:
            break
        ms = (time.perf_counter() - begun) * 1_000
        # A search that finds more users than one takes is refused: that is an answer, too.
        if response.status_code not in (200, 400):
            if response.status_code != 503:
                sys.stderr.write(f"{case.url}: {response.status_code} {response.content[:300]!r}\n")
            break
        shown = sessions_in(response)
        taken.append((ms, sum(spent), len(spent)))
        if time.perf_counter() - begun_all > ENOUGH:
            break
    if not taken:
        return Taken(case.surface, case.name, rows, case.goal, None, None, 0, None)
    ms, sql_ms, queries = (min(each) for each in zip(*taken, strict=True))
    return Taken(case.surface, case.name, rows, case.goal, ms, sql_ms, int(queries), shown)


def sessions_in(response: Any) -> int | None:
    """Return how many sessions a JSON page has."""
    if response.status_code != 200 or response["Content-Type"] != "application/json":
        return None
    content = response.json()
    return len(content["results"] if isinstance(content, dict) else content)


def cases_of(name: str, client: Any, rows: int) -> Iterator[Case]:
    """Yield the pages of a contender."""
    if name == "ours":
        # Ory's admin calls take a token.
        from django.contrib.auth import get_user_model

        from sessions_api import lifecycle

        token = lifecycle.issue_token(get_user_model().objects.get(username=READER)).token
        client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        yield from cases_of_api()
        yield from cases_of_admin()
        yield from cases_of_ory()
    else:
        yield from cases_of_peer(name, rows)


def cases_of_api() -> Iterator[Case]:
    """Yield our own lists, and all that the API's list of all sessions can be asked for."""
    from benchmarks import population
    from sessions_api.api.pagination import SessionPagination

    yield Case("own list", "10 sessions", "/api/sessions/")
    busy = f"/api/admin/users/{population.BUSY_USER}/sessions/"
    yield Case("one user's", "1,000 sessions", busy)

    def case(name: str, goal: int | None, **query: object) -> Case:
        return Case("admin API", name, f"/api/admin/sessions/?{urlencode(query)}", goal)

    for order in SessionPagination.orders:
        yield case(f"by {order}, first", None, ordering=order)
        yield case(f"by {order}, deep", None, ordering=order, cursor=deep(order))
    for hits, goal, query in filters():
        ((name, value),) = query.items()
        asked: object = value
        if isinstance(value, timedelta):
            value, asked = f"{value.days:+} days", (datetime.now(UTC) + value).isoformat()
        yield case(f"{name}={value} ({hits})", goal, **{name: asked})
    yield from searches("admin API", "/api/admin/sessions/?search=")


def filters() -> Iterator[tuple[str, int | None, dict[str, object]]]:
    """Yield filters: how many hits each has, its goal, its name and value."""
    from benchmarks.population import BUSY_USER, NAT, NO_ADDRESS, RARE_ADDRESS

    few, none = ("few", OTHERWISE), ("none", OTHERWISE)
    many, few_by_index, none_by_index = ("many", None), ("few", None), ("none", None)
    for state in ("active", "over", "ended", "expired", "all"):
        yield *many, {"state": state}
    yield *none, {"state": "unknown"}
    yield *none, {"state": "invalid"}
    yield *many, {"kind": "browser"}
    yield "some", OTHERWISE, {"kind": "token"}
    yield "many", OTHERWISE, {"ip": NAT}
    yield *few_by_index, {"ip": RARE_ADDRESS}
    yield *none_by_index, {"ip": NO_ADDRESS}
    yield *many, {"ip": "10.0.0.0/8"}
    yield *few, {"ip": "203.0.113.0/24"}
    yield *none, {"ip": "192.0.2.0/24"}
    yield *many, {"device_type": "desktop"}
    yield *few, {"device_type": "bot"}
    yield *none, {"device_type": "tablet"}
    yield *many, {"browser": "Chrome"}
    yield *few, {"browser": "Konqueror"}
    yield *none, {"browser": "Nosuch"}
    yield *many, {"os": "Windows"}
    yield *none, {"os": "Nosuch"}
    yield *many, {"adopted": "false"}
    yield *few, {"adopted": "true"}
    yield *many, {"method": "password"}
    yield *few, {"method": "totp"}
    yield *none, {"method": "nosuch"}
    yield *many, {"aal": "1"}
    yield *few, {"aal": "2"}
    yield *many, {"provider": "google"}
    yield *few, {"provider": "github"}
    yield *none, {"provider": "nosuch"}
    yield *many, {"impersonated": "false"}
    yield *few_by_index, {"impersonated": "true"}
    yield *many, {"user": BUSY_USER}
    yield *few_by_index, {"user": 777}
    yield *none_by_index, {"user": 2_000_000_000}
    half, long_ago, soon, later = (timedelta(days=days) for days in (-45, -100, 91, 400))
    yield *many, {"created_after": half}
    yield *none, {"created_after": later}
    yield "many", OTHERWISE, {"created_before": half}
    yield *none, {"created_before": long_ago}
    yield *many, {"last_used_after": half}
    yield *none_by_index, {"last_used_after": later}
    yield *many, {"last_used_before": half}
    yield *none_by_index, {"last_used_before": long_ago}
    yield *many, {"expires_after": timedelta(0)}
    yield *none, {"expires_after": later}
    yield "many", OTHERWISE, {"expires_before": soon}
    yield *none, {"expires_before": timedelta(0)}


def searches(surface: str, url: str) -> Iterator[Case]:
    """Yield searches with hits and without."""
    from benchmarks import population

    email = population.email_of(777)
    terms = {
        "a user name": "user777",
        "how all user names begin": "user",
        "no user name": "nosuch",
        "an e-mail address": email,
        "how few e-mail addresses begin": email[:6],
        "no e-mail address": "nosuch@example.com",
        "few IP addresses": population.RARE_ADDRESS,
        "no IP address": population.NO_ADDRESS,
    }
    for name, term in terms.items():
        yield Case(surface, f"search: {name}", f"{url}{urlencode({'': term})[1:]}", SEARCH)


def cases_of_admin() -> Iterator[Case]:
    """Yield the admin's list: first, deep, and every choice of every filter."""
    from sessions_api.admin import filters as offered

    changelist = "/admin/sessions_api/session/"
    yield Case("changelist", "first", changelist)
    yield Case("changelist", "deep", f"{changelist}?cursor={deep('-last_used')}")
    rare = {"unknown", "pending", "tablet", "bot", "token", "opera", "other", "chromeos", "before"}
    for each in (
        offered.StateFilter,
        offered.LastUsedFilter,
        offered.DeviceTypeFilter,
        offered.BrowserFilter,
        offered.SystemFilter,
        offered.KindFilter,
    ):
        for value in each.offered:
            goal = OTHERWISE if value in rare else None
            query = f"{each.parameter_name}={value}"
            yield Case("changelist", query, f"{changelist}?{query}", goal)
    yield Case("changelist", "user=777", f"{changelist}?user=777")
    yield from searches("changelist", f"{changelist}?q=")


def cases_of_ory() -> Iterator[Case]:
    """Yield Ory's lists, at 250 sessions a page as Ory has them, and at 25."""
    from benchmarks import population
    from sessions_api.dialects.identifiers import uuid_of

    everybody = "/ory/admin/sessions"
    for query in ("page_size=25", "", "active=true", "active=false", "expand=identity"):
        yield Case("Ory all", query or "250 a page", f"{everybody}?{query}")
    cursor = urlencode({"page_token": deep("-created_at")})
    yield Case("Ory all", "250 a page, deep", f"{everybody}?{cursor}")
    for name, user in (("3 sessions", 777), ("1,000 sessions", population.BUSY_USER)):
        for query in ("", "active=true", "active=false"):
            url = f"/ory/admin/identities/{uuid_of(user)}/sessions?{query}"
            yield Case("Ory identity", f"{name} {query}", url)
    yield Case("Ory own", "10 sessions", "/ory/sessions")


def cases_of_peer(name: str, rows: int) -> Iterator[Case]:
    """Yield the nearest lists that a peer has. None has an API for staff."""
    app = {"allauth": "usersessions/usersession", "user-sessions": "user_sessions/session"}
    changelist = f"/admin/{app.get(name, 'qsessions/session')}/"
    own = {"allauth": "/accounts/sessions/", "user-sessions": "/account/sessions/"}
    if name in own:
        yield Case("own list", "10 sessions", own[name])
    yield Case("changelist", "first", changelist)
    yield Case("changelist", "deep", f"{changelist}?p={rows // 100 * 9 // 10}")
    if name != "allauth":
        yield Case("changelist", "active=1 (many)", f"{changelist}?active=1")
        yield Case("changelist", "active=0 (none)", f"{changelist}?active=0")
    yield from searches("changelist", f"{changelist}?q=")


def deep(order: str) -> str:
    """Return the cursor of the page after nine tenths of our rows."""
    from sessions_api.listing import keyset
    from sessions_api.models import Session

    field = order.removeprefix("-")
    known = Session.objects.known()
    times = known.order_by(order).values_list(field, flat=True)
    time_there = times[known.count() * 9 // 10]
    lookup = "lte" if order.startswith("-") else "gte"
    there = known.filter(**{f"{field}__{lookup}": time_there})
    return str(keyset.page(there, order=order, size=1, cursor=None).next)


if __name__ == "__main__":
    main()
