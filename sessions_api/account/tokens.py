"""The pages of the user's tokens: which there are, and a new one, which is shown once."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.generic import FormView

from sessions_api import policy, step_up
from sessions_api.account.cards import card_of
from sessions_api.account.forms import NewTokenForm
from sessions_api.account.page import OwnPage, makes_tokens
from sessions_api.account.sessions import SessionsView
from sessions_api.exceptions import ReauthenticationRequired, SessionLimitReached
from sessions_api.lifecycle import tokens
from sessions_api.models import Kind, Session, SessionQuerySet
from sessions_api.tracking.current import current_session

if TYPE_CHECKING:
    NewTokenFormView = FormView[NewTokenForm]
else:
    NewTokenFormView = FormView


class TokensView(SessionsView):
    """The user's tokens. 404 on a site without the API that takes them."""

    template_name = "sessions_api/account/tokens.html"

    def refuse(self) -> HttpResponseBase | None:
        if not makes_tokens():
            raise Http404
        return None

    def get_candidates(self) -> SessionQuerySet:
        return super().get_candidates().filter(kind=Kind.TOKEN)


class NewTokenView(OwnPage, NewTokenFormView):
    """Makes a token of the session that makes the request, after a recent proof.

    The answer to the form is the page that shows the token, the only one that ever does: it is not
    kept, so no other page could.
    """

    form_class = NewTokenForm
    template_name = "sessions_api/account/new_token.html"

    @cached_property
    def session(self) -> Session | None:
        """Return the session of the request, if a token can be made of it."""
        session = current_session(self.request)
        return session if session is not None and policy.may_issue_from(session) else None

    def refuse(self) -> HttpResponseBase | None:
        """Lead to the page where users confirm who they are, if they have not just done so."""
        if not makes_tokens():
            raise Http404
        # The page says so where no token can be made.
        if self.session is not None and not step_up.to_make_token().is_met(self.request):
            raise ReauthenticationRequired
        return None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, can_make=self.session is not None)

    @sensitive_variables()
    def form_valid(self, form: NewTokenForm) -> HttpResponse:
        """Make it, and show it. What stands in the way is said on the form."""
        user: Any = self.request.user
        issued = None
        try:
            if self.session is not None:
                issued = tokens.issue_from(
                    self.session, user, request=self.request, **form.cleaned_data
                )
        except SessionLimitReached as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        if issued is None:
            form.add_error(None, _("This session has ended. Sign in again."))
            return self.form_invalid(form)
        context = self.get_context_data(
            card=card_of(self.request, issued.session), token=issued.token
        )
        return self.response_class(
            self.request,
            "sessions_api/account/token_made.html",
            context,
            using=self.template_engine,
        )
