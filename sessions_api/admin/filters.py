"""What the admin's list is filtered by. The choices are known beforehand: they cost no query."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sessions_api import validity
from sessions_api.filters import DeviceType, UserField
from sessions_api.models import Kind, SessionQuerySet

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class SessionListFilter(admin.SimpleListFilter):
    """A filter that offers fixed choices: by value, what it is called."""

    offered: Mapping[str, "str | _StrPromise"] = {}

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the choices."""
        return list(self.offered.items())

    def queryset(self, request: Any, queryset: Any) -> Any:
        """Return the sessions of the choice. Raises IncorrectLookupParameters for no choice."""
        value = self.value()
        if value is None:
            return queryset
        if value not in self.offered:
            raise IncorrectLookupParameters
        return self.chosen(queryset, value)

    def chosen(self, sessions: SessionQuerySet, value: str) -> SessionQuerySet:
        """Return the sessions of one of the choices."""
        raise NotImplementedError


class EndedFilter(SessionListFilter):
    """Leaves out what the table alone knows to be over."""

    title = _("state")
    parameter_name = "ended"
    offered = {"no": _("Not ended")}

    def chosen(self, sessions: SessionQuerySet, value: str) -> SessionQuerySet:
        """Return the sessions that are neither ended nor past a deadline."""
        return validity.candidates(sessions)


class KindFilter(SessionListFilter):
    """Filters by what presents the credential."""

    title = _("kind")
    parameter_name = "kind"
    offered = {kind.value: kind.label for kind in Kind}

    def chosen(self, sessions: SessionQuerySet, value: str) -> SessionQuerySet:
        """Return the sessions of a kind."""
        return sessions.filter(kind=value)


class DeviceTypeFilter(SessionListFilter):
    """Filters by the type of the device."""

    title = _("device type")
    parameter_name = "device_type"
    offered = {**{kind.value: kind.label for kind in DeviceType}, "unknown": _("unknown")}

    def chosen(self, sessions: SessionQuerySet, value: str) -> SessionQuerySet:
        """Return the sessions of a type of device."""
        return sessions.filter(device_type="" if value == "unknown" else value)


class FamilyFilter(SessionListFilter):
    """Filters names with versions by how those of a well-known family begin."""

    field: str
    beginnings: Mapping[str, tuple[str, ...]]

    def chosen(self, sessions: SessionQuerySet, value: str) -> SessionQuerySet:
        """Return the sessions of a family, or of none of them."""
        if value in self.beginnings:
            return sessions.filter(self._of(value))
        for family in self.beginnings:
            sessions = sessions.exclude(self._of(family))
        return sessions

    def _of(self, family: str) -> Q:
        names = Q()
        for beginning in self.beginnings[family]:
            names |= Q(**{f"{self.field}__startswith": beginning})
        return names


class BrowserFilter(FamilyFilter):
    """Filters by the browser, whatever its version."""

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
    """Filters by the operating system, whatever its version."""

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
    """Filters by how long ago the session was last used."""

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
        """Return the sessions used within a time, or not."""
        now = timezone.now()
        if value in self.ages:
            return sessions.filter(last_used__gte=now - self.ages[value])
        return sessions.filter(last_used__lt=now - self.ages["month"])


class UserFilter(admin.SimpleListFilter):
    """One user's sessions. It is shown while it applies, as the way back to everyone's."""

    title = _("user")
    parameter_name = "user"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        """Return the user asked for, if any."""
        value = self.value()
        return [] if value is None else [(value, value)]

    def queryset(self, request: Any, queryset: Any) -> Any:
        """Return the sessions of the user. Raises IncorrectLookupParameters for what is no key."""
        if self.value() is None:
            return queryset
        try:
            return queryset.filter(user_id=UserField().clean(self.value()))
        except ValidationError as error:
            raise IncorrectLookupParameters from error

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Name the user as the rows do, who may be without any."""
        if changelist.result_list:
            self.lookup_choices = [(self.value() or "", str(changelist.result_list[0].user))]
        return super().choices(changelist)
