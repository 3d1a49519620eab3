"""Processes that each measure one site, since a process can be set up for one only."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any


def apart(benchmark: str, *arguments: object, database: str | None = None) -> Any:
    """Have a process of a benchmark measure; return what it has written as JSON, None if it failed.

    It gets the arguments, ``--serve`` and the name of the file to write to.
    """
    # Modules are compiled once, as they are on a server.
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": ""}
    environment |= {"TEST_DATABASE": database} if database else {}
    with tempfile.TemporaryDirectory(prefix="benchmark-") as directory:
        file = Path(directory, "figures.json")
        command = [sys.executable, "-W", "ignore", "-m", f"benchmarks.{benchmark}"]
        command += [*map(str, arguments), "--serve", str(file)]
        done = subprocess.run(command, env=environment)  # noqa: S603
        return None if done.returncode else json.loads(file.read_text())
