"""The values that filters take: form fields whose errors name what is wrong.

A value is text, as a query string has it. The values of a JSON body are taken as well.
"""

import ipaddress
import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from sessions_api.models.queryset import MOST_USERS, TooManyUsers, found_by


class TextField(forms.CharField):
    """Text that every database and encoder takes: without NUL and lone surrogates."""

    def to_python(self, value: object) -> str:
        if not isinstance(value, str | None):
            raise ValidationError(_("Enter text."), code="invalid")
        text: str = super().to_python(value) or ""
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise ValidationError(_("Enter text without surrogates."), code="surrogates")
        return text


class WordField(TextField):
    """A word of small letters, digits, "-" and "_"."""

    def to_python(self, value: object) -> str:
        text = super().to_python(value)
        if text and not re.fullmatch("[a-z0-9_-]{1,32}", text):
            raise ValidationError(_("Enter a word such as otp."), code="invalid")
        return text


class NetworkField(TextField):
    """An IP address, or a network in CIDR notation. Host bits are cleared."""

    def to_python(self, value: object) -> str:
        text = super().to_python(value)
        if not text:
            return text
        try:
            return str(ipaddress.ip_network(text, strict=False))
        except ValueError as error:
            message = _("Enter an IP address or a network such as 203.0.113.0/24.")
            raise ValidationError(message, code="invalid") from error


class CountryField(TextField):
    """Two letters of ISO 3166-1, in upper or lower case."""

    def to_python(self, value: object) -> str:
        text = super().to_python(value).upper()
        if text and not re.fullmatch("[A-Z]{2}", text):
            raise ValidationError(_("Enter two letters such as FR."), code="invalid")
        return text


class SearchField(TextField):
    """A search for sessions. See ``models.queryset.found_by``. None for a blank one."""

    def clean(self, value: object) -> Any:
        term = super().clean(value)
        try:
            return found_by(term) if term else None
        except TooManyUsers as error:
            message = ngettext_lazy(
                "More than %(most)d user has a name or address that begins so. Enter more of it.",
                "More than %(most)d users have a name or address that begins so. Enter more of it.",
                MOST_USERS,
            )
            raise ValidationError(message % {"most": MOST_USERS}, code="too_many") from error


class UserField(TextField):
    """The primary key of a user, of the type that the user model has. No user needs to have it."""

    def to_python(self, value: object) -> Any:
        text = super().to_python(str(value) if isinstance(value, int | UUID) else value)
        return get_user_model()._meta.pk.clean(text, None) if text else text


class MomentField(forms.DateTimeField):
    """A time in ISO 8601. One without an offset is in the site's time zone."""

    def to_python(self, value: object) -> datetime | None:
        if value in self.empty_values:
            return None
        try:
            moment = parse_datetime(value) if isinstance(value, str) else None
            if moment is None:
                raise ValueError(value)
            if timezone.is_naive(moment):
                moment = timezone.make_aware(moment)
            moment = moment.astimezone(UTC)
            return moment if settings.USE_TZ else timezone.make_naive(moment)
        except (ValueError, OverflowError) as error:
            message = _("Enter a time such as 2026-03-01T12:00:00Z.")
            raise ValidationError(message, code="invalid") from error


class TruthField(forms.TypedChoiceField):
    """``true`` or ``false``, also as a JSON boolean."""

    def __init__(self, **kwargs: Any) -> None:
        choices = [("true", _("yes")), ("false", _("no"))]
        super().__init__(choices=choices, coerce=_is_true, empty_value=None, **kwargs)

    def to_python(self, value: object) -> str:
        word: str = super().to_python("" if value is None else str(value).lower())
        return word


def _is_true(word: str) -> bool:
    return word == "true"
