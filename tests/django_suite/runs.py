"""Two runs of Django's tests at the same time: of plain Django, and with us."""

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from tests.django_suite.outcome import Outcome

ROOT = Path(__file__).resolve().parents[2]


class RunFailed(Exception):
    """A run has not come to its end."""


def outcomes(engine: str, *, tests: Path, directory: Path) -> tuple[Outcome, Outcome]:
    """Return what became of the tests with plain Django, and with us."""
    plain, ours = directory / f"{engine}-plain", directory / f"{engine}-ours"
    with ExitStack() as stack:
        processes = {
            plain: stack.enter_context(_start(plain, tests, engine)),
            ours: stack.enter_context(_start(ours, tests, "--with-us", engine)),
        }
    for run, process in processes.items():
        if process.returncode != 0:
            raise RunFailed(_log(run).read_text())
    return Outcome.read(plain), Outcome.read(ours)


def _start(outcome: Path, tests: Path, *arguments: str) -> subprocess.Popen[bytes]:
    with _log(outcome).open("wb") as log:
        return subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "tests.django_suite.suite", *arguments, str(outcome)],
            cwd=tests,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def _log(outcome: Path) -> Path:
    return outcome.with_suffix(".log")
