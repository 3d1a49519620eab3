"""Credentials in Ory Kratos' order: X-Session-Token, then the cookie, then Authorization."""

from rest_framework.request import Request

from sessions_api import authentication, credentials
from sessions_api.authentication import SessionTokenAuthentication
from sessions_api.dialects.authentication import CookieAuthentication


class HeaderAuthentication(SessionTokenAuthentication):
    """``X-Session-Token``. Where it is sent nothing else counts, even if it is wrong."""

    def presented(self, request: Request) -> set[str]:
        return {authentication.in_header(request)} - {""}


class AuthorizationAuthentication(SessionTokenAuthentication):
    """``Authorization: Bearer <token>``; some of Ory's clients leave the word Bearer out."""

    def presented(self, request: Request) -> set[str]:
        bare = request.headers.get("Authorization", "")
        token = bare if credentials.is_token(bare) else authentication.bearer(request)
        return {token} - {""}


class ReadingCookieAuthentication(CookieAuthentication):
    """The cookie at a URL where no method changes anything. Every origin may ask."""

    def enforce_csrf(self, request: Request) -> None:
        return


TO_ACT = (HeaderAuthentication, CookieAuthentication, AuthorizationAuthentication)
TO_READ = (HeaderAuthentication, ReadingCookieAuthentication, AuthorizationAuthentication)
