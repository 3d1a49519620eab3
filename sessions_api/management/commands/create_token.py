"""Issue a token to a client that is no browser."""

from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sessions_api import lifecycle, users
from sessions_api.exceptions import SessionLimitReached
from sessions_api.listing.fields import TextField
from sessions_api.models import MAX_LABEL


class Command(BaseCommand):
    """Print a new token, which is never shown again."""

    help = (
        "Print a new token for a user. It is not stored and never shown again. The user is not "
        "asked for a password."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", metavar="USERNAME")
        parser.add_argument("--label", default="", help="the name of its session")
        parser.add_argument(
            "--lifetime",
            metavar="DURATION",
            help="such as '1 00:00:00' or P1D; TOKEN_LIFETIME unless given",
        )

    def handle(self, *, user: str, label: str, lifetime: str | None, **options: Any) -> None:
        name = _cleaned("--label", TextField(max_length=MAX_LABEL, required=False), label)
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
        raise CommandError("--lifetime: Enter a duration greater than zero.")
    return duration


def _cleaned(option: str, field: forms.Field, text: str) -> Any:
    try:
        return field.clean(text)
    except ValidationError as error:
        raise CommandError(f"{option}: {' '.join(error.messages)}") from error


def _owner(user_name: str) -> AbstractBaseUser:
    model = get_user_model()
    try:
        owner = model._default_manager.get(**{model.USERNAME_FIELD: user_name})
    except (model.DoesNotExist, ValueError) as error:
        complaint = f"There is no user whose {model.USERNAME_FIELD} is {user_name!a}."
        raise CommandError(complaint) from error
    if users.is_deactivated(owner):
        raise CommandError(f"The account of {user_name!a} is deactivated.")
    return owner
