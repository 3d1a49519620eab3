"""Issue a token for a client that is no browser."""

from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sessions_api import accounts, lifecycle
from sessions_api.exceptions import SessionLimitReached
from sessions_api.filters import TextField
from sessions_api.models import Session


class Command(BaseCommand):
    """Print a new token. It is shown this once."""

    help = (
        "Print a new token for a user. It is not stored, and shown this once. The user is not asked "
        "for a password."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add whose token it is, its name, and how long it lasts."""
        parser.add_argument("user", metavar="USERNAME")
        parser.add_argument("--label", default="", help="the name of its session")
        parser.add_argument(
            "--lifetime",
            metavar="DURATION",
            help="such as '1 00:00:00' or P1D; TOKEN_LIFETIME unless given",
        )

    def handle(self, *, user: str, label: str, lifetime: str | None, **options: Any) -> None:
        """Issue the token."""
        longest = Session._meta.get_field("label").max_length
        name = _cleaned("--label", TextField(max_length=longest, required=False), label)
        duration = None if lifetime is None else _duration(lifetime)
        try:
            issued = lifecycle.issue_token(_owner(user), label=name, lifetime=duration)
        except SessionLimitReached as error:
            raise CommandError(str(error)) from error
        self.stdout.write(issued.token)


def _duration(text: str) -> timedelta:
    duration: timedelta = _cleaned("--lifetime", forms.DurationField(), text)
    now = timezone.now()
    longest = datetime.max.replace(tzinfo=now.tzinfo) - now
    if not timedelta(0) < duration < longest:
        raise CommandError("--lifetime: Enter a time to come.")
    return duration


def _cleaned(option: str, field: forms.Field, text: str) -> Any:
    try:
        return field.clean(text)
    except ValidationError as error:
        raise CommandError(f"{option}: {' '.join(error.messages)}") from error


def _owner(user_name: str) -> Any:
    users = get_user_model()
    try:
        owner = users._default_manager.get(**{users.USERNAME_FIELD: user_name})
    except (users.DoesNotExist, ValueError) as error:
        complaint = f"There is no user whose {users.USERNAME_FIELD} is {user_name!a}."
        raise CommandError(complaint) from error
    if accounts.is_deactivated(owner):
        raise CommandError(f"The account of {user_name!a} is deactivated.")
    return owner
