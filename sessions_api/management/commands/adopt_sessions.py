"""Give a row to every engine session that has none."""

from collections.abc import Iterator

from django.core.management.base import CommandError

from sessions_api.conf import conf
from sessions_api.exceptions import CannotList
from sessions_api.lifecycle import maintenance
from sessions_api.management.progress import BatchCommand, sessions


class Command(BatchCommand):
    """Adopt everything at once, instead of each session at its next request."""

    help = (
        "Give a row to every engine session that would authenticate a request, whatever ADOPT says. "
        "Works with the engines db, cached_db and file."
    )

    def steps(self, *, dry_run: bool) -> Iterator[int]:
        try:
            for looked_at, adopted in maintenance.adopt_all(dry_run=dry_run, pace=self.pace):
                self.tally["adopted"] += adopted
                yield looked_at
        except CannotList as error:
            if conf.ADOPT == "lazy":
                otherwise = "Each session is adopted at its next request anyway."
            else:
                otherwise = 'With ADOPT = "lazy" each session is adopted at its next request.'
            raise CommandError(f"{error} {otherwise}") from error

    def report(self, *, dry_run: bool) -> str:
        adopted = sessions(self.tally["adopted"])
        return f"{adopted} would be adopted." if dry_run else f"{adopted} adopted."
