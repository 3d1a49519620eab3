"""Programs that tests start, each in a directory of its own, and stop again."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.faults.waiting import eventually

SECONDS_TO_START = 60
SECONDS_TO_STOP = 20
UNPRIVILEGED = "nobody"
"""Who runs the database servers where the tests run as root, which these refuse to be."""

ALSO_LOOKED_IN = ("/usr/lib/postgresql/*/bin", "/usr/sbin")
"""Where Debian keeps servers that are not on everybody's PATH."""


def program(name: str, *, package: str) -> str:
    """Return the path of a program. Fail, and name Debian's package, where there is none."""
    directories = [
        str(path) for each in ALSO_LOOKED_IN for path in sorted(Path("/").glob(each[1:]))
    ]
    found = shutil.which(name, path=os.pathsep.join([os.environ["PATH"], *directories]))
    if found is None:
        pytest.fail(f"There is no {name}. Install it, on Debian: {package}", pytrace=False)
    return found


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def server_directory(name: str) -> Iterator[Path]:
    """Make a directory that the unprivileged user owns, and remove it at the end.

    Not pytest's: nobody else may enter those. And a path of a socket must be short.
    """
    directory = Path(tempfile.mkdtemp(prefix=f"faults-{name}-"))
    try:
        if os.geteuid() == 0:
            user = pwd.getpwnam(UNPRIVILEGED)
            os.chown(directory, user.pw_uid, user.pw_gid)
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def run_unprivileged(command: Sequence[str], *, directory: Path) -> None:
    """Run a program to its end. Fail with its output where it does."""
    done = subprocess.run(  # noqa: S603
        command,
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=SECONDS_TO_START,
        check=False,
        **_unprivileged(),
    )
    if done.returncode != 0:
        pytest.fail(f"{command[0]} failed:\n{done.stdout}{done.stderr}", pytrace=False)


class Process:
    """A program that runs until it is stopped, and may be started again. Its output is in a log."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        directory: Path,
        answers: Callable[[], bool],
        environment: Mapping[str, str] | None = None,
        stop_signal: int = signal.SIGTERM,
        is_unprivileged: bool = False,
    ) -> None:
        self.command = command
        self.directory = directory
        self.answers = answers
        self.environment = environment
        self.stop_signal = stop_signal
        self.user = _unprivileged() if is_unprivileged else {}
        self.log = directory / "output.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start the program, unless it runs, and wait until it answers."""
        if self.is_running:
            return
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603
                self.command,
                cwd=self.directory,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                **self.user,
            )
        try:
            eventually(lambda: not self.is_running or self.answers(), within=SECONDS_TO_START)
        except AssertionError:
            self.stop()
            pytest.fail(f"{self.command[0]} does not answer:\n{self.output()}", pytrace=False)
        if not self.is_running:
            pytest.fail(f"{self.command[0]} stopped:\n{self.output()}", pytrace=False)

    def stop(self, signal_number: int | None = None) -> None:
        """Stop the program, by force if it does not listen."""
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(signal.SIGCONT)
        process.send_signal(signal_number or self.stop_signal)
        try:
            process.wait(timeout=SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def pause(self) -> None:
        """Have the program take connections, as the kernel does for it, and answer nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Have a paused program go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def output(self) -> str:
        """Return what the program has printed."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""


def _unprivileged() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam(UNPRIVILEGED)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
