"""Delete the rows of sessions that have been over for longer than RETENTION."""

from collections.abc import Iterator

from sessions_api.lifecycle import upkeep
from sessions_api.management.progress import BatchCommand, sessions


class Command(BatchCommand):
    """Delete rows that nobody needs any more. Run it daily."""

    help = (
        "Delete the rows of sessions that have been over for longer than RETENTION. One whose "
        "session the engine should have deleted and could not is kept, and refused, until it can."
    )

    def total(self) -> int:
        """Return how many rows are to be deleted."""
        return upkeep.over().count()

    def steps(self, *, dry_run: bool) -> Iterator[int]:
        """Delete batch after batch."""
        if dry_run:
            self.tally["purged"] = self.total()
            return
        for purged in upkeep.purge_batches():
            self.tally["purged"] += purged
            yield purged

    def report(self, *, dry_run: bool) -> str:
        """Say how many rows were deleted."""
        purged = sessions(self.tally["purged"])
        return f"{purged} would be purged." if dry_run else f"{purged} purged."
