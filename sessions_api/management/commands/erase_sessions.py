"""End one user's sessions, and erase what is stored of them."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sessions_api import lifecycle
from sessions_api.management.people import user_named
from sessions_api.management.progress import UNFINISHED, sessions


class Command(BaseCommand):
    """Do as somebody asks who wants their data erased (GDPR, article 17)."""

    help = (
        "End a user's sessions and erase what is stored of them, over or not. The user stays. "
        f"Exit codes: 0 done; 1 error; {UNFINISHED} done, but the session engine could not delete "
        "every session (run again)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", metavar="USERNAME")

    def handle(self, *, user: str, **options: Any) -> None:
        erased = lifecycle.erase(user_named(user))
        self.stdout.write(f"{sessions(erased.sessions)} erased.")
        if erased.unfinished:
            raise CommandError(
                f"The session engine could not delete {sessions(erased.unfinished)}. They have ended "
                "and are refused all the same. Run the command again once it works.",
                returncode=UNFINISHED,
            )
