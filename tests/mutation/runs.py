"""Whether the tests notice a mutant."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import pytest

from tests.mutation.baseline import Baseline, pytest_command
from tests.mutation.mutants import Mutant
from tests.mutation.selection import Selection

NOTHING_FAILED = {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}
"""A mutant may take away what a test is parametrized with, and with it the test."""

CHECKED = 100
"""How many tests run once without any mutant."""


class Result(StrEnum):
    """What the tests say of a mutant."""

    KILLED = "killed"
    TIMED_OUT = "timed out"
    SURVIVED = "survived"
    NOT_RUN = "not run by any test"


@dataclass(frozen=True)
class Run:
    """A mutant, what became of it, and in how many seconds."""

    mutant: Mutant
    result: Result
    seconds: float
    tests: int
    """How many tests can notice it."""
    reason: str = ""
    """What pytest says last, or the test that has failed."""

    @property
    def has_survived(self) -> bool:
        """Tell whether no test has noticed the mutant."""
        return self.result in (Result.SURVIVED, Result.NOT_RUN)


@dataclass(frozen=True)
class Runner:
    """Runs the tests of mutants in a copy of the tree, one mutant at a time."""

    tree: Path
    baseline: Baseline
    selection: Selection

    def run(self, mutant: Mutant) -> Run:
        """Run the tests that can notice a mutant until one does."""
        begun = time.monotonic()
        near, far = self.selection.tests(mutant)
        result = Result.SURVIVED if near or far else Result.NOT_RUN
        with _in_place(self.tree / mutant.file, mutant.text):
            # Most mutants are noticed here, and to collect one file is quick.
            for tests in filter(None, (near, far)):
                result = self._result(tests)
                if result is not Result.SURVIVED:
                    break
        seconds = time.monotonic() - begun
        return Run(mutant, result, seconds, len(near) + len(far), self._reason(result))

    def check(self, mutant: Mutant) -> None:
        """Exit if the first tests that can notice a mutant fail without it."""
        near, far = self.selection.tests(mutant)
        tests = [*near, *far][:CHECKED]
        if tests and self._result(tests) is not Result.SURVIVED:
            raise SystemExit(f"Without any mutant, tests fail:\n{self._log.read_text()}")

    @property
    def _log(self) -> Path:
        return self.tree.with_suffix(".log")

    def _reason(self, result: Result) -> str:
        if result is not Result.KILLED:
            return ""
        lines = self._log.read_text().splitlines()
        failures = [line for line in lines if line.startswith(("FAILED ", "ERROR "))]
        return next(iter(failures or lines[-1:]), "").partition(" - ")[0]

    def _result(self, tests: list[str]) -> Result:
        seconds = self.baseline.seconds
        chosen = self.tree.with_suffix(".json")
        chosen.write_text(json.dumps({test: 20 + 20 * seconds[test] for test in tests}))
        files = dict.fromkeys(test.partition("::")[0] for test in tests)
        command = pytest_command(
            "-x", "-n0", "--no-header", "--tb=no", f"--chosen={chosen}", *files
        )
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
        with self._log.open("w") as output:
            done = subprocess.run(  # noqa: S603
                command,
                cwd=self.tree,
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            )
        if done.returncode in NOTHING_FAILED:
            return Result.SURVIVED
        return Result.TIMED_OUT if done.returncode == -signal.SIGALRM else Result.KILLED


@contextmanager
def _in_place(path: Path, text: str) -> Iterator[None]:
    """Have a file say something else for a while. Its time tells Python when to compile it anew."""
    before, times = path.read_bytes(), path.stat()
    path.write_text(text)
    try:
        yield
    finally:
        path.write_bytes(before)
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
