"""Redis is away, or the command looks elsewhere: what nobody can tell ends nobody."""

from collections.abc import Callable
from typing import NamedTuple

import pytest

from tests.faults.browsers import Browser
from tests.faults.commands import CANNOT_TELL, DONE, RECONCILE, UNFINISHED, exit_codes
from tests.faults.conftest import ENGINES, cache_of
from tests.faults.servers.redis import Redis
from tests.faults.sites import Served, Site

ALIVE = ("alice", "alice", "bob")
OVER = "dave"
HALF_A_YEAR = 24 * 180


class Fault(NamedTuple):
    """What is wrong, and whether the cache still tells what it holds."""

    breaks: Callable[[Redis], object] = lambda redis: None
    web: Callable[[Site, Redis], Site] = lambda site, redis: site
    """The site as it is served and run; commands are run with ``elsewhere`` on top."""
    elsewhere: Callable[[Site, Redis], Site] = lambda site, redis: site
    tells: bool = False


def _ignoring(site: Site, redis: Redis) -> Site:
    """Have django-redis say of everything that it is not there, as its README proposes."""
    cache = cache_of(redis.url, BACKEND="django_redis.cache.RedisCache")
    cache["default"]["OPTIONS"] = {
        "IGNORE_EXCEPTIONS": True,
        "SOCKET_TIMEOUT": 0.3,
        "SOCKET_CONNECT_TIMEOUT": 0.3,
    }
    return site.but(CACHES=cache)


def _with_cache(backend: str) -> Callable[[Site, Redis], Site]:
    path = f"django.core.cache.backends.{backend}"
    return lambda site, redis: site.but(CACHES={"default": {"BACKEND": path}})


FAULTS = {
    "stopped": Fault(breaks=Redis.stop),
    "paused": Fault(breaks=Redis.pause),
    "full": Fault(breaks=Redis.fill, tells=True),
    "mget_forbidden": Fault(breaks=lambda redis: redis.forbid("mget"), tells=True),
    "ignored": Fault(breaks=Redis.stop, web=_ignoring),
    "dummy_cache": Fault(elsewhere=_with_cache("dummy.DummyCache")),
    "locmem_cache": Fault(elsewhere=_with_cache("locmem.LocMemCache")),
    "other_redis_database": Fault(
        elsewhere=lambda site, redis: site.but(CACHES=cache_of(redis.other_url))
    ),
}


CASES = [("cache", name) for name in FAULTS]
# The command's own cache is no cache of the site's sessions, whatever its kind: one will do.
CASES += [("cached_db", name) for name in ("stopped", "paused", "ignored", "dummy_cache")]


def everybody(served: Served) -> list[Browser]:
    """Return browsers that are signed in, beside one whose session was over half a year ago."""
    browsers = served.signed_in(*ALIVE)
    served.signed_in(OVER)
    served.age(hours=HALF_A_YEAR, of=OVER, field="expires_at")
    return browsers


def names(browsers: list[Browser]) -> list[str]:
    return [browser.name() for browser in browsers]


@pytest.mark.parametrize(("engine", "name"), CASES)
def test_nobody_ends_and_all_is_well_once_it_is_back(
    site_with_redis: Site, redis: Redis, engine: str, name: str
) -> None:
    fault = FAULTS[name]
    site = fault.web(site_with_redis.but(SESSION_ENGINE=ENGINES[engine]), redis)
    with site.serve(workers=2) as served:
        browsers = everybody(served)
        before = len(served.rows())
        fault.breaks(redis)
        codes = exit_codes(fault.elsewhere(site, redis), lists=engine != "cache")
        redis.mend()

        # The row of half a year ago is over by the clock: it may go, be finished later, or stay.
        assert [who for who in served.ended() if not who.startswith(OVER)] == []
        assert names(browsers) == list(ALIVE)
        if engine == "cache" and not fault.tells:
            assert len(served.rows()) == before
            assert set(codes.values()) == {CANNOT_TELL}, codes
        elif fault.tells:
            assert codes["reconcile_sessions"] == DONE
        else:
            # cached_db has its table to ask.
            assert codes["reconcile_sessions"] in (DONE, UNFINISHED, CANNOT_TELL)
        assert site.run(*RECONCILE).returncode == DONE
        assert names(browsers) == list(ALIVE)


