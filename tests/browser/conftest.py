"""Real browsers to visit the example site with."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.chromium import MILLISECONDS_TO_ACT, running_chromium
from tests.example_site import serve_demo


@pytest.fixture(scope="session", params=["db", "cache", "signed_cookies"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the demo on one session engine, and return its URL."""
    directory = tmp_path_factory.mktemp(request.param)
    with serve_demo(directory, engine=f"django.contrib.sessions.backends.{request.param}") as url:
        yield url


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start Chromium, headless."""
    with running_chromium() as browser:
        yield browser


@pytest.fixture
def new_profile(chromium: Browser, site: str) -> Iterator[Callable[[], Page]]:
    """Return a function that opens a page of the site in a browser profile of its own."""
    contexts = []

    def open_page() -> Page:
        context = chromium.new_context(base_url=site)
        context.set_default_timeout(MILLISECONDS_TO_ACT)
        contexts.append(context)
        page = context.new_page()
        page.goto("/")
        return page

    yield open_page
    for context in contexts:
        context.close()
