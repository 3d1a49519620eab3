"""Our table cannot be read or written: a page answers as plain Django does, and is not held up."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, NamedTuple

import pytest

from tests.faults.browsers import Browser
from tests.faults.conftest import ENGINES
from tests.faults.servers.databases import Database
from tests.faults.sites import Served, Site

WORKERS = 2
PATIENCE = 1.0
"""How long the site waits for a lock or a statement where it says so, in seconds."""

HELD_UP = 4 * PATIENCE
"""Longer than a few pages take, and shorter than if each of them waited."""


@contextmanager
def read_only(database: Database) -> Iterator[None]:
    """Have the site's database be a replica, as after a fail-over."""
    database.refuse_writes()
    yield
    database.take_writes()


class Fault(NamedTuple):
    """What is wrong with our table, and how long the site waits for it, by its own settings."""

    breaks: Callable[[Database], AbstractContextManager[None]]
    timeouts: dict[str, float] = {}
    is_known_at_once: bool = True
    """Without a wait: no request is held up, not even the first of a process."""
    is_logged: bool = True


FAULTS = {
    "read_only": Fault(read_only),
    "table_missing": Fault(lambda database: database.table_missing()),
    "table_locked": Fault(
        lambda database: database.table_locked(), {"lock": PATIENCE}, is_known_at_once=False
    ),
    "table_slow": Fault(
        lambda database: database.table_locked(), {"statement": PATIENCE}, is_known_at_once=False
    ),
    # Nobody waits for these: another transaction holds them for as long as it likes.
    "rows_locked": Fault(lambda database: database.rows_locked(), is_logged=False),
}


@pytest.fixture(params=["", "atomic_requests"])
def is_atomic(request: pytest.FixtureRequest) -> bool:
    """Tell whether views run in transactions, which a failed statement would spoil."""
    return bool(request.param)


def site_on(
    site: Site, database: Database, fault: Fault, *, is_atomic: bool = False, **settings: Any
) -> Site:
    """Return a site on a database server, which waits for it as the fault says."""
    given = database.with_timeouts(**fault.timeouts) if fault.timeouts else database.settings
    return site.but(DATABASES={"default": {**given, "ATOMIC_REQUESTS": is_atomic}}, **settings)


class Pair(NamedTuple):
    """A site and the same without us, each with browsers that are signed in.

    The two share their sessions: a browser of one has the cookie of that of the other.
    """

    ours: Served
    plain: Served
    mine: list[Browser]
    plains: list[Browser]


@contextmanager
def both(site: Site, *names: str) -> Iterator[Pair]:
    """Serve both in processes that have seen no session yet. The last use of each is to be written."""
    with site.serve() as before:
        browsers = before.signed_in(*names)
        before.age()
        cookies = [browser.cookies for browser in browsers]
    with site.serve(workers=WORKERS) as ours, site.but(IS_PLAIN=True).serve() as plain:
        mine = [ours.browser(cookies=each) for each in cookies]
        yield Pair(ours, plain, mine, [plain.browser(cookies=each) for each in cookies])


@pytest.mark.parametrize("name", FAULTS)
def test_pages_answer_as_plain_does_and_nothing_is_tried_again_at_each_request(
    site_with_redis: Site, database: Database, name: str, *, is_atomic: bool
) -> None:
    fault = FAULTS[name]
    site = site_on(site_with_redis, database, fault, is_atomic=is_atomic)
    with both(site, "alice", "bob") as (ours, _, mine, plains):
        refused = database.refusals()
        with fault.breaks(database):
            began = time.monotonic()
            replies = [reply for browser in mine for reply in ours.at_once(browser)]
            took_at_first = time.monotonic() - began
            expected = [browser.get("/page/") for browser in plains]
            assert {(reply.status, reply.text) for reply in replies} == {
                (reply.status, reply.text) for reply in expected
            }
            assert {reply.status for reply in expected} == {200}

            began = time.monotonic()
            assert [browser.get("/write/").text for browser in mine] == ["alice", "bob"]
            assert [browser.name() for browser in mine * 3] == ["alice", "bob"] * 3
            assert time.monotonic() - began < HELD_UP
            if fault.is_known_at_once:
                assert took_at_first < HELD_UP
        # Each process may find out by a read, and by a write.
        assert database.refusals() - refused <= 2 * WORKERS
        lines = ours.log_lines()
        assert max(lines.values(), default=0) <= 1, ours.process.output()
        assert bool(lines) or not fault.is_logged
        assert ours.ended() == []
        assert [browser.name() for browser in mine] == ["alice", "bob"]


@pytest.mark.parametrize("name", ["table_missing", "table_locked"])
def test_where_our_table_admits_nobody_is_let_in_by_guess(
    site_with_redis: Site, database: Database, name: str, *, is_atomic: bool
) -> None:
    fault = FAULTS[name]
    site = site_on(
        site_with_redis, database, fault, is_atomic=is_atomic, SESSIONS_API={"STRICT": True}
    )
    in_cookies = site.but(SESSION_ENGINE=ENGINES["signed_cookies"], SESSIONS_API={})
    with site.serve() as strict, in_cookies.serve() as signed:
        (browser,) = strict.signed_in("alice")
        (other,) = signed.signed_in("alice")
        backend = strict.token("alice", site)
        with fault.breaks(database):
            statuses = {
                "strict": browser.get("/page/").status,
                "signed_cookies": other.get("/page/").status,
                "token": backend.get("/api/sessions/current/").status,
                "sign_in": strict.browser().sign_in("bob").status,
            }
            assert statuses == dict.fromkeys(statuses, 503)
            assert strict.browser().get("/page/").status == 200
        assert (browser.name(), other.name()) == ("alice", "alice")
        assert backend.get("/api/sessions/current/").status == 200
        assert strict.rows("bob") == []


def test_where_nothing_can_be_written_who_is_known_is_admitted_and_nobody_signs_in(
    site_with_redis: Site, database: Database, *, is_atomic: bool
) -> None:
    site = site_on(
        site_with_redis,
        database,
        FAULTS["read_only"],
        is_atomic=is_atomic,
        SESSIONS_API={"STRICT": True},
    )
    with site.serve() as strict:
        (browser,) = strict.signed_in("alice")
        backend = strict.token("alice", site)
        strict.age()
        with read_only(database):
            assert browser.name() == "alice"
            assert backend.get("/api/sessions/current/").status == 200
            assert strict.browser().sign_in("bob").status == 503
        assert (browser.name(), strict.rows("bob")) == ("alice", [])


def test_while_the_database_is_stopped_pages_answer_as_plain_does(
    site_with_redis: Site, database: Database
) -> None:
    site = site_on(site_with_redis, database, Fault(read_only))
    with both(site, "alice") as (ours, plain, mine, plains):
        database.stop()
        try:
            statuses = [each.get("/page/").status for each in (*mine, *plains)]
            anonymous = [each.browser().get("/page/").status for each in (ours, plain)]
        finally:
            database.start()
        assert statuses[0] == statuses[1]
        assert anonymous == [200, 200]
        assert [browser.name() for browser in (*mine, *plains)] == ["alice", "alice"]
        assert ours.ended() == []
