"""The page to which the mail about a new device leads: "this was not me"."""

from functools import cached_property
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import NoReverseMatch, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.generic import TemplateView

from sessions_api import description, lifecycle
from sessions_api.account.page import PageMixin
from sessions_api.decorators import not_atomic
from sessions_api.lifecycle import devices
from sessions_api.mail import link
from sessions_api.models import Session

PASSWORD_RESETS = ("password_reset", "account_reset_password", "admin_password_reset")
"""The names of password resets: Django's, django-allauth's, the admin's."""


@method_decorator([login_not_required, not_atomic, csrf_protect, never_cache], name="dispatch")
class NewDeviceView(PageMixin, TemplateView):
    """Asks, and by POST ends what was signed in from a new device: whoever has the link may.

    That is the session, those that have taken its place, and all tokens made from them. The device is
    forgotten, and with it the link has done its work. 404 for a link that names no session.
    """

    template_name = "sessions_api/account/new_device.html"

    @cached_property
    def session(self) -> Session | None:
        """Return the session that the link names."""
        return link.session_of(self.kwargs["token"])

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().dispatch(request, *args, **kwargs)
        # The URL is for this site alone.
        response.headers["Referrer-Policy"] = "same-origin"
        return response

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = self.render_to_response(self.get_context_data(**kwargs))
        response.status_code = 200 if self.session else 404
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """End and forget, once. The page says so then."""
        if self.session is not None and self.session.device_digest:
            _end(self.session)
        return HttpResponseRedirect(request.path)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        session = self.session
        return super().get_context_data(
            **kwargs,
            session=session,
            device=description.device_alone(session) if session else "",
            place=description.place_at_sign_in(session) if session else "",
            is_forgotten=session is not None and not session.device_digest,
            password_reset_url=_password_reset_url(),
        )


def _end(session: Session) -> None:
    user = session.user
    since = Q(device_digest=session.device_digest, created_at__gte=session.created_at)
    of_device = Session.objects.for_user(user).filter(since)
    pks = list(of_device.on_primary().values_list("pk", flat=True))
    lifecycle.end_many(Session.objects.filter(Q(pk__in=pks) | Q(parent__in=pks)), by=user)
    devices.forget(session)


def _password_reset_url() -> str:
    """Return where a user of this site can reset their password, or ""."""
    for name in PASSWORD_RESETS:
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return ""
