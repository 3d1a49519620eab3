"""The example site as a process of its own."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

PROJECT_DIRECTORY = Path(__file__).resolve().parent.parent
SECONDS_TO_START = 180
SECONDS_TO_STOP = 10
FAST_HASHER = "django.contrib.auth.hashers.MD5PasswordHasher"


@contextmanager
def serve_demo(
    directory: Path, *, engine: str, more: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Run ``manage.py demo`` on a database of its own until the block is left.

    ``more`` are environment variables.
    """
    port = free_port()
    log = directory / "site.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(  # noqa: S603
            [sys.executable, "manage.py", "demo", "--port", str(port)],
            cwd=PROJECT_DIRECTORY,
            env={
                **os.environ,
                **settings_of(directory),
                "EXAMPLE_SESSION_ENGINE": engine,
                **(more or {}),
            },
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


def settings_of(directory: Path) -> dict[str, str]:
    """Return the environment variables by which the site is the one of a directory."""
    return {
        "DJANGO_SETTINGS_MODULE": "example_project.settings",
        "EXAMPLE_DATABASE": str(directory / "example.sqlite3"),
        "EXAMPLE_PASSWORD_HASHER": FAST_HASHER,
        "PYTHONUNBUFFERED": "1",
    }


def schema_of(url: str) -> str:
    """Return the description of the API that a site serves, in JSON."""
    with urllib.request.urlopen(f"{url}/api/schema/?format=json", timeout=60) as answer:  # noqa: S310
        text: str = answer.read().decode()
    return text


def token_without_proof(directory: Path, user_name: str) -> str:
    """Return a token of a user of the site of a directory, who has proved nothing for it."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "manage.py", "create_token", user_name],
        cwd=PROJECT_DIRECTORY,
        env={**os.environ, **settings_of(directory)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout.strip()


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
