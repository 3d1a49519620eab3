"""A replica that lags behind: what it does not have yet is not gone."""

import shutil
from pathlib import Path

import pytest

from tests.faults.commands import CANNOT_TELL, DONE, RECONCILE, exit_codes
from tests.faults.conftest import ENGINES
from tests.faults.sites import Site, sqlite

ROUTERS = "tests.faults.site.replicas"


class Lagging:
    """The replica of a site on SQLite: a copy, as it was when it last caught up."""

    def __init__(self, site: Site) -> None:
        self.primary = Path(site.settings["DATABASES"]["default"]["NAME"])
        self.path = self.primary.with_name("replica.sqlite3")
        self.catch_up()

    def catch_up(self) -> None:
        """Have the replica hold what the primary holds. Connections are made anew each time."""
        fresh = self.path.with_suffix(".fresh")
        shutil.copyfile(self.primary, fresh)
        fresh.replace(self.path)

    def read_by(self, site: Site, router: str) -> Site:
        """Return the site as one that reads from the replica."""
        return site.but(
            DATABASES={**site.settings["DATABASES"], "replica": sqlite(self.path)},
            DATABASE_ROUTERS=[f"{ROUTERS}.{router}"],
        )


@pytest.mark.parametrize("engine", ["db", "cached_db", "cache", "file"])
def test_commands_that_read_a_replica_end_nobody(site_with_redis: Site, engine: str) -> None:
    site = site_with_redis.but(SESSION_ENGINE=ENGINES[engine])
    replica = Lagging(site)
    with site.serve() as served:
        browsers = served.signed_in("alice", "alice", "bob")
        codes = exit_codes(replica.read_by(site, "ReadAll"), lists=engine != "cache")
        assert served.ended() == []
        assert codes["reconcile_sessions"] in (DONE, CANNOT_TELL)
        assert len(served.rows()) == 3
        assert site.run(*RECONCILE).returncode == DONE
        assert [browser.name() for browser in browsers] == ["alice", "alice", "bob"]


@pytest.mark.parametrize("engine", ["db", "cached_db", "cache", "file", "signed_cookies"])
@pytest.mark.parametrize("is_plain", [True, False], ids=["plain", "ours"])
def test_a_user_whom_the_replica_does_not_have_yet_is_back_once_it_has_caught_up(
    site_with_redis: Site, engine: str, *, is_plain: bool
) -> None:
    site = site_with_redis.but(SESSION_ENGINE=ENGINES[engine], IS_PLAIN=is_plain)
    replica = Lagging(site)
    with replica.read_by(site, "ReadUsers").serve() as served:
        browser = served.browser()
        assert browser.get("/register/?username=erin&password=secret").status == 200
        assert browser.name() == ""
        replica.catch_up()
        assert browser.name() == "erin"
