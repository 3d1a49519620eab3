"""Clear what was stored before the settings have recorded less."""

from collections.abc import Iterator

from sessions_api.lifecycle import personal_data
from sessions_api.management.progress import BatchCommand, sessions


class Command(BatchCommand):
    """Bring what is stored in line with RECORD_IP, RECORD_USER_AGENT and LOCATION."""

    help = (
        "Clear IP addresses, locations and user agents that the settings no longer record, and "
        "shorten IP addresses of which only networks are recorded: in the sessions, over or not, and "
        "in the admin's log of sessions that staff have ended."
    )

    def total(self) -> int:
        return personal_data.unrecorded().count()

    def steps(self, *, dry_run: bool) -> Iterator[int]:
        for looked_at, cleared in personal_data.clear_batches(pace=self.pace, dry_run=dry_run):
            self.tally["cleared"] += cleared
            yield looked_at

    def report(self, *, dry_run: bool) -> str:
        cleared = sessions(self.tally["cleared"])
        return f"{cleared} would be cleared." if dry_run else f"{cleared} cleared."
