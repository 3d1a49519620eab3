"""The filters of the admin's list. Their choices are fixed, so that showing them costs no query."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from sessions_api import validity
from sessions_api.conf import conf
from sessions_api.listing.fields import CountryField, UserField
from sessions_api.listing.filters import OVER
from sessions_api.models import DeviceType, Kind, SessionQuerySet

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


ACTIVE, UNKNOWN, PENDING = validity.State.ACTIVE.value, validity.State.UNKNOWN.value, "pending"


class SessionListFilter(admin.SimpleListFilter):
    """A filter that offers fixed choices."""

    offered: Mapping[str, "str | _StrPromise"] = {}
    """The choices: their values, and what they are called."""

    def lookups(
        self, request: HttpRequest, model_admin: object
    ) -> "list[tuple[str, str | _StrPromise]]":
        return list(self.offered.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any, Any]) -> SessionQuerySet:
        sessions = cast(SessionQuerySet, queryset)
        value = self.value()
        if value is None:
            return sessions
        if value not in self.offered:
            raise IncorrectLookupParameters
        return self.chosen(sessions, value)

    def chosen(self, sessions: SessionQuerySet, value: str) -> SessionQuerySet:
        """Return the sessions of one of the choices."""
        raise NotImplementedError


class StateFilter(SessionListFilter):
    """Filters by state, as far as the table alone knows. The list leaves out what ``shows`` denies."""

    title = _("state")
    parameter_name = "state"
    offered = {
        ACTIVE: pgettext_lazy("sessions", "Active"),
        OVER: pgettext_lazy("sessions", "Over"),
        UNKNOWN: pgettext_lazy("sessions", "Unknown"),
        PENDING: _("Ended, but still in the session engine"),
    }

    def chosen(self, sessions: SessionQuerySet, value: str) -> SessionQuerySet:
        if value == PENDING:
            return sessions.unfinished()
        return sessions if value == OVER else validity.candidates(sessions)

    @staticmethod
    def shows(value: str | None, verdict: validity.Verdict) -> bool:
        """Tell whether a session with this verdict is in the state that was asked for."""
        if value == OVER:
            return verdict.is_over
        return value in (None, PENDING, verdict.state)


class KindFilter(SessionListFilter):
    title = _("kind")
    parameter_name = "kind"
    offered = {kind.value: kind.label for kind in Kind}

    def chosen(self, sessions: SessionQuerySet, value: str) -> SessionQuerySet:
        return sessions.filter(kind=value)


class CountryFilter(admin.SimpleListFilter):
    """Filters by the country in which a session was last used: two letters, typed into a form."""

    title = _("country")
    parameter_name = "country"
    template = "admin/sessions_api/session/text_filter.html"

    def has_output(self) -> bool:
        return conf.LOCATION is not None or self.value() is not None

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
        try:
            country = CountryField(required=False).clean(self.value())
        except ValidationError as error:
            raise IncorrectLookupParameters from error
        return queryset.filter(country=country) if country else queryset

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Yield what the form needs: the other parameters of the page, and the way back to all."""
        others = {**changelist.filter_params}
        others.pop(self.parameter_name, None)
        yield {
            "name": self.parameter_name,
            "value": self.value() or "",
            "others": others.items(),
            "all": changelist.get_query_string(remove=[self.parameter_name]),
        }


class DeviceTypeFilter(SessionListFilter):
    title = _("device type")
    parameter_name = "device_type"
    offered = {
        **{kind.value: kind.label for kind in DeviceType},
        "unknown": pgettext_lazy("device type", "unknown"),
    }

    def chosen(self, sessions: SessionQuerySet, value: str) -> SessionQuerySet:
        return sessions.filter(device_type="" if value == "unknown" else value)


class FamilyFilter(SessionListFilter):
    """Filters by a family of names with versions, such as all browsers named "Chrome 142"."""

    field: str
    beginnings: Mapping[str, tuple[str, ...]]

    def chosen(self, sessions: SessionQuerySet, value: str) -> SessionQuerySet:
        if value not in self.beginnings:
            every = [each for family in self.beginnings.values() for each in family]
            return sessions.filter(**{f"{self.field}__outside": every})
        names = Q()
        for beginning in self.beginnings[value]:
            names |= Q(**{f"{self.field}__istartswith": beginning})
        return sessions.filter(names)


class BrowserFilter(FamilyFilter):
    title = _("browser")
    parameter_name = field = "browser"
    beginnings = {
        "chrome": ("Chrome", "Chromium", "HeadlessChrome"),
        "edge": ("Edge",),
        "firefox": ("Firefox",),
        "opera": ("Opera",),
        "safari": ("Safari", "Mobile Safari"),
        "samsung": ("Samsung Internet",),
    }
    offered = {
        "chrome": "Chrome",
        "edge": "Edge",
        "firefox": "Firefox",
        "opera": "Opera",
        "safari": "Safari",
        "samsung": "Samsung Internet",
        "other": _("other or unknown"),
    }


class SystemFilter(FamilyFilter):
    title = _("operating system")
    parameter_name = field = "os"
    beginnings = {
        "android": ("Android",),
        "chromeos": ("Chrome OS",),
        "ios": ("iOS",),
        "linux": ("Linux", "Ubuntu", "Debian", "Fedora"),
        "macos": ("macOS",),
        "windows": ("Windows",),
    }
    offered = {
        "android": "Android",
        "chromeos": "Chrome OS",
        "ios": "iOS",
        "linux": "Linux",
        "macos": "macOS",
        "windows": "Windows",
        "other": _("other or unknown"),
    }


class LastUsedFilter(SessionListFilter):
    title = _("last use")
    parameter_name = "last_used"
    ages = {
        "hour": timedelta(hours=1),
        "day": timedelta(days=1),
        "week": timedelta(days=7),
        "month": timedelta(days=30),
    }
    offered = {
        "hour": _("Past hour"),
        "day": _("Past 24 hours"),
        "week": _("Past 7 days"),
        "month": _("Past 30 days"),
        "before": _("Not for 30 days"),
    }

    def chosen(self, sessions: SessionQuerySet, value: str) -> SessionQuerySet:
        now = timezone.now()
        if value in self.ages:
            return sessions.filter(last_used__gte=now - self.ages[value])
        return sessions.filter(last_used__lt=now - self.ages["month"])


class UserFilter(admin.SimpleListFilter):
    """One user's sessions. The filter is shown while it applies, with a way back to all sessions."""

    title = _("user")
    parameter_name = "user"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        value = self.value()
        return [] if value is None else [(value, value)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
        if self.value() is None:
            return queryset
        try:
            return queryset.filter(user_id=UserField().clean(self.value()))
        except ValidationError as error:
            raise IncorrectLookupParameters from error

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Name the user as the rows do. Without rows the key has to do."""
        if changelist.result_list:
            self.lookup_choices = [(self.value() or "", str(changelist.result_list[0].user))]
        return super().choices(changelist)
