"""The walk with curl in the README, as printed: by bash and curl, against the demo's site."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.example_site import PROJECT_DIRECTORY, serve_demo

README = (PROJECT_DIRECTORY / "README.md").read_text()
PRINTED_SITE = "localhost:8000"
SHORTENED = r"[\w-]+…"
SECONDS_TO_ANSWER = 30


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the demo, and return its host and port."""
    for program in ("bash", "curl"):
        if shutil.which(program) is None:
            pytest.fail(f"There is no {program}. Install it, on Debian: {program}", pytrace=False)
    directory: Path = tmp_path_factory.mktemp("site")
    with serve_demo(directory, engine="django.contrib.sessions.backends.db") as url:
        yield url.removeprefix("http://")


def printed_walk() -> list[tuple[str, str]]:
    """Return the commands under "Tokens", each with the answer that is printed below it."""
    block = re.search(r"^### Tokens\n.*?```console\n\$ (.*?)```", README, re.DOTALL | re.MULTILINE)
    assert block is not None
    walk = []
    for step in re.split(r"^\$ ", block[1], flags=re.MULTILINE):
        command, _, answer = re.sub(r"\\\n\s*", "", step).partition("\n")
        walk.append((command, answer.strip()))
    return walk


class Shell:
    """A shell in which the walk is gone, step by step, and what its answers have told."""

    def __init__(self, site: str) -> None:
        self.site = site
        self.assigned: list[str] = []
        self.told: dict[str, str] = {}

    def run(self, command: str) -> str:
        """Run a command as printed, with what was really told for what is printed shortened."""
        real = re.sub(SHORTENED, lambda match: self.told[match[0]], command)
        real = real.replace(PRINTED_SITE, self.site)
        if re.match(r"[A-Z]+=", real):
            self.assigned.append(real)
            return ""
        done = subprocess.run(  # noqa: S603
            ["bash", "-euc", "\n".join([*self.assigned, real])],  # noqa: S607
            capture_output=True,
            text=True,
            timeout=SECONDS_TO_ANSWER,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, ""), command
        return done.stdout

    def compare(self, printed: str, answer: str) -> None:
        """Assert that this is the answer that is printed, and remember what is shortened there."""
        names = re.findall(SHORTENED, printed)
        match = re.fullmatch(pattern(printed), answer)
        assert match is not None, f"{printed}\n{answer}"
        for name, value in zip(names, match.groups(), strict=True):
            assert self.told.setdefault(name, value) == value, f"{name}: {printed}\n{answer}"


def pattern(printed: str) -> str:
    """Return what a printed answer stands for.

    "…" by itself is anything; behind a few characters, the rest of an id or token of that prefix.
    """
    parts = re.split(rf"({SHORTENED}|…)", printed)
    return "".join(
        ".*?" if part == "…" else shortened(part) if part.endswith("…") else re.escape(part)
        for part in parts
    )


def shortened(part: str) -> str:
    prefix, separator, _ = part.rpartition("_")
    return rf"({prefix}{separator}[\w-]{{51}})" if prefix else r"([0-9a-f-]{36})"


def status_of(*arguments: str) -> str:
    """Return the HTTP status of what curl asks."""
    command = ["curl", "-s", "-o", "-", "-w", "%{http_code}", *arguments]
    done = subprocess.run(  # noqa: S603
        command, capture_output=True, text=True, timeout=SECONDS_TO_ANSWER, check=True
    )
    return done.stdout[-3:]


def test_the_walk_answers_as_printed(site: str) -> None:
    shell = Shell(site)
    for command, printed in printed_walk():
        shell.compare(printed, shell.run(command))
    tokens = {token for name, token in shell.told.items() if name.startswith("session_")}
    assert len(tokens) == 2
    for token in tokens:
        assert status_of(f"{site}/api/sessions/", "-H", f"Authorization: Bearer {token}") == "401"


@pytest.mark.parametrize("body", ['{"username": "bob", "password": "bob-demo"}', None])
def test_a_sign_in_takes_json_and_forms(site: str, body: str | None) -> None:
    form = ("-d", "username=bob", "-d", "password=bob-demo")
    given = form if body is None else ("-H", "Content-Type: application/json", "-d", body)
    assert status_of(f"{site}/api/sessions/", *given) == "201"


@pytest.mark.parametrize(
    ("printed", "answer"),
    [
        ('{"id":"01-…",…}', '{"id":"x","a":1}'),
        ("", '{"detail":"Not found."}'),
        ('{…,"token":"session_a…"}', '{"id":1,"token":"session_short"}'),
    ],
)
def test_an_answer_of_another_shape_is_found(printed: str, answer: str) -> None:
    with pytest.raises(AssertionError):
        Shell("").compare(printed, answer)
