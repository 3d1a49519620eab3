"""Delete the rows of sessions that have been over for longer than RETENTION."""

from collections.abc import Iterator

from sessions_api.lifecycle import maintenance
from sessions_api.management.progress import BatchCommand, sessions


class Command(BatchCommand):
    """Delete rows that nobody needs any more. Run it daily."""

    help = (
        "Delete the rows of sessions that have been over for longer than RETENTION. A row is kept "
        "as long as the session engine cannot delete its session, which is refused meanwhile."
    )

    def total(self) -> int:
        return maintenance.due_for_purge().count()

    def steps(self, *, dry_run: bool) -> Iterator[int]:
        if dry_run:
            self.tally["purged"] = self.total()
            return
        for purged in maintenance.purge_batches(pace=self.pace):
            self.tally["purged"] += purged
            yield purged

    def report(self, *, dry_run: bool) -> str:
        purged = sessions(self.tally["purged"])
        return f"{purged} would be purged." if dry_run else f"{purged} purged."
