"""The lists: where the user is signed in, and where they were."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.views.generic import TemplateView

from sessions_api import validity
from sessions_api.account.cards import cards_of
from sessions_api.account.page import OwnPage
from sessions_api.listing import keyset
from sessions_api.models import Session, SessionQuerySet
from sessions_api.validity import Verdict


class SessionsView(OwnPage, TemplateView):
    """Where the user is signed in: what is active, and what could not be read just now."""

    template_name = "sessions_api/account/sessions.html"
    page_size = 25

    def get_candidates(self) -> SessionQuerySet:
        """Return the sessions that the list may have, as far as the table alone knows."""
        return validity.candidates(self.get_queryset())

    def shows(self, verdict: Verdict) -> bool:
        """Tell whether the list has sessions with this verdict."""
        return not verdict.is_over

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        verdicts: dict[UUID, Verdict] = {}

        def keep(sessions: list[Session]) -> list[Session]:
            verdicts.update(validity.judge(sessions, known=[self.request.user]))
            return [session for session in sessions if self.shows(verdicts[session.pk])]

        try:
            page = keyset.page(
                self.get_candidates(),
                order="-last_used",
                size=self.page_size,
                cursor=self.request.GET.get("cursor"),
                keep=keep,
            )
        except keyset.InvalidCursor as error:
            raise Http404 from error
        return super().get_context_data(
            **kwargs,
            cards=cards_of(self.request, page.rows, verdicts),
            next_cursor=page.next,
            previous_cursor=page.previous,
        )


class HistoryView(SessionsView):
    """Which of the user's sessions are over, and why."""

    template_name = "sessions_api/account/history.html"
    page_size = 100  # one query skips what is not over

    def get_candidates(self) -> SessionQuerySet:
        return self.get_queryset()

    def shows(self, verdict: Verdict) -> bool:
        return verdict.is_over
