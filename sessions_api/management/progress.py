"""What the commands have in common: batches, a progress bar, and exit codes."""

import math
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from sessions_api.exceptions import EngineNotProven, TooManyLost
from sessions_api.lifecycle.pace import Pace

INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells have it."""

UNFINISHED = 3
"""The exit code when the session engine could not delete every session that has ended."""

UNPROVEN = 4
"""The exit code when it is not safe to go on: another engine or key, or too many sessions lost."""


class BatchCommand(BaseCommand):
    """A command that works through many sessions a batch at a time.

    A batch is done once it is committed. So the command may be interrupted at any moment, run again,
    and run several times at once.
    """

    tally: Counter[str]
    """How many sessions were ended, purged and so on."""
    pace: Pace
    """How fast to go."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        epilog = (
            "May be interrupted, run again, and run several times at once. Exit codes: 0 done; "
            f"1 error; 2 unknown option; {UNFINISHED} done, but the session engine could not "
            f"delete everything that has ended (run again); {UNPROVEN} stopped, since sessions that "
            f"are alive might have ended; {INTERRUPTED} interrupted (run again)."
        )
        return super().create_parser(prog_name, subcommand, epilog=epilog, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would be done, and do nothing"
        )
        parser.add_argument(
            "--rate",
            type=float,
            metavar="N",
            help="take N sessions a second at most; without it the command rests after each batch "
            "for as long as the batch has taken",
        )

    def prepare(self, options: dict[str, Any]) -> None:
        """Read the options. Raises CommandError for values that make no sense."""

    def total(self) -> int | None:
        """Return how many sessions there are to look at, or None where nobody knows."""
        return None

    def steps(self, *, dry_run: bool) -> Iterator[int]:
        """Do the work, write the tally, and yield after each batch how many were looked at."""
        raise NotImplementedError

    def report(self, *, dry_run: bool) -> str:
        """Return a sentence that says what was done, or would be."""
        raise NotImplementedError

    def handle(
        self, *, dry_run: bool, verbosity: int, rate: float | None = None, **options: Any
    ) -> None:
        """Do the work under a progress bar, and say what was done."""
        if rate is not None and not 0 < rate < math.inf:
            raise CommandError("--rate: Enter a number of sessions that is greater than 0.")
        self.tally, self.pace = Counter(), Pace(rate)
        self.prepare(options)
        try:
            self._show(self.steps(dry_run=dry_run), is_quiet=verbosity == 0)
        except KeyboardInterrupt:
            done = self.report(dry_run=dry_run)
            raise CommandError(
                f"Interrupted. {done} Run the command again to go on.", returncode=INTERRUPTED
            ) from None
        except (EngineNotProven, TooManyLost) as error:
            done = self.report(dry_run=dry_run)
            raise CommandError(f"{error} {done}", returncode=UNPROVEN) from error
        if verbosity > 0:
            self.stdout.write(self.report(dry_run=dry_run))
        if self.tally["unfinished"]:
            raise CommandError(
                f"The session engine could not delete {sessions(self.tally['unfinished'])}. "
                "They have ended and are refused all the same. Run the command again once it works.",
                returncode=UNFINISHED,
            )

    def _show(self, steps: Iterator[int], *, is_quiet: bool) -> None:
        is_shown = sys.stderr.isatty() and not is_quiet
        total = self.total() if is_shown else None
        with tqdm(total=total, unit=" sessions", disable=not is_shown) as bar:
            for step in steps:
                bar.update(step)


def sessions(number: int) -> str:
    """Return "1 session" or "2 sessions"."""
    return f"{number} session" if number == 1 else f"{number} sessions"
