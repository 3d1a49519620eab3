"""The list of sessions, a page at a time, without counting the table."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from sessions_api import users, validity
from sessions_api.admin.filters import StateFilter
from sessions_api.listing import keyset
from sessions_api.models import Session, SessionQuerySet
from sessions_api.tracking.current import current_session_id

CURSOR_VAR = "cursor"
ORDERS = ("-last_used", "last_used", "-created_at", "created_at")
"""The orders that an index serves, the default first."""


class SessionChangeList(ChangeList):
    """A keyset page of sessions. Its rows are judged all at once."""

    previous: str | None
    next: str | None
    is_newest_first: bool

    def get_queryset(
        self, request: HttpRequest, exclude_parameters: list[str | None] | None = None
    ) -> QuerySet[Session]:
        # The cursor is no filter, and means nothing beside another one.
        self.params.pop(CURSOR_VAR, None)
        self.filter_params.pop(CURSOR_VAR, None)
        sessions = cast(SessionQuerySet, super().get_queryset(request, exclude_parameters))
        return sessions.with_users()

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Session]) -> list[Any]:
        """Return the order that was asked for. A keyset page has one, and its ids break the ties."""
        asked = super().get_ordering(request, queryset)
        return [next((order for order in asked if order in ORDERS), ORDERS[0])]

    def get_ordering_field_columns(self) -> dict[int, Any]:
        """Return the column that the list is sorted by: a list of several would not be true."""
        return dict(list(super().get_ordering_field_columns().items())[:1])

    def get_results(self, request: HttpRequest) -> None:
        """Read the page."""
        (order,) = self.get_ordering(request, self.queryset)
        page = self._page(request, order)
        own_id = current_session_id(request)
        for session in page.rows:
            session.is_own = session.pk == own_id  # type: ignore[attr-defined]  # for the list alone
        self.result_list = page.rows
        # How many rows there are on all pages is not asked: counting reads the whole table.
        self.result_count = self.full_result_count = len(page.rows)
        self.show_full_result_count = False
        self.show_admin_actions = bool(page.rows)
        self.can_show_all = self.multi_page = False
        self.is_newest_first = order.startswith("-")
        self.previous = self._link(page.previous)
        self.next = self._link(page.next)

    def _page(self, request: HttpRequest, order: str) -> keyset.Page[Session]:
        cursor = request.GET.get(CURSOR_VAR)
        try:
            return self._page_at(cursor, order)
        except keyset.InvalidCursor:
            messages.warning(request, _("There is no such page. This is the first one."))
            return self._page_at(None, order)

    def _page_at(self, cursor: str | None, order: str) -> keyset.Page[Session]:
        return keyset.page(
            self.queryset,
            order=order,
            size=self.list_per_page,
            cursor=cursor,
            keep=self._in_state,
        )

    def _in_state(self, sessions: list[Session]) -> list[Session]:
        """Attach to each session the verdict on it. Return those in the state that was asked for."""
        owners = {session.user for session in sessions}
        verdicts = validity.judge(sessions, known=users.given_by_model_backend(*owners))
        for session in sessions:
            session.verdict = verdicts[session.pk]  # type: ignore[attr-defined]  # for the list alone
        state = self.params.get(StateFilter.parameter_name)
        return [each for each in sessions if StateFilter.shows(state, verdicts[each.pk])]

    def _link(self, cursor: str | None) -> str | None:
        return self.get_query_string({CURSOR_VAR: cursor}) if cursor else None
