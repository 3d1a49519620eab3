"""Chromium, which tests visit the example site with."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

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


@contextmanager
def running_chromium() -> Iterator[Browser]:
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
