"""Bring the table in line with the session engine and the accounts."""

from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError

from sessions_api.lifecycle import maintenance
from sessions_api.management.progress import BatchCommand, sessions
from sessions_api.models import EndReason


class Command(BatchCommand):
    """End the sessions that are over, and finish the ends that are unfinished."""

    help = (
        "End the sessions that no longer authenticate anybody, and record why. Delete the engine "
        "sessions of ended sessions where that has failed before. Run it with the settings of "
        "the web processes: it ends nothing unless it finds in the session engine what they have left "
        "there."
    )
    grace: timedelta
    force: bool

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--force",
            action="store_true",
            help="end more than a tenth of the sessions as lost, or because their password has "
            "changed; without it the command stops, since that is unusual",
        )
        parser.add_argument(
            "--grace",
            type=float,
            default=5.0,
            metavar="SECONDS",
            help="how long a session must look over before it ends, so that a request that is "
            "changing its key or password can finish (%(default)s)",
        )

    def prepare(self, options: dict[str, Any]) -> None:
        self.force = options["force"]
        try:
            self.grace = timedelta(seconds=options["grace"])
        except (OverflowError, ValueError):
            raise CommandError("--grace: Enter a number of seconds.") from None
        if self.grace < timedelta(0):
            raise CommandError("--grace: Enter a number of seconds that is not negative.")

    def total(self) -> int:
        return maintenance.standing().count()

    def steps(self, *, dry_run: bool) -> Iterator[int]:
        batches = maintenance.reconcile(
            grace=self.grace, dry_run=dry_run, force=self.force, pace=self.pace
        )
        for done in batches:
            self.tally.update({reason.value: number for reason, number in done.ended.items()})
            self.tally["ended"] += done.ended.total()
            self.tally["finished"] += done.finished
            self.tally["unfinished"] += done.unfinished
            self.tally["unknown"] += done.unknown
            yield done.looked_at

    def report(self, *, dry_run: bool) -> str:
        would = "would be " if dry_run else ""
        ended = f"{sessions(self.tally['ended'])} {would}ended"
        reasons = [f"{self.tally[why]} {why.value}" for why in EndReason if self.tally[why]]
        because = f" ({', '.join(reasons)})" if reasons else ""
        report = f"{ended}{because}; {sessions(self.tally['finished'])} {would}finished"
        if unknown := self.tally["unknown"]:
            report += f"; {sessions(unknown)} unknown, and left alone"
        return f"{report}."
