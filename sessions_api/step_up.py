"""What a view may require beyond being signed in: a recent proof, or an assurance level."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from sessions_api import policy, reauthentication
from sessions_api.conf import conf
from sessions_api.tracking.current import current_session


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """A proof that is no older than ``max_age``, and an assurance level of at least ``level``.

    None: not required.
    """

    max_age: timedelta | None = None
    level: int | None = None

    def is_met(self, request: HttpRequest) -> bool:
        """Tell whether the session of a Django or DRF request has what is required."""
        if self.max_age is None and self.level is None:
            return True
        session = current_session(request)
        if not policy.is_recently_authenticated(session, self.max_age):
            return False
        return self.level is None or policy.has_level(session, self.level)

    @property
    def code(self) -> str:
        """Return the word by which a client tells what is missing."""
        return "reauthentication_required" if self.level is None else "insufficient_level"

    @property
    def challenge(self) -> str:
        """Return the value of ``WWW-Authenticate`` for a token (RFC 9470, section 3)."""
        parts = ['Bearer realm="api"', 'error="insufficient_user_authentication"']
        if self.level is not None:
            parts.append(f'acr_values="aal{self.level}"')
        if self.max_age is not None:
            parts.append(f"max_age={int(self.max_age.total_seconds())}")
        return ", ".join(parts)


DEFAULT_PROOF_AGE = timedelta(minutes=10)
"""How long ago a proof may have been to make a token, where REAUTHENTICATION_AGE is None."""


def to_make_token() -> Requirement:
    """Return what it takes to make a token of a session.

    A recent proof is always asked for, so that a script in a page cannot turn a cookie into a token.
    """
    return Requirement(max_age=conf.REAUTHENTICATION_AGE or DEFAULT_PROOF_AGE)


def refusal(request: HttpRequest, requirement: Requirement) -> dict[str, Any]:
    """Return the body that tells a client what is missing, and by which ``methods`` it can be given.

    Whoever can prove nothing here finds in ``login_url`` where to sign in again.
    """
    session = current_session(request)
    methods = reauthentication.methods_of_session(session) if session is not None else []
    body = {"code": requirement.code, "methods": methods}
    if methods:
        return {"detail": _("Confirm who you are first."), **body}
    return {
        "detail": _("Sign in again first."),
        **body,
        "login_url": reauthentication.login_url(),
    }


def refuse(request: HttpRequest, requirement: Requirement) -> HttpResponse | None:
    """Return the answer to a request that lacks what a view requires, or None if it has it.

    That is a redirect to the page for it, or to the login; for a client that wants JSON it is 403, or
    401 for somebody who is not signed in.
    """
    if not request.user.is_authenticated:
        if not _wants_json(request):
            return redirect_to_login(request.get_full_path())
        return JsonResponse(
            {"detail": _("Sign in first."), "code": "not_authenticated"}, status=401
        )
    if requirement.is_met(request):
        return None
    if not _wants_json(request):
        return _to_confirmation(request, requirement)
    answer = JsonResponse(refusal(request, requirement), status=403)
    answer.headers["WWW-Authenticate"] = requirement.challenge
    return answer


def _wants_json(request: HttpRequest) -> bool:
    preferred = request.get_preferred_type(["text/html", "application/json"])
    return preferred == "application/json"


def confirmation_url(came_from: str, *, level: int | None = None) -> str | None:
    """Return the page where users confirm who they are and go on. None on a site without it."""
    query = {REDIRECT_FIELD_NAME: came_from} if came_from else {}
    if level is not None:
        query["level"] = str(level)
    try:
        page = reverse("sessions_api_account:confirm")
    except NoReverseMatch:
        return None
    return f"{page}?{urlencode(query)}" if query else page


def _to_confirmation(request: HttpRequest, requirement: Requirement) -> HttpResponseRedirect:
    # After a form was sent, its page is what can be asked for again.
    came_from = request.get_full_path() if request.method in ("GET", "HEAD") else ""
    page = confirmation_url(came_from, level=requirement.level)
    return redirect_to_login(came_from or "/") if page is None else HttpResponseRedirect(page)
