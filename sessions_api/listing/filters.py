"""What sessions are filtered by: in the API, in its bulk end, and in the commands alike.

A value that makes no sense is an error of the filter set's form, under the filter's name.
"""

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import django_filters
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sessions_api import validity
from sessions_api.listing import fields
from sessions_api.models import (
    COMMON_METHODS,
    MAX_SEARCH_TERM,
    DeviceType,
    EndReason,
    Kind,
    SessionQuerySet,
    networks,
)
from sessions_api.validity import State

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

OVER = "over"
ALL = "all"

STATES: "list[tuple[str, StrOrPromise]]" = [
    *State.choices,
    (OVER, _("over")),
    (ALL, _("all")),
]
"""Which sessions a list shows: those in one state, those that are over, or all."""

DEADLINES = [reason for reason in EndReason if reason.is_deadline]


class TextFilter(django_filters.CharFilter):
    field_class = fields.TextField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, max_length=MAX_SEARCH_TERM, **kwargs)


class SearchFilter(TextFilter):
    field_class = fields.SearchField


class NetworkFilter(django_filters.CharFilter):
    field_class = fields.NetworkField


class CountryFilter(django_filters.CharFilter):
    field_class = fields.CountryField


class UserKeyFilter(django_filters.CharFilter):
    field_class = fields.UserField


class MomentFilter(django_filters.DateTimeFilter):
    field_class = fields.MomentField


class TruthFilter(django_filters.Filter):
    field_class = fields.TruthField


class MethodFilter(django_filters.CharFilter):
    """Filters by one of the words that say how a session was signed in."""

    field_class = fields.WordField

    def filter(self, qs: QuerySet[Any, Any], value: str) -> QuerySet[Any, Any]:
        if not value:
            return qs
        if value not in COMMON_METHODS:
            # Says nothing new, but that the index of the others will do.
            qs = qs.exclude(methods__in=COMMON_METHODS)
        return qs.filter(methods__regex=f"(^| ){re.escape(value)}( |$)")


class SessionFilter(django_filters.FilterSet):
    """What users can filter their own sessions by."""

    state = django_filters.ChoiceFilter(
        choices=STATES,
        method="in_state",
        label=_(
            "one state, `over` (ended, expired or invalid), or `all`; active or unknown if not given"
        ),
    )
    kind = django_filters.ChoiceFilter(choices=Kind.choices)
    ip = NetworkFilter(
        method="used_from",
        label=_(
            "signed in or last used from an IP address, or from a network (CIDR); where networks are "
            "recorded instead of IP addresses, an IP address stands for its network"
        ),
    )
    country = CountryFilter(
        label=_("last used from a country, as two letters of ISO 3166-1 such as FR")
    )
    device_type = django_filters.ChoiceFilter(choices=DeviceType.choices)
    browser = TextFilter(lookup_expr="istartswith", label=_("how the browser's name begins"))
    os = TextFilter(lookup_expr="istartswith", label=_("how the system's name begins"))
    adopted = TruthFilter()
    method = MethodFilter(label=_("a word among how it was signed in, such as totp"))
    aal = django_filters.ChoiceFilter(choices=[("1", "1"), ("2", "2")], label=_("assurance level"))
    provider = TextFilter(label=_("the site that the user has signed in at, such as google"))
    impersonated = TruthFilter(
        method="with_impersonator", label=_("somebody acts as another user by it")
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

    def filter_queryset(self, queryset: QuerySet[Any, Any]) -> SessionQuerySet:
        """Return the sessions that the filters select, as far as the table alone knows.

        ``shows`` tells of each whether its state was asked for.
        """
        sessions = cast(SessionQuerySet, super().filter_queryset(queryset))
        if not self.form.cleaned_data["state"]:
            sessions = validity.candidates(sessions)
        return sessions

    def shows(self, verdict: validity.Verdict) -> bool:
        """Tell whether a session with this verdict is in a state that was asked for."""
        state: str = self.form.cleaned_data["state"]
        if state in ("", OVER):
            return verdict.is_over == (state == OVER)
        return state in (ALL, verdict.state)

    @property
    def network_meant(self) -> str | None:
        """Return the network that an IP address among the values stands for, if it does for one."""
        for name in ("ip", "search"):
            value = (self.data or {}).get(name)
            meant = networks.meant_by(value) if isinstance(value, str) else None
            if meant is not None and name in self.filters:
                return str(meant)
        return None

    def in_state(self, sessions: SessionQuerySet, name: str, state: str) -> SessionQuerySet:
        """Leave out what the table alone knows not to be in a state."""
        if state in (OVER, ALL):
            return sessions
        if state == State.ENDED:
            return sessions.filter(ended_at__isnull=False).exclude(end_reason__in=DEADLINES)
        if state == State.EXPIRED:
            return sessions.filter(
                sessions.past_deadline(timezone.now()) | Q(end_reason__in=DEADLINES)
            )
        return validity.candidates(sessions)

    def with_impersonator(
        self, sessions: SessionQuerySet, name: str, wanted: object
    ) -> SessionQuerySet:
        if wanted:
            return sessions.impersonated()
        # As one: MariaDB would merge the indexes of the two rather than read in order.
        return sessions.alias(other=Coalesce("impersonator_id", "acting_as_id")).filter(other=None)

    def used_from(self, sessions: SessionQuerySet, name: str, network: str) -> SessionQuerySet:
        return sessions.used_from(network)

    def expiring(self, sessions: SessionQuerySet, name: str, moment: datetime) -> SessionQuerySet:
        return sessions.expiring(self.filters[name].lookup_expr, moment)


class StaffSessionFilter(SessionFilter):
    """What staff can filter all sessions by."""

    user = UserKeyFilter(field_name="user_id", label=_("the user's primary key"))
    search = SearchFilter(
        method="found_by",
        label=_("an exact IP address, or how a user name or e-mail address begins"),
    )

    def found_by(self, sessions: SessionQuerySet, name: str, found: Q) -> SessionQuerySet:
        return sessions.filter(found)