@pytest.mark.parametrize("name", ["stopped", "paused"])
def test_while_it_is_away_the_list_says_unknown(
    site_with_redis: Site, redis: Redis, name: str
) -> None:
    with site_with_redis.serve() as served:
        served.signed_in("alice", "alice")
        backend = served.token("alice", site_with_redis)
        FAULTS[name].breaks(redis)
        assert sorted(backend.states().values()) == ["active", "unknown", "unknown"]
        assert sorted(backend.states("?state=unknown").values()) == ["unknown", "unknown"]
        assert list(backend.states("?state=active").values()) == ["active"]
        assert backend.states("?state=over") == {}


def test_where_mget_is_forbidden_the_list_is_whole(site_with_redis: Site, redis: Redis) -> None:
    with site_with_redis.serve() as served:
        browser, _ = served.signed_in("alice", "alice")
        redis.forbid("mget")
        assert list(browser.states().values()) == ["active", "active"]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_command_with_another_secret_key_ends_nobody(site_with_redis: Site, engine: str) -> None:
    site = site_with_redis.but(SESSION_ENGINE=ENGINES[engine])
    with site.serve(workers=2) as served:
        browsers = everybody(served)
        before = served.rows()
        elsewhere = site.but(SECRET_KEY="the-key-of-an-old-cron-host-or-another-site")
        codes = exit_codes(elsewhere, lists=engine not in ("cache", "signed_cookies"))
        assert served.rows() == before
        assert names(browsers) == list(ALIVE)
        assert set(codes.values()) == {CANNOT_TELL}, codes
        assert site.run(*RECONCILE).returncode == DONE
        assert names(browsers) == list(ALIVE)


def test_after_a_flush_nothing_ends_until_a_request_has_used_the_engine_again(
    site_with_redis: Site, redis: Redis
) -> None:
    with site_with_redis.serve() as served:
        served.signed_in("alice", "alice", "bob")
        redis.flush()
        for more in ([], ["--force"]):
            assert site_with_redis.run(*RECONCILE, *more).returncode == CANNOT_TELL
        assert served.ended() == []

        (browser,) = served.signed_in("carol")
        done = site_with_redis.run(*RECONCILE)
        assert done.returncode == DONE, done.stderr
        assert served.ended() == ["alice: lost", "alice: lost", "bob: lost"]
        assert browser.name() == "carol"


def test_an_unusual_share_of_lost_sessions_ends_only_by_force(
    site_with_redis: Site, redis: Redis
) -> None:
    with site_with_redis.serve() as served:
        served.signed_in(*["alice", "bob", "carol"] * 4)
        redis.flush()
        (browser,) = served.signed_in("dave")
        assert site_with_redis.run(*RECONCILE).returncode == CANNOT_TELL
        assert served.ended() == []
        assert site_with_redis.run(*RECONCILE, "--force").returncode == DONE
        assert sorted(set(served.ended())) == ["alice: lost", "bob: lost", "carol: lost"]
        assert len(served.ended()) == 12
        assert browser.name() == "dave"


def test_after_a_flush_cached_db_has_everybody(site_with_redis: Site, redis: Redis) -> None:
    site = site_with_redis.but(SESSION_ENGINE=ENGINES["cached_db"])
    with site.serve() as served:
        browsers = served.signed_in(*ALIVE)
        redis.flush()
        assert site.run(*RECONCILE).returncode == DONE
        assert served.ended() == []
        assert names(browsers) == list(ALIVE)
