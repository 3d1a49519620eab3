"""The engine is away while a session ends: who ends it is told so, and the end comes all the same."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.faults.browsers import Browser, Reply
from tests.faults.commands import DONE, RECONCILE, UNFINISHED
from tests.faults.conftest import ENGINES
from tests.faults.servers.databases import NAME, PostgreSQL
from tests.faults.servers.redis import Redis
from tests.faults.sites import Served, Site
from tests.faults.waiting import until

TOUCH_INTERVAL = 1.5
WORKERS = 4
SESSIONS_ELSEWHERE = "sessions_elsewhere"


class Away:
    """A site, and what its engine's server can be made to do."""

    def __init__(self, site: Site, *, stop: Any, start: Any) -> None:
        self.site = site
        self.stop = stop
        self.start = start


@pytest.fixture
def with_redis(site_with_redis: Site, redis: Redis) -> Away:
    return Away(site_with_redis, stop=redis.stop, start=redis.start)


@pytest.fixture
def with_database(site: Site, postgresql: PostgreSQL) -> Iterator[Away]:
    """Return a site whose engine has a database of its own, whose connections can be cut."""
    postgresql.execute(
        f"CREATE DATABASE {SESSIONS_ELSEWHERE} TEMPLATE {NAME}",
        name="postgres",
    )
    databases = {
        **site.settings["DATABASES"],
        "engine": {**postgresql.settings, "NAME": SESSIONS_ELSEWHERE},
    }
    yield Away(
        site.but(
            SESSION_ENGINE=ENGINES["db"],
            DATABASES=databases,
            DATABASE_ROUTERS=["tests.projects.two_databases.router.EngineElsewhere"],
        ),
        stop=lambda: postgresql.shut_out(SESSIONS_ELSEWHERE),
        start=lambda: postgresql.let_in(SESSIONS_ELSEWHERE),
    )
    postgresql.execute(f"DROP DATABASE {SESSIONS_ELSEWHERE} WITH (FORCE)", name="postgres")


@pytest.fixture(params=["with_redis", "with_database"])
def away(request: pytest.FixtureRequest) -> Away:
    """Return a site whose engine is in Redis, and one whose engine is in another database."""
    away: Away = request.getfixturevalue(request.param)
    return away


def set_up(away: Away, **settings: Any) -> Site:
    return away.site.but(SESSIONS_API={"TOUCH_INTERVAL": TOUCH_INTERVAL, **settings})


def end_meanwhile(away: Away, served: Served, victim: Browser, backend: Browser) -> Reply:
    """Have all workers see a session, and end it while the engine is away. Return the answer."""
    session_id = victim.session_id()
    served.warm(victim, workers=WORKERS)
    away.stop()
    try:
        return backend.delete(f"/api/sessions/{session_id}/")
    finally:
        away.start()


def test_the_answer_says_when_the_end_is_in_force_and_it_is(away: Away) -> None:
    site = set_up(away)
    with site.serve(workers=WORKERS) as served:
        victim, bystander = served.signed_in("alice", "bob")
        backend = served.token("alice", site)
        asked = datetime.now(UTC)
        reply = end_meanwhile(away, served, victim, backend)
        answered = datetime.now(UTC)

        assert reply.status == 202, reply.text
        assert reply.json["code"] == "end_pending"
        in_force_by = datetime.fromisoformat(reply.json["in_force_by"])
        assert in_force_by.tzinfo is not None
        assert asked <= in_force_by <= answered + timedelta(seconds=TOUCH_INTERVAL)
        assert served.ended() == ["alice: revoked"]

        until(in_force_by)
        assert {each.text for each in served.at_once(victim, times=16)} == {""}
        assert bystander.name() == "bob"
        assert site.run(*RECONCILE).returncode == DONE
        assert served.ended() == ["alice: revoked"]


def test_reconcile_deletes_what_the_engine_still_holds(away: Away) -> None:
    site = set_up(away)
    with site.serve(workers=WORKERS) as served:
        victim, _ = served.signed_in("alice", "bob")
        end_meanwhile(away, served, victim, served.token("alice", site))
        done = site.run(*RECONCILE)
        assert done.returncode == DONE, done.stderr
        assert "1 session finished" in done.stdout
        # Nothing is left that a worker could remember.
        assert {each.text for each in served.at_once(victim, times=16)} == {""}


def test_with_strict_it_is_refused_at_once(away: Away) -> None:
    site = set_up(away, STRICT=True)
    with site.serve(workers=WORKERS) as served:
        (victim,) = served.signed_in("alice")
        reply = end_meanwhile(away, served, victim, served.token("alice", site))
        assert reply.status in (202, 204)
        assert {each.text for each in served.at_once(victim, times=16)} == {""}


def test_end_sessions_exits_with_3_and_reconcile_finishes(away: Away) -> None:
    site = set_up(away)
    with site.serve() as served:
        victim, bystander = served.signed_in("alice", "bob")
        away.stop()
        try:
            done = site.run("end_sessions", "--user", "alice")
        finally:
            away.start()
        assert done.returncode == UNFINISHED, done.stderr
        assert served.ended() == ["alice: revoked"]
        assert site.run(*RECONCILE).returncode == DONE
        assert (victim.name(), bystander.name()) == ("", "bob")


@pytest.mark.parametrize("engine", ["cached_db", "cache"])
def test_a_sign_out_answers_as_plain_does_and_the_session_has_ended(
    with_redis: Away, engine: str
) -> None:
    site = with_redis.site.but(SESSION_ENGINE=ENGINES[engine])
    with site.serve() as served, site.but(IS_PLAIN=True).serve() as plain:
        (ours,) = served.signed_in("alice")
        (plains,) = plain.signed_in("bob")
        with_redis.stop()
        try:
            answers = [ours.sign_out().status, plains.sign_out().status]
        finally:
            with_redis.start()
        assert answers[0] == answers[1]
        if engine == "cached_db":  # without its cache, the cache engine knows nobody
            assert served.ended() == ["alice: logout"]
            assert ours.name() == ""
