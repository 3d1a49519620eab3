"""Credentials as Ory Kratos reads them: X-Session-Token, then the cookie, then Authorization."""

from rest_framework.request import Request

from sessions_api import authentication, credentials
from sessions_api.authentication import SessionTokenAuthentication
from sessions_api.dialects.authentication import CookieAuthentication


class HeaderAuthentication(SessionTokenAuthentication):
    """``X-Session-Token``: if it is there, nothing else counts, even if it is wrong."""

    def presented(self, request: Request) -> set[str]:
        """Return the token."""
        return {authentication.in_header(request)} - {""}


class AuthorizationAuthentication(SessionTokenAuthentication):
    """``Authorization: Bearer <token>``; some of Ory's clients leave the word Bearer out."""

    def presented(self, request: Request) -> set[str]:
        """Return the token."""
        bare = request.headers.get("Authorization", "")
        token = bare if credentials.is_token(bare) else authentication.bearer(request)
        return {token} - {""}


class ReadingCookieAuthentication(CookieAuthentication):
    """The cookie where no method changes anything."""

    def enforce_csrf(self, request: Request) -> None:
        """Let every origin ask."""


TO_ACT = (HeaderAuthentication, CookieAuthentication, AuthorizationAuthentication)
TO_READ = (HeaderAuthentication, ReadingCookieAuthentication, AuthorizationAuthentication)
