"""The page on which users confirm who they are, and go on with what asked for it."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.generic import FormView

from sessions_api import attempts, reauthentication, revocation
from sessions_api.account.forms import ProofForm
from sessions_api.account.page import PageMixin
from sessions_api.decorators import not_atomic
from sessions_api.exceptions import AttemptsNotCounted, ProofRefused, TooManyAttempts
from sessions_api.models import Session
from sessions_api.tracking.current import current_session

if TYPE_CHECKING:
    ProofFormView = FormView[ProofForm]
else:
    ProofFormView = FormView


@method_decorator(
    [not_atomic, sensitive_post_parameters("password", "otp"), csrf_protect, never_cache],
    name="dispatch",
)
class ConfirmView(PageMixin, LoginRequiredMixin, ProofFormView):
    """Asks for a password or a code. The session then has a recent proof, and a new key (ASVS 7.2.4).

    ``?next=`` is where the user goes on, on this site; ``?level=2`` says that two factors are needed.
    """

    form_class = ProofForm
    template_name = "sessions_api/account/confirm.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and self.session is None:
            # Something else than a session of ours has let them in, so nothing can be confirmed here.
            return redirect_to_login(self.get_success_url())
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def session(self) -> Session | None:
        """Return the session of the request."""
        return current_session(self.request)

    @cached_property
    def methods(self) -> list[str]:
        """Return the words of the methods by which the user can confirm."""
        return reauthentication.methods_of_session(self.session) if self.session else []

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "methods": self.methods}

    def get_success_url(self) -> str:
        target = self.request.POST.get(REDIRECT_FIELD_NAME) or self.request.GET.get(
            REDIRECT_FIELD_NAME, ""
        )
        is_ours = url_has_allowed_host_and_scheme(
            target, allowed_hosts={self.request.get_host()}, require_https=self.request.is_secure()
        )
        return target if is_ours else resolve_url("/")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **kwargs,
            next=self.get_success_url(),
            needs_two_factors=self.request.GET.get("level", "") == "2",
            can_confirm=bool(self.methods),
            user_name=self.request.user.get_username(),
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Confirm, or lead to the login, signed out: a login leads on whoever is signed in."""
        if "sign_in_again" not in request.POST:
            return super().post(request, *args, **kwargs)
        target = self.get_success_url()
        revocation.sign_out(request)
        return redirect_to_login(target)

    @sensitive_variables()
    def form_valid(self, form: ProofForm) -> HttpResponse:
        """Confirm, and go on. What is wrong is said on its field."""
        session = self.session
        if session is None or not self.methods:
            return self.form_invalid(form)
        user: Any = self.request.user
        try:
            attempts.count_proof(user, session.pk)
            methods = reauthentication.check(self.request, user, form.cleaned_data)
        except ProofRefused as refusal:
            for name in refusal.fields:
                form.add_error(name, str(refusal.message_of(name)))
            return self.form_invalid(form)
        except (TooManyAttempts, AttemptsNotCounted) as refusal:
            form.add_error(None, str(refusal.message))
            return self.form_invalid(form)
        if reauthentication.renew(self.request, session, methods, form.cleaned_data) is None:
            form.add_error(None, _("This session has ended. Sign in again."))
            return self.form_invalid(form)
        return super().form_valid(form)
