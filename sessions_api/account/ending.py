"""The pages that ask before sessions end."""

from datetime import datetime
from functools import cached_property
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView

from sessions_api import description, revocation
from sessions_api.account.cards import card_of
from sessions_api.account.page import OwnPage
from sessions_api.models import Session


class EndView(OwnPage, TemplateView):
    """Asks, and by POST ends one session. One's own ends by signing out."""

    template_name = "sessions_api/account/end.html"

    @cached_property
    def session(self) -> Session:
        """Return the session that the URL names."""
        return self.get_session()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, card=card_of(self.request, self.session))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """End it. 403 for a session by which somebody else acts as the user."""
        card = card_of(request, self.session)
        is_current = self.session.pk == self.current_id
        in_force_by = revocation.end(request, self.session)
        if is_current:
            return HttpResponseRedirect(_after_sign_out())
        text = _("“%(name)s” has ended.") if card.is_token else _("“%(name)s” is signed out.")
        _tell(request, text % {"name": card.name}, in_force_by)
        return HttpResponseRedirect(reverse("sessions_api_account:sessions"))


class EndOthersView(OwnPage, TemplateView):
    """Asks, and by POST ends all of the user's sessions but the one that has made the request."""

    template_name = "sessions_api/account/end_others.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """End them."""
        sessions = Session.objects.on_primary().for_user(request.user)
        if self.current_id is not None:
            sessions = sessions.exclude(pk=self.current_id)
        counts = revocation.end_many(request, sessions)
        text = ngettext(
            "%(number)d session is signed out.",
            "%(number)d sessions are signed out.",
            counts.ended,
        )
        _tell(request, text % {"number": counts.ended}, counts.in_force_by)
        return HttpResponseRedirect(reverse("sessions_api_account:sessions"))


def _tell(request: HttpRequest, text: str, in_force_by: datetime | None) -> None:
    """Say what was done, where the site has Django's messages."""
    if in_force_by is None:
        messages.success(request, text, fail_silently=True)
        return
    moment = date_format(description.local(in_force_by), "TIME_FORMAT")
    pending = _("Not everything could be deleted yet. It is refused from %(moment)s on.")
    messages.warning(request, f"{text} {pending % {'moment': moment}}", fail_silently=True)


def _after_sign_out() -> str:
    return resolve_url(settings.LOGOUT_REDIRECT_URL or settings.LOGIN_URL)
