"""The example site as a process of its own, and real browsers to visit it with."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

PROJECT_DIRECTORY = Path(__file__).resolve().parent.parent.parent
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
SECONDS_TO_START = 60
SECONDS_TO_STOP = 10
MILLISECONDS_TO_ACT = 15_000


@pytest.fixture(scope="session", params=["db", "cache", "signed_cookies"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the demo on one session engine, and return its address."""
    directory = tmp_path_factory.mktemp(request.param)
    with serve_demo(directory, engine=f"django.contrib.sessions.backends.{request.param}") as url:
        yield url


@contextmanager
def serve_demo(directory: Path, *, engine: str) -> Iterator[str]:
    """Run ``manage.py demo`` on a database of its own until the block is left."""
    port = free_port()
    log = directory / "site.log"
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "example_project.settings",
        "EXAMPLE_DATABASE": str(directory / "example.sqlite3"),
        "EXAMPLE_SESSION_ENGINE": engine,
        "PYTHONUNBUFFERED": "1",
    }
    with (
        log.open("wb") as output,
        subprocess.Popen(  # noqa: S603
            [sys.executable, "manage.py", "demo", "--port", str(port)],
            cwd=PROJECT_DIRECTORY,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            url = f"http://127.0.0.1:{port}"
            wait_until_it_answers(url, process, log)
            yield url
        finally:
            stop(process)


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def wait_until_it_answers(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return once the site answers; fail with its output when it stops or takes too long."""
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=5).close()  # noqa: S310
        except (urllib.error.URLError, TimeoutError):
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=0.1)  # a site that stops is not waited for
        else:
            return
    state = "did not answer in time" if process.poll() is None else "stopped"
    pytest.fail(f"The example site {state}:\n{log.read_text()}", pytrace=False)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End the site, by force if it does not listen."""
    process.terminate()
    try:
        process.wait(timeout=SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        process.kill()


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
