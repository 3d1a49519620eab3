"""Credentials in Hanko's way: one after the other, until one is valid."""

from contextlib import suppress

from django.contrib.auth.base_user import AbstractBaseUser
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from sessions_api.authentication import SessionTokenAuthentication
from sessions_api.models import Session


class TokenAuthentication(SessionTokenAuthentication):
    """A token of ours. One that is not valid counts as none, so that the cookie is tried next."""

    def authenticate(self, request: Request) -> tuple[AbstractBaseUser, Session] | None:
        with suppress(AuthenticationFailed):
            return super().authenticate(request)
        return None
