"""What a view may require beyond being signed in: a recent proof, or an assurance level."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from sessions_api import policy, reauthentication
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
