"""End sessions: of a user, by the filters of the staff's list, or all."""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError

from sessions_api.lifecycle import ending, maintenance
from sessions_api.listing.filters import ALL, StaffSessionFilter
from sessions_api.management.people import user_named
from sessions_api.management.progress import BatchCommand, sessions
from sessions_api.models import Session, SessionQuerySet, networks


class Command(BatchCommand):
    """End the sessions that the options select."""

    help = (
        "End sessions, for good: their next requests are anonymous. The options select which ones: "
        "a session must match all of them. Finishes what an interrupted run has left undone."
    )
    sessions: SessionQuerySet

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add an option for every filter of the staff's list."""
        super().add_arguments(parser)
        parser.add_argument("--all", action="store_true", help="end every session there is")
        for name, described in _filters().items():
            metavar = "USERNAME" if name == "user" else None
            help_text = described.replace("%", "%%")
            parser.add_argument(_option(name), metavar=metavar, help=help_text)

    def prepare(self, options: dict[str, Any]) -> None:
        given = {name: options[name] for name in _filters() if options[name] is not None}
        if options["all"] and given:
            raise CommandError("--all ends every session: give it alone, without filters.")
        if not options["all"] and not given:
            raise CommandError("Say which sessions to end, or give --all.")
        self.sessions = _matching(given)
        for name in ("ip", "search"):
            if meant := networks.meant_by(given.get(name, "")):
                self.stdout.write(
                    f"IP addresses are kept as networks: {given[name]} stands for {meant}."
                )

    def total(self) -> int:
        return self.sessions.not_ended().count()

    def steps(self, *, dry_run: bool) -> Iterator[int]:
        """End the sessions, then delete the engine sessions that earlier ends have left."""
        if dry_run:
            self.tally["ended"] = self.total()
            return
        for outcome in ending.end_batches(self.sessions, shared=True, pace=self.pace):
            self.tally["ended"] += outcome.ended
            yield outcome.ended
        for done in maintenance.finish_batches(self.sessions, pace=self.pace):
            self.tally["unfinished"] += done.unfinished

    def report(self, *, dry_run: bool) -> str:
        ended = sessions(self.tally["ended"])
        return f"{ended} would be ended." if dry_run else f"{ended} ended."


def _filters() -> dict[str, str]:
    """Return the filters by name, and what each means. All but the state: what is over has ended."""
    filters = StaffSessionFilter(queryset=Session.objects.none()).filters
    described = {name: str(each.label) for name, each in filters.items() if name != "state"}
    for name in described:
        if choices := filters[name].extra.get("choices"):
            described[name] += ": " + ", ".join(str(value) for value, _ in choices)
    return described | {"user": f"of the user with this {get_user_model().USERNAME_FIELD}"}


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")


def _matching(given: dict[str, str]) -> SessionQuerySet:
    """Return the sessions that the filters select by these values, none of which may be empty."""
    values = dict(given)
    if values.get("user"):
        values["user"] = str(user_named(values["user"], option="--user").pk)
    sessions = Session.objects.on_primary()
    filters = StaffSessionFilter({**values, "state": ALL}, queryset=sessions)
    wrong = {name: " ".join(map(str, texts)) for name, texts in filters.form.errors.items()}
    for name in given:
        # "" or " " would be no filter at all, and end everything.
        if name not in wrong and filters.form.cleaned_data[name] in (None, ""):
            wrong[name] = "Give it a value."
    if wrong:
        raise CommandError("\n".join(f"{_option(name)}: {text}" for name, text in wrong.items()))
    return filters.filter_queryset(sessions)
