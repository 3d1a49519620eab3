"""Set the example site up with users who are signed in here and there, and serve it."""

import errno
import socket
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from example_project.demo.people import PEOPLE, Person, create_missing_users, has_printed_password
from example_project.demo.visits import sign_in_missing_visits

HOST = "127.0.0.1"


class Command(BaseCommand):
    """Make the demo ready and run it. Safe to run again: it only adds what is missing."""

    help = (
        "Create the database, users and sessions of the demo where they are missing, print where "
        "everything is, and serve the site."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add where to serve, and whether to."""
        parser.add_argument("--host", default=HOST, help="address to listen on")
        parser.add_argument("--port", type=int, default=8000, help="port to listen on")
        parser.add_argument(
            "--no-serve", action="store_false", dest="serve", help="only set the demo up"
        )

    def handle(self, *, host: str, port: int, serve: bool, **options: Any) -> None:
        """Set the demo up, print where it is, and serve it unless told otherwise."""
        if not settings.DEBUG:
            raise CommandError(
                "The demo creates users whose passwords everyone knows. It runs with DEBUG only."
            )
        if serve:
            check_can_listen(host, port)
        self.stdout.write("Setting the example site up ...")
        call_command("migrate", interactive=False, verbosity=0)
        create_missing_users()
        usable = {person for person in PEOPLE if has_printed_password(person)}
        for person in usable:
            sign_in_missing_visits(person)
        self.print_addresses(host, port)
        self.print_people(usable)
        self.stdout.flush()  # into a file or a pipe, too, before the server goes on forever
        if serve:
            call_command("runserver", f"{bracketed(host)}:{port}", use_reloader=False)

    def print_addresses(self, host: str, port: int) -> None:
        """Print the pages worth a look."""
        name = bracketed(host)
        site = f"http://{name if name in settings.ALLOWED_HOSTS else 'localhost'}:{port}"
        addresses = {
            "Your sessions": reverse("sessions_api_account:sessions"),
            "Site": reverse("home"),
            "API": reverse("docs"),
            "Admin": reverse("admin:index"),
            "Everyone's sessions": reverse("admin:sessions_api_session_changelist"),
        }
        self.stdout.write("")
        for title, path in addresses.items():
            self.stdout.write(f"  {title:<21}{site}{path}")

    def print_people(self, usable: set[Person]) -> None:
        """Print who can sign in, and with what."""
        self.stdout.write(f"\n  {'User':<9}{'Password':<14}Role")
        for person in PEOPLE:
            password = (person.password or "(none)") if person in usable else "(changed)"
            secret = f": {person.totp_secret}" if person.totp_secret else ""
            self.stdout.write(f"  {person.username:<9}{password:<14}{person.role}{secret}")
        self.stdout.write("")


def check_can_listen(host: str, port: int) -> None:
    """Raise CommandError, with the way out, where the server could not start."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except (OSError, OverflowError) as error:
        if getattr(error, "errno", None) == errno.EADDRINUSE:
            elsewhere = "" if host == HOST else f" --host {host}"
            raise CommandError(
                f"Port {port} on {host} is taken. Stop what uses it, or choose another port: "
                f"uv run manage.py demo{elsewhere} --port {port + 1}"
            ) from error
        raise CommandError(f"Cannot listen on {host}, port {port}: {error}") from error


def bracketed(host: str) -> str:
    """Return the host as it is written in a URL."""
    return f"[{host}]" if ":" in host else host
