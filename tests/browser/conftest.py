"""Real browsers to visit the example site with."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.example_site import serve_demo

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MILLISECONDS_TO_ACT = 15_000


@pytest.fixture(scope="session", params=["db", "cache", "signed_cookies"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the demo on one session engine, and return its address."""
    directory = tmp_path_factory.mktemp(request.param)
    with serve_demo(directory, engine=f"django.contrib.sessions.backends.{request.param}") as url:
        yield url


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start Chromium, headless."""
    executable = shutil.which(CHROMIUM)
    if executable is None:
        pytest.fail(
            f"There is no Chromium at {CHROMIUM}. Install it, or name it: CHROMIUM=/path/to/chromium",
            pytrace=False,
        )
    expect.set_options(timeout=MILLISECONDS_TO_ACT)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, headless=True, args=CHROMIUM_ARGUMENTS
        )
        yield browser
        browser.close()


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
