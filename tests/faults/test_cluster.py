"""Sessions in a Redis Cluster, whose nodes refuse a command about keys of several slots."""

from collections.abc import Sequence

import pytest

from tests.faults.commands import DONE, RECONCILE
from tests.faults.conftest import ENGINES
from tests.faults.servers.redis import Redis
from tests.faults.sites import Site

SESSIONS = 8


@pytest.fixture(params=["cache", "cached_db"])
def cluster_site(request: pytest.FixtureRequest, site: Site, cluster: Sequence[Redis]) -> Site:
    for node in cluster:
        node.flush()
    cache = {
        "BACKEND": "django_valkey.cluster_cache.cache.ClusterValkeyCache",
        "LOCATION": f"valkey://127.0.0.1:{cluster[0].port}/0",
    }
    return site.but(SESSION_ENGINE=ENGINES[request.param], CACHES={"default": cache})


def test_the_list_is_whole(cluster_site: Site) -> None:
    with cluster_site.serve() as served:
        browsers = served.signed_in(*["alice"] * SESSIONS)
        assert list(browsers[0].states().values()) == ["active"] * SESSIONS


def test_reconcile_ends_nobody(cluster_site: Site) -> None:
    with cluster_site.serve() as served:
        browsers = served.signed_in(*["alice"] * SESSIONS)
        done = cluster_site.run(*RECONCILE)
        assert (done.returncode, served.ended()) == (DONE, []), done.stderr
        assert [browser.name() for browser in browsers] == ["alice"] * SESSIONS


def test_what_is_ended_is_gone_from_every_node(
    cluster_site: Site, cluster: Sequence[Redis]
) -> None:
    with cluster_site.serve() as served:
        browsers = served.signed_in(*["alice"] * SESSIONS)
        engine_keys = [browser.key for browser in browsers]
        victim = browsers[0].session_id()
        assert browsers[1].delete(f"/api/sessions/{victim}/").status == 204
        assert browsers[0].name() == ""
        assert cluster_site.run("end_sessions", "--all").returncode == DONE
        assert [browser.name() for browser in browsers] == [""] * SESSIONS
        keys = [key for node in cluster for key in node.command("KEYS", "*")]
        assert [key for key in keys if any(one in str(key) for one in engine_keys)] == []
