"""Sign-ins at once, in a database that isolates its transactions more than usual."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.faults.conftest import ENGINES
from tests.faults.servers.databases import PostgreSQL
from tests.faults.sites import Site
from tests.faults.waiting import eventually

LEVELS = {"repeatable_read": 3, "serializable": 4}
"""psycopg's numbers of them."""

LIMIT = 3
AT_ONCE = 6


def replies_and_names(
    site: Site, postgresql: PostgreSQL, **database: Any
) -> tuple[list[int], list[str], str]:
    """Have one user sign in in so many browsers at once.

    Return the statuses, whom the site takes the browsers for after that, and what it has printed.
    """
    crowded = site.but(
        DATABASES={"default": {**postgresql.settings, **database}},
        SESSION_ENGINE=ENGINES["db"],
        SESSIONS_API={"MAX_SESSIONS_PER_USER": LIMIT},
    )
    with crowded.serve(workers=AT_ONCE) as served:
        browsers = [served.browser() for _ in range(AT_ONCE)]
        with ThreadPoolExecutor(AT_ONCE) as threads:
            # All have begun, and none can see what another one writes, before the first goes on.
            with postgresql.rows_locked("auth_user"):
                begun = [threads.submit(browser.sign_in, "alice") for browser in browsers]
                eventually(lambda: postgresql.waiting() == AT_ONCE, within=30)
            statuses = [each.result().status for each in begun]
        names = [browser.name() for browser in browsers]
        standing = [row for row in served.rows("alice") if not row.has_ended]
        assert len(standing) == names.count("alice")
        return statuses, names, served.process.output()


@pytest.mark.parametrize("level", LEVELS)
def test_as_many_as_are_allowed_stand_and_none_fails(
    site: Site, postgresql: PostgreSQL, level: str
) -> None:
    options = {"isolation_level": LEVELS[level]}
    statuses, names, output = replies_and_names(site, postgresql, OPTIONS=options)
    assert statuses == [200] * AT_ONCE, output
    assert names.count("alice") == LIMIT


@pytest.mark.parametrize("level", LEVELS)
def test_in_the_transactions_of_views_no_more_stand_than_are_allowed(
    site: Site, postgresql: PostgreSQL, level: str
) -> None:
    # Nobody but the view itself could try again what has failed in its transaction.
    options = {"isolation_level": LEVELS[level]}
    _, names, _ = replies_and_names(site, postgresql, OPTIONS=options, ATOMIC_REQUESTS=True)
    assert 1 <= names.count("alice") <= LIMIT
