"""Programs that tests run."""

import shutil
import subprocess
from pathlib import Path

import pytest

SECONDS_TO_INSTALL = 300


def run(*command: str, directory: Path) -> str:
    """Run a program in a directory; fail with all it said unless it succeeds."""
    executable = shutil.which(command[0])
    if executable is None:
        pytest.fail(f"There is no {command[0]}. CONTRIBUTING.md says what needs it.", pytrace=False)
    done = subprocess.run(  # noqa: S603
        [executable, *command[1:]],
        cwd=directory,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS_TO_INSTALL,
        check=False,
    )
    if done.returncode != 0:
        pytest.fail(f"{' '.join(command)}:\n{done.stdout}", pytrace=False)
    return done.stdout
