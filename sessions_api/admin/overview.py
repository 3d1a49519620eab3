"""The overview of all sessions: how many come and go, on which devices and from where."""

from typing import TYPE_CHECKING, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import TextChoices
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from sessions_api.admin import charts
from sessions_api.admin.figures import MOST_COUNTED, MOST_RECENT, figures
from sessions_api.decorators import not_atomic
from sessions_api.models import DeviceType, EndReason, Session, SessionQuerySet

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Session]
else:
    ModelAdmin = object

COUNTRIES_SHOWN = 12


class OverviewMixin(ModelAdmin):
    """Adds the page to the admin of sessions."""

    def get_urls(self) -> list[URLPattern]:
        # A cache in the database that fails would break the transaction.
        view = not_atomic(self.admin_site.admin_view(self.overview_view))
        return [path("overview/", view, name="sessions_api_session_overview"), *super().get_urls()]

    def overview_view(self, request: HttpRequest) -> HttpResponse:
        """Show the figures. 403 where staff may not view sessions."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        request.current_app = self.admin_site.name
        known = figures(cast(SessionQuerySet, self.get_queryset(request)))
        return TemplateResponse(
            request,
            "admin/sessions_api/session/overview.html",
            {
                **self.admin_site.each_context(request),
                "title": _("Overview of sessions"),
                "opts": self.opts,
                "figures": known,
                "latest_first": known.days[::-1],
                "chart": charts.DaysChart.of(known.days),
                "lacks_sign_ins": any(day.sign_ins is None for day in known.days),
                "lacks_ends": any(day.ends is None for day in known.days),
                "reasons": _named(known.reasons, EndReason, pgettext("reason", "unknown")),
                "devices": _named(known.devices, DeviceType, pgettext("device type", "unknown")),
                "countries": _named(
                    _with_rest(known.countries), None, pgettext("country", "unknown")
                ),
                "most_counted": MOST_COUNTED,
                "most_recent": MOST_RECENT,
                "time_zone": timezone.get_current_timezone(),
            },
        )


def _named(
    counts: list[tuple[str, int]], choices: type[TextChoices] | None, unknown: str
) -> list[charts.Share]:
    """Return the counts as shares, under what staff call the values."""
    names = {choice.value: str(choice.label) for choice in choices or ()}
    return charts.shares([(names.get(value, value) or unknown, count) for value, count in counts])


def _with_rest(countries: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Return the countries that most sessions are in, and all others as one."""
    rest = sum(count for name, count in countries[COUNTRIES_SHOWN:])
    shown = countries[:COUNTRIES_SHOWN]
    return [*shown, (_("other countries"), rest)] if rest else shown
