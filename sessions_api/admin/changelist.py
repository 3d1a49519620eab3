"""The list of sessions, a page at a time, without counting the table."""

from typing import cast

from django.contrib import messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from sessions_api import users, validity
from sessions_api.admin.filters import UNKNOWN, StateFilter
from sessions_api.listing import keyset
from sessions_api.models import Session, SessionQuerySet

CURSOR_VAR = "cursor"
ORDER = "-last_used"


class SessionChangeList(ChangeList):
    """A keyset page of sessions. Its rows are judged all at once."""

    newer: str | None
    older: str | None

    def get_queryset(
        self, request: HttpRequest, exclude_parameters: list[str | None] | None = None
    ) -> QuerySet[Session]:
        # The cursor is no filter, and means nothing beside another one.
        self.params.pop(CURSOR_VAR, None)
        self.filter_params.pop(CURSOR_VAR, None)
        sessions = cast(SessionQuerySet, super().get_queryset(request, exclude_parameters))
        return sessions.with_users()

    def get_results(self, request: HttpRequest) -> None:
        """Read the page."""
        page = self._page(request)
        self.result_list = page.rows
        # How many rows there are on all pages is not asked: counting reads the whole table.
        self.result_count = self.full_result_count = len(page.rows)
        self.show_full_result_count = False
        self.show_admin_actions = bool(page.rows)
        self.can_show_all = self.multi_page = False
        self.newer = self._link(page.previous)
        self.older = self._link(page.next)

    def _page(self, request: HttpRequest) -> keyset.Page[Session]:
        cursor = request.GET.get(CURSOR_VAR)
        try:
            return self._page_at(cursor)
        except keyset.InvalidCursor:
            messages.warning(request, _("There is no such page. This is the first one."))
            return self._page_at(None)

    def _page_at(self, cursor: str | None) -> keyset.Page[Session]:
        return keyset.page(
            self.queryset,
            order=ORDER,
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
        if self.params.get(StateFilter.parameter_name) == UNKNOWN:
            # The table does not know this.
            return [each for each in sessions if verdicts[each.pk].is_unknown]
        return sessions

    def _link(self, cursor: str | None) -> str | None:
        return self.get_query_string({CURSOR_VAR: cursor}) if cursor else None
