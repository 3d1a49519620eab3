"""Bring the table in line with the session engine and the accounts."""

from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError

from sessions_api.exceptions import EngineDoesNotAnswer
from sessions_api.lifecycle import maintenance
from sessions_api.management.progress import BatchCommand, sessions
from sessions_api.models import EndReason


class Command(BatchCommand):
    """End the sessions that are over, and finish the ends that are unfinished."""

    help = (
        "End the sessions that no longer authenticate anybody, and record why. Delete the engine "
        "sessions of ended sessions where that has failed before. Run it where the site's session "
        "engine can be read: with the same cache, or the same session files."
    )
    grace: timedelta

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--grace",
            type=float,
            default=5.0,
            metavar="SECONDS",
            help="how long a session must look over before it ends, so that a request that is "
            "changing its key or password can finish (%(default)s)",
        )

    def prepare(self, options: dict[str, Any]) -> None:
        try:
            self.grace = timedelta(seconds=options["grace"])
        except (OverflowError, ValueError):
            raise CommandError("--grace: Enter a number of seconds.") from None
        if self.grace < timedelta(0):
            raise CommandError("--grace: Enter a number of seconds that is not negative.")

    def total(self) -> int:
        return maintenance.standing().count()

    def steps(self, *, dry_run: bool) -> Iterator[int]:
        try:
            for done in maintenance.reconcile(grace=self.grace, dry_run=dry_run):
                self.tally.update({reason.value: number for reason, number in done.ended.items()})
                self.tally["ended"] += done.ended.total()
                self.tally["finished"] += done.finished
                self.tally["unfinished"] += done.unfinished
                yield done.looked_at
        except EngineDoesNotAnswer as error:
            raise CommandError(f"{error} {self.report(dry_run=dry_run)}") from error

    def report(self, *, dry_run: bool) -> str:
        would = "would be " if dry_run else ""
        ended = f"{sessions(self.tally['ended'])} {would}ended"
        reasons = [f"{self.tally[why]} {why.value}" for why in EndReason if self.tally[why]]
        because = f" ({', '.join(reasons)})" if reasons else ""
        return f"{ended}{because}; {sessions(self.tally['finished'])} {would}finished."
