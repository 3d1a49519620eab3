"""The site to break: served by real web servers, and its commands, each in processes of its own."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from tests.faults.browsers import Browser, Reply
from tests.faults.servers.processes import Process, free_port
from tests.faults.site.middleware import WORKER
from tests.faults.waiting import eventually

PROJECT_DIRECTORY = Path(__file__).resolve().parents[2]
SECONDS_FOR_COMMAND = 90
NUMBERS = count()

LOG_LINE = re.compile(r"^\[(?P<process>\d+)\] [A-Z]+ sessions_api\.", re.MULTILINE)


class Row(NamedTuple):
    """What the table says of a session."""

    id: str
    user: str
    end_reason: str
    has_ended: bool
    last_used: datetime


class Site:
    """A site by its settings: what differs from tests/faults/site/settings.py."""

    def __init__(self, directory: Path, **settings: Any) -> None:
        self.directory = directory
        self.settings = settings

    def but(self, **settings: Any) -> "Site":
        """Return the same site with other settings. None takes a setting away."""
        merged = {**self.settings, **settings}
        return Site(self.directory, **{k: v for k, v in merged.items() if v is not None})

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.faults.site.settings",
            "FAULTS_SETTINGS": json.dumps(self.settings),
            "PYTHONPATH": str(PROJECT_DIRECTORY),
            "PYTHONUNBUFFERED": "1",
        }

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run one of Django's commands to its end, in a process with the settings of this site.

        Without the checks, which take a third of the time and say nothing of the servers.
        """
        return subprocess.run(  # noqa: S603
            [sys.executable, "-m", "django", *words, "--skip-checks"],
            cwd=self.directory,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=SECONDS_FOR_COMMAND,
            check=False,
        )

    def make_tables(self) -> None:
        """Migrate, and put the people there."""
        for words in (["migrate", "--verbosity", "0"], ["loaddata", "people"]):
            done = self.run(*words)
            assert done.returncode == 0, done.stderr

    @contextmanager
    def serve(self, *, workers: int = 1, timeout: int = 30) -> Iterator["Served"]:
        """Serve the site by gunicorn until the block is left."""
        with self._serve(
            "gunicorn",
            *("tests.faults.site.wsgi", "--preload", "--no-control-socket"),
            *("--workers", str(workers), "--timeout", str(timeout), "--graceful-timeout", "0"),
            *("--bind", "127.0.0.1:{port}", "--log-level", "warning"),
        ) as served:
            yield served

    @contextmanager
    def serve_asgi(self) -> Iterator["Served"]:
        """Serve the site by uvicorn until the block is left."""
        with self._serve(
            "uvicorn",
            *("tests.faults.site.asgi:application", "--lifespan", "off"),
            *("--host", "127.0.0.1", "--port", "{port}", "--log-level", "warning"),
            *("--timeout-graceful-shutdown", "1"),
        ) as served:
            yield served

    @contextmanager
    def _serve(self, module: str, *words: str) -> Iterator["Served"]:
        port = free_port()
        directory = self.directory / f"{module}-{next(NUMBERS)}"
        directory.mkdir()
        url = f"http://127.0.0.1:{port}"
        process = Process(
            [sys.executable, "-m", module, *(word.format(port=port) for word in words)],
            directory=directory,
            environment=self.environment,
            answers=lambda: _answers(url),
            # SIGTERM would wait for idle workers, too.
            stop_signal=signal.SIGINT,
        )
        served = Served(url, process)
        process.start()
        try:
            yield served
        finally:
            served.close()
            process.stop()


class Served:
    """A site that answers at a URL."""

    def __init__(self, url: str, process: Process) -> None:
        self.url = url
        self.process = process
        self._browsers: list[Browser] = []

    def browser(self, *, cookies: Mapping[str, str] | None = None) -> Browser:
        """Return a new browser, with the cookies of another one where they are given."""
        browser = Browser(self.url)
        browser.cookies = dict(cookies or {})
        self._browsers.append(browser)
        return browser

    def signed_in(self, *names: str) -> list[Browser]:
        """Return a browser for each name, which has signed in and come back once."""
        browsers = []
        for name in names:
            browser = self.browser()
            assert browser.sign_in(name).status == 200, self.process.output()
            assert browser.name() == name
            browsers.append(browser)
        return browsers

    def token(self, name: str, site: Site) -> Browser:
        """Return a backend that presents a token of somebody."""
        done = site.run("create_token", name, "--label", "backend")
        assert done.returncode == 0, done.stderr
        backend = Browser(self.url, token=done.stdout.strip())
        self._browsers.append(backend)
        return backend

    def rows(self, user: str | None = None) -> list[Row]:
        """Return what the table says of the sessions, the oldest first."""
        told = httpx.get(f"{self.url}/rows/", timeout=30).raise_for_status().json()["rows"]
        rows = [
            Row(
                id=each["id"],
                user=each["user__username"],
                end_reason=each["end_reason"],
                has_ended=each["ended_at"] is not None,
                last_used=datetime.fromisoformat(each["last_used"]),
            )
            for each in told
        ]
        return [row for row in rows if user in (None, row.user)]

    def ended(self) -> list[str]:
        """Return whose sessions have ended, and why."""
        return [f"{row.user}: {row.end_reason}" for row in self.rows() if row.has_ended]

    def age(self, *, hours: float = 1, **how: str) -> None:
        """Move what the table says of sessions back in time. See tests/faults/site/backstage.py."""
        params: Mapping[str, str] = {"hours": str(hours), **how}
        httpx.get(f"{self.url}/age/", params=params, timeout=30).raise_for_status()

    def at_once(self, browser: Browser, *, times: int = 8) -> list[Reply]:
        """Return the answers to so many pages that a browser asks for at once."""
        with ThreadPoolExecutor(times) as threads:
            return list(threads.map(lambda _: browser.get("/page/?wait=0.05"), range(times)))

    def warm(self, browser: Browser, *, workers: int) -> None:
        """Have each of the workers see the session of a browser."""
        seen: set[str] = set()

        def all_have_seen() -> bool:
            replies = self.at_once(browser)
            assert {reply.status for reply in replies} == {200}
            seen.update(reply.headers[WORKER] for reply in replies)
            return len(seen) == workers

        eventually(all_have_seen, within=30)

    def log_lines(self) -> dict[str, int]:
        """Return how many lines our loggers have written, by process."""
        lines = [found["process"] for found in LOG_LINE.finditer(self.process.output())]
        return {process: lines.count(process) for process in lines}

    def close(self) -> None:
        """Close the browsers."""
        for browser in self._browsers:
            browser.close()


def copied(template: Path, directory: Path) -> dict[str, Any]:
    """Return Django's settings for a database of SQLite that is a copy of another."""
    path = directory / "site.sqlite3"
    shutil.copyfile(template, path)
    return sqlite(path)


def sqlite(path: Path) -> dict[str, Any]:
    """Return Django's settings for a database of SQLite that several processes write to."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE"},
    }


def _answers(url: str) -> bool:
    with suppress(httpx.TransportError):
        return bool(httpx.get(f"{url}/ping/", timeout=5).is_success)
    return False
