"""One value in the engine that nobody can read: it spoils its own session, and that only as unknown."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.browsers import Browser
from tests.faults.conftest import ENGINES, cache_of
from tests.faults.servers.redis import Redis
from tests.faults.sites import Site

TORN = b"\x80\x04\x95 torn"
JSON_CACHE = {
    "BACKEND": "django_redis.cache.RedisCache",
    "OPTIONS": {"SERIALIZER": "django_redis.serializers.json.JSONSerializer"},
}

KINDS = ["cache-pickle", "cache-json", "cached_db-pickle", "db", "file-half", "file-binary"]


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Return the engine, and how one of its values is torn."""
    kind: str = request.param
    return kind


@pytest.fixture
def engine_site(site: Site, redis: Redis, kind: str) -> Site:
    """Return a site on the engine of this kind."""
    cache = cache_of(redis.url, **(JSON_CACHE if kind == "cache-json" else {}))
    return site.but(SESSION_ENGINE=ENGINES[kind.partition("-")[0]], CACHES=cache)


def tear(site: Site, redis: Redis, kind: str, browser: Browser) -> None:
    """Spoil what the engine holds of a browser's session."""
    if kind == "db":
        name = site.settings["DATABASES"]["default"]["NAME"]
        with closing(sqlite3.connect(name)) as connection, connection:
            sql = "UPDATE django_session SET session_data = 'torn' WHERE session_key = ?"
            assert connection.execute(sql, [browser.key]).rowcount == 1
    elif kind.startswith("file"):
        path = Path(site.settings["SESSION_FILE_PATH"]) / f"sessionid{browser.key}"
        whole = path.read_bytes()
        path.write_bytes(TORN if kind == "file-binary" else whole[: len(whole) // 2])
    else:
        (name,) = redis.command("KEYS", f"*{browser.key}")
        redis.command("SET", name, TORN)


def test_the_list_shows_it_as_unknown_and_the_others_as_active(
    engine_site: Site, redis: Redis, kind: str
) -> None:
    with engine_site.serve() as served:
        torn, *others = served.signed_in("alice", "alice", "alice", "alice")
        torn_id, *ids = [browser.session_id() for browser in (torn, *others)]
        tear(engine_site, redis, kind, torn)
        # cached_db reads its table where the cache makes no sense: to it nothing is lost.
        spoilt = "active" if kind == "cached_db-pickle" else "unknown"
        assert others[0].states() == {torn_id: spoilt, **dict.fromkeys(ids, "active")}


def test_reconcile_ends_nobody_and_the_others_go_on(
    engine_site: Site, redis: Redis, kind: str
) -> None:
    with engine_site.serve(workers=2) as served:
        torn, *others = served.signed_in("alice", "alice", "bob", "carol")
        tear(engine_site, redis, kind, torn)
        done = engine_site.run("reconcile_sessions", "--grace", "0")
        assert (done.returncode, served.ended()) == (0, []), done.stdout + done.stderr
        assert [browser.name() for browser in others] == ["alice", "bob", "carol"]


def test_a_request_that_presents_it_does_not_end_it(
    engine_site: Site, redis: Redis, kind: str
) -> None:
    with engine_site.serve() as served:
        (torn,) = served.signed_in("alice")
        tear(engine_site, redis, kind, torn)
        # Whatever the engine makes of it: the file engine raises what it meets.
        assert torn.get("/page/").status == (500 if kind == "file-binary" else 200)
        assert served.ended() == []
