"""Credentials as Hanko reads them: one after the other, until one is valid."""

from contextlib import suppress
from typing import Any

from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from sessions_api.authentication import SessionTokenAuthentication
from sessions_api.models import Session


class TokenAuthentication(SessionTokenAuthentication):
    """A token of ours. One that is not valid counts as none, so that the cookie is looked at."""

    def authenticate(self, request: Request) -> tuple[Any, Session] | None:
        """Return the user and the session of a valid token, or None."""
        with suppress(AuthenticationFailed):
            return super().authenticate(request)
        return None
