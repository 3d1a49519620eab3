"""The example site as a process of its own."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

PROJECT_DIRECTORY = Path(__file__).resolve().parent.parent
SECONDS_TO_START = 180
SECONDS_TO_STOP = 10
FAST_HASHER = "django.contrib.auth.hashers.MD5PasswordHasher"


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
        "EXAMPLE_PASSWORD_HASHER": FAST_HASHER,
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
