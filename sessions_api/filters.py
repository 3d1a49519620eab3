"""What sessions are filtered by, in the same words in the API, in its bulk end, and in commands.

Values are text as a query string has it; those of a JSON body will do. What cannot be meant is an
error of the filter set's form, under the filter's name.
"""

import ipaddress
import re
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import django_filters
from django import forms
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from sessions_api import validity
from sessions_api.models import MAX_SEARCH_TERM, Kind, SessionQuerySet


class StateChoice(models.TextChoices):
    """Which states a list shows. What is not active has ended, one way or another."""

    ACTIVE = "active", _("active")
    ENDED = "ended", _("not active")
    ALL = "all", _("all")


class DeviceType(models.TextChoices):
    """What ``origin.device`` tells apart."""

    DESKTOP = "desktop", _("desktop")
    MOBILE = "mobile", _("mobile")
    TABLET = "tablet", _("tablet")
    BOT = "bot", _("bot")


class TextField(forms.CharField):
    """Text that every database and encoder takes."""

    def to_python(self, value: Any) -> str:
        """Refuse lone surrogates, as Django's own field refuses NUL, and what is no text."""
        if not isinstance(value, str | None):
            raise ValidationError(_("Enter text."), code="invalid")
        text: str = super().to_python(value) or ""
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise ValidationError(_("Enter text without surrogates."), code="surrogates")
        return text


class WordField(TextField):
    """A word of small letters, digits, "-" and "_"."""

    def to_python(self, value: Any) -> str:
        """Return the word, or "" when there is none."""
        text = super().to_python(value)
        if text and not re.fullmatch("[a-z0-9_-]{1,32}", text):
            raise ValidationError(_("Enter a word such as otp."), code="invalid")
        return text


class NetworkField(TextField):
    """An address, or a network in CIDR notation."""

    def to_python(self, value: Any) -> str:
        """Return the network with its host bits cleared, or "" when there is none."""
        text = super().to_python(value)
        if not text:
            return text
        try:
            return str(ipaddress.ip_network(text, strict=False))
        except ValueError as error:
            message = _("Enter an address or a network such as 203.0.113.0/24.")
            raise ValidationError(message, code="invalid") from error


class UserField(TextField):
    """The primary key of a user, of whatever type it is. Whether there is one is not asked."""

    def to_python(self, value: Any) -> Any:
        """Return the key as the model has it, or "" when there is none."""
        text = super().to_python(str(value) if isinstance(value, int | UUID) else value)
        return get_user_model()._meta.pk.clean(text, None) if text else text


class MomentField(forms.DateTimeField):
    """A time as ISO 8601 writes it. One without an offset is in the site's time zone."""

    def to_python(self, value: Any) -> datetime | None:
        """Return the time as Django keeps it, or None when there is none."""
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
    """``true`` or ``false``."""

    def __init__(self, **kwargs: Any) -> None:
        choices = [("true", _("yes")), ("false", _("no"))]
        super().__init__(choices=choices, coerce="true".__eq__, empty_value=None, **kwargs)

    def to_python(self, value: Any) -> str:
        """Take a JSON boolean for its word."""
        word: str = super().to_python("" if value is None else str(value).lower())
        return word


class TextFilter(django_filters.CharFilter):
    """Filters by text."""

    field_class = TextField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, max_length=MAX_SEARCH_TERM, **kwargs)


class NetworkFilter(django_filters.CharFilter):
    """Filters by an address or network."""

    field_class = NetworkField


class UserFilter(django_filters.CharFilter):
    """Filters by a user's primary key."""

    field_class = UserField


class MomentFilter(django_filters.DateTimeFilter):
    """Filters by a time."""

    field_class = MomentField


class TruthFilter(django_filters.Filter):
    """Filters by a boolean."""

    field_class = TruthField


class MethodFilter(django_filters.CharFilter):
    """Filters by one of the words of a text."""

    field_class = WordField

    def filter(self, qs: Any, value: str) -> Any:
        """Return the sessions that have been signed in so."""
        return qs.filter(methods__regex=f"(^| ){re.escape(value)}( |$)") if value else qs


class SessionFilter(django_filters.FilterSet):
    """What users can filter their own sessions by."""

    state = django_filters.ChoiceFilter(
        choices=StateChoice.choices,
        method="in_state",
        label=_("active (unless given), ended (anything that is not active), or all"),
    )
    kind = django_filters.ChoiceFilter(choices=Kind.choices)
    ip = NetworkFilter(
        method="used_from", label=_("signed in or last used at an address, or in a network (CIDR)")
    )
    device_type = django_filters.ChoiceFilter(choices=DeviceType.choices)
    browser = TextFilter(lookup_expr="istartswith", label=_("how the browser's name begins"))
    os = TextFilter(lookup_expr="istartswith", label=_("how the system's name begins"))
    adopted = TruthFilter()
    method = MethodFilter(label=_("a word among how it was signed in, such as otp"))
    aal = django_filters.ChoiceFilter(choices=[("1", "1"), ("2", "2")], label=_("assurance level"))
    impersonated = TruthFilter(
        "impersonator", "isnull", exclude=True, label=_("somebody else has taken the user's place")
    )
    created_after = MomentFilter("created_at", "gte", label=_("created at this time or later"))
    created_before = MomentFilter("created_at", "lt", label=_("created before this time"))
    last_used_after = MomentFilter("last_used", "gte", label=_("used at this time or later"))
    last_used_before = MomentFilter("last_used", "lt", label=_("not used since this time"))
    expires_after = MomentFilter(
        method="expiring", lookup_expr="gte", label=_("expires at this time or later")
    )
    expires_before = MomentFilter(
        method="expiring", lookup_expr="lt", label=_("expires before this time")
    )

    def filter_queryset(self, queryset: Any) -> SessionQuerySet:
        """Return the sessions that the filters name. ``shows`` has the last word on their state."""
        sessions = cast(SessionQuerySet, super().filter_queryset(queryset))
        if not self.form.cleaned_data["state"]:
            sessions = self.in_state(sessions, "state", StateChoice.ACTIVE)
        return sessions

    def shows(self, verdict: validity.Verdict) -> bool:
        """Tell whether a session with this verdict is in the states asked for."""
        state = self.form.cleaned_data["state"] or StateChoice.ACTIVE
        if state == StateChoice.ALL:
            return True
        return (verdict is validity.ACTIVE) is (state == StateChoice.ACTIVE)

    def in_state(self, sessions: SessionQuerySet, name: str, state: str) -> SessionQuerySet:
        """Leave out what the table alone knows not to be active, if only that is asked for."""
        if state != StateChoice.ACTIVE:
            return sessions
        return validity.candidates(sessions)

    def used_from(self, sessions: SessionQuerySet, name: str, network: str) -> SessionQuerySet:
        """Return the sessions of an address or network."""
        return sessions.used_from(network)

    def expiring(self, sessions: SessionQuerySet, name: str, moment: datetime) -> SessionQuerySet:
        """Return the sessions that expire before a moment, or not."""
        return sessions.expiring(self.filters[name].lookup_expr, moment)


class StaffSessionFilter(SessionFilter):
    """What staff can filter all sessions by."""

    user = UserFilter(field_name="user_id", label=_("the user's primary key"))
    search = TextFilter(
        method="found_by",
        label=_("an exact address, or how a user name or e-mail address begins"),
    )

    def found_by(self, sessions: SessionQuerySet, name: str, term: str) -> SessionQuerySet:
        """Return the sessions that a search term finds."""
        return sessions.search(term)
