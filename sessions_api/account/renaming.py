"""The page on which users name a session."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.urls import reverse
from django.views.generic import FormView

from sessions_api import lifecycle, policy
from sessions_api.account.cards import card_of
from sessions_api.account.forms import LabelForm
from sessions_api.account.page import OwnPage
from sessions_api.models import Session

if TYPE_CHECKING:
    LabelFormView = FormView[LabelForm]
else:
    LabelFormView = FormView


class RenameView(OwnPage, LabelFormView):
    """Gives one session the name that the user wants. A blank name removes it."""

    form_class = LabelForm
    template_name = "sessions_api/account/rename.html"

    @cached_property
    def session(self) -> Session:
        """Return the session that the URL names. 403 for one that is somebody else's."""
        session = self.get_session()
        if not policy.may_rename(self.request.user, session):
            raise PermissionDenied
        return session

    def get_initial(self) -> dict[str, Any]:
        return {"label": self.session.label}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, card=card_of(self.request, self.session))

    def get_success_url(self) -> str:
        return reverse("sessions_api_account:sessions")

    def form_valid(self, form: LabelForm) -> HttpResponse:
        lifecycle.rename(self.session, form.cleaned_data["label"])
        return super().form_valid(form)
