"""What the suite does on the unchanged tree: which tests pass, how long each takes, what each runs."""

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import django
from coverage import CoverageData

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "sessions_api"

NOT_COPIED = shutil.ignore_patterns(
    ".git", ".tox", ".venv", "__pycache__", ".*_cache", ".coverage*", "node_modules", "*.sqlite3*"
)
NOT_RUN = ("tests/mutation", "tests/projects", "tests/test_demo.py", "tests/test_docs.py")
"""Tests that look at the code from another process, or not at all."""

# This file is not in it: a survivor that is listed does not change what the suite does.
READ = (PACKAGE, "tests", "example_project", "pyproject.toml")


@dataclass(frozen=True)
class Baseline:
    """The tests that pass, with their seconds, and which of them run each line of each file."""

    seconds: dict[str, float]
    tests: dict[str, dict[int, set[str]]]

    def running(self, file: str, lines: Iterable[int]) -> set[str]:
        """Return the tests that run one of the lines of a file."""
        by_line = self.tests.get(file, {})
        return {test for line in lines for test in by_line.get(line, ())}


def copy_tree(tree: Path) -> None:
    """Copy the project. What is there of the same files is overwritten."""
    shutil.copytree(ROOT, tree, ignore=NOT_COPIED, dirs_exist_ok=True)


def measure(directory: Path, *, processes: int, without: Iterable[str] = ()) -> Baseline:
    """Return what the suite does, from the directory if sources and tests have not changed since.

    ``without`` are tests that are left out.
    """
    left_out = sorted({*NOT_RUN, *without})
    known_file, seconds_file = directory / "fingerprint", directory / "seconds.json"
    coverage_file, fingerprint = directory / "coverage", _fingerprint(left_out)
    if not known_file.exists() or known_file.read_text() != fingerprint:
        shutil.rmtree(directory, ignore_errors=True)
        tree = directory / "tree-0"
        copy_tree(tree)
        _run_suite(tree, coverage_file, seconds_file, processes=processes, left_out=left_out)
        known_file.write_text(fingerprint)
    seconds: dict[str, float] = json.loads(seconds_file.read_text())
    return Baseline(seconds, _tests_by_line(coverage_file, seconds))


def pytest_command(*options: object) -> list[str]:
    """Return the command that runs pytest with the plugin, in the order of the files."""
    words = ["-m", "pytest", "-q", "-p", "tests.mutation.plugin", "-p", "no:randomly"]
    return [sys.executable, *words, "-p", "no:cacheprovider", *map(str, options)]


def _run_suite(
    tree: Path, coverage_file: Path, outcomes: Path, *, processes: int, left_out: list[str]
) -> None:
    environment = {**os.environ, "COVERAGE_FILE": str(coverage_file), "COVERAGE_CORE": "ctrace"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    # Coverage knows no test in one process while xdist is told how to distribute them.
    workers = ["-n0", "--dist=no"] if processes == 1 else [f"-n{processes}"]
    command = pytest_command(
        *(*workers, f"--outcomes={outcomes}", "--tb=no"),
        *(f"--ignore={name}" for name in left_out),
        *("--cov", "--cov-context=test", "--cov-report=", "--cov-fail-under=0"),
    )
    done = subprocess.run(command, cwd=tree, env=environment, check=False)  # noqa: S603
    if done.returncode not in (0, 1):  # 1: some have failed
        raise SystemExit(f"The suite could not be run: pytest returned {done.returncode}.")


def _tests_by_line(
    coverage_file: Path, seconds: dict[str, float]
) -> dict[str, dict[int, set[str]]]:
    """Return by file and line which of the tests run it. What runs at import has none."""
    found: dict[str, dict[int, set[str]]] = {}
    data = CoverageData(str(coverage_file))
    data.read()
    for path in data.measured_files():
        file = f"{PACKAGE}/" + path.replace(os.sep, "/").rpartition(f"/{PACKAGE}/")[2]
        lines = found.setdefault(file, defaultdict(set))
        for line, contexts in data.contexts_by_lineno(path).items():
            names = {context.rpartition("|")[0] for context in contexts}
            lines[line] |= names & seconds.keys()
    return found


def _fingerprint(left_out: list[str]) -> str:
    versions = platform.python_version(), django.__version__
    digest = hashlib.sha256(repr((versions, left_out)).encode())
    for name in READ:
        path = ROOT / name
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and "__pycache__" not in file.parts and "mutation" not in file.parts:
                digest.update(str(file.relative_to(ROOT)).encode() + file.read_bytes())
    return digest.hexdigest()
