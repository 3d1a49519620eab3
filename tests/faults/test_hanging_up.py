"""A request that is cut off, by its client or by the web server's patience, is settled like any other."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from urllib.parse import urlencode

import pytest

from tests.faults.browsers import Browser, sign_in_url
from tests.faults.sites import Served, Site
from tests.faults.waiting import eventually

SECONDS = 20
NUMBERS = count()

Cut = Callable[[Served, Browser, str], None]


def hang_up(served: Served, browser: Browser, url: str) -> None:
    """Ask for a page that takes long, and hang up as soon as its view has done its work."""
    words = f"view {next(NUMBERS)} has done its work"
    connection = browser.begin(f"{url}{'&' if '?' in url else '?'}{urlencode({'says': words})}")
    with connection:
        eventually(lambda: words in served.process.output(), within=SECONDS)


def be_timed_out(served: Served, browser: Browser, url: str) -> None:
    """Ask for a page that takes longer than gunicorn lets a worker be silent."""
    hung_up = browser.begin(url)
    with hung_up:
        # The worker goes, and the connection with it.
        assert b"200 OK" not in hung_up.recv(4096)


@contextmanager
def gunicorn(site: Site) -> Iterator[Served]:
    with site.serve(workers=2, timeout=1) as served:
        yield served


WAYS: dict[str, tuple[Callable[[Site], AbstractContextManager[Served]], Cut, str]] = {
    "uvicorn-sync": (Site.serve_asgi, hang_up, ""),
    "uvicorn-async": (Site.serve_asgi, hang_up, "/async"),
    "gunicorn-timeout": (gunicorn, be_timed_out, ""),
}


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    """Return how requests are cut off."""
    way: str = request.param
    return way


def test_a_sign_in_that_nobody_got_does_not_count(site: Site, way: str) -> None:
    serve, cut, prefix = WAYS[way]
    one = site.but(SESSIONS_API={"MAX_SESSIONS_PER_USER": 1, "ON_LIMIT": "refuse"})
    with serve(one) as served:
        browser = served.browser()
        cut(served, browser, sign_in_url("alice", page=f"{prefix}/sign-in/", wait="2"))
        eventually(lambda: browser.sign_in("alice").status == 200, within=SECONDS / 4)
        assert browser.name() == "alice"


def test_a_sign_out_is_one(site: Site, way: str) -> None:
    serve, cut, prefix = WAYS[way]
    with serve(site) as served:
        browser, bystander = served.signed_in("alice", "bob")
        cut(served, browser, f"{prefix}/sign-out/?wait=2")
        eventually(lambda: served.ended() == ["alice: logout"], within=SECONDS / 4)
        assert (browser.name(), bystander.name()) == ("", "bob")


def test_a_use_is_written(site: Site, way: str) -> None:
    serve, cut, prefix = WAYS[way]
    with serve(site) as served:
        (browser,) = served.signed_in("alice")
    # A process that remembers nothing, and a last use of an hour ago: it is to be written.
    with serve(site) as served:
        served.age()
        (before,) = served.rows()
        again = served.browser(cookies=browser.cookies)
        cut(served, again, f"{prefix}/page/?wait=2")
        eventually(lambda: served.rows()[0].last_used > before.last_used, within=SECONDS / 4)
        assert again.name() == "alice"
