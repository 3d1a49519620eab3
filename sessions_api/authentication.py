"""Authentication by a token of ours, for Django REST framework."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from sessions_api import credentials
from sessions_api.models import Kind, Session
from sessions_api.tracking import token as tokens


class SessionTokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer <token>`` or ``X-Session-Token: <token>`` (RFC 6750, section 2.1).

    ``request.auth`` is the ``Session``. A token whose prefix is not TOKEN_PREFIX is left to the next
    authenticator. A token of ours that is not valid, and two different ones, are 401. A token in the
    URL is ignored (ASVS 14.2.1). It takes one query, which reads the user, too, unless a backend has
    a ``get_user`` of its own or the users' default manager leaves some out.
    """

    @sensitive_variables()
    def authenticate(self, request: Request) -> tuple[AbstractBaseUser, Session] | None:
        tokens_sent = self.presented(request)
        if not tokens_sent:
            return None
        if len(tokens_sent) > 1:
            raise AuthenticationFailed(_("Two different tokens were sent."))
        session = find(tokens_sent.pop())
        if session is None or not tokens.present(request, session):
            raise AuthenticationFailed(_("This token is not valid, or not any more."))
        return session.user, session

    def authenticate_header(self, request: Request) -> str:
        # RFC 6750, section 3.
        error = ', error="invalid_token"' if self.presented(request) else ""
        return f'Bearer realm="api"{error}'

    @sensitive_variables()
    def presented(self, request: Request) -> set[str]:
        """Return the tokens of ours that a request presents."""
        candidates = {bearer(request), in_header(request)}
        return {candidate for candidate in candidates if _is_ours(candidate)}


@sensitive_variables()
def bearer(request: Request) -> str:
    """Return what ``Authorization: Bearer`` presents, or "" (RFC 6750, section 2.1)."""
    scheme, _, credential = request.headers.get("Authorization", "").partition(" ")
    return credential.strip() if scheme.lower() == "bearer" else ""


def in_header(request: Request) -> str:
    """Return what ``X-Session-Token`` presents, or ""."""
    return request.headers.get("X-Session-Token", "").strip()


@sensitive_variables()
def find(token: str) -> Session | None:
    """Return the session of a token, whatever its state, with its user. None for no such token."""
    if not credentials.is_well_formed(token):
        return None
    sessions = Session.objects.on_primary().select_related("user")
    return sessions.filter(key_digest=credentials.digest(token), kind=Kind.TOKEN).first()


@sensitive_variables()
def _is_ours(candidate: str) -> bool:
    """Tell a token of this site from others. It may be older than the last change of TOKEN_PREFIX."""
    return credentials.is_token(candidate) or find(candidate) is not None
