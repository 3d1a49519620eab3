"""What users can prove who they are with: a password, and the codes of packages that sites install.

Each is used for two things: to confirm who the user of a session is (REAUTHENTICATORS), and, the
codes, as the second factor of a sign-in. The packages check their codes themselves, and take each
once. None of them needs to be installed.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from sessions_api.authenticators import allauth_codes, otp_devices, passwords

Confirm: TypeAlias = Callable[[HttpRequest, AbstractBaseUser, str], str | None]


class Authenticator:
    """A callable for REAUTHENTICATORS that looks at one field of what the user has sent."""

    def __init__(
        self, field: str, methods: Callable[[AbstractBaseUser], list[str]], confirm: Confirm
    ) -> None:
        self.field = field
        """The field of the request's body that it looks at."""
        self.methods = methods
        """Returns the words of the methods that a user has, such as ``["totp"]``."""
        self._confirm = confirm

    @sensitive_variables()
    def __call__(
        self, request: HttpRequest, user: AbstractBaseUser, data: Mapping[str, object]
    ) -> str | None:
        """Return the word of the method by which the data prove who the user is, or None.

        Raises TooManyAttempts where a package of the site has counted too many.
        """
        value = data.get(self.field)
        return self._confirm(request, user, value) if isinstance(value, str) and value else None


password = Authenticator("password", passwords.methods, passwords.confirm)
"""The user's password, as any of the site's authentication backends takes it."""

otp_device = Authenticator("otp", otp_devices.methods, otp_devices.confirm)
"""A code of a confirmed device of django-otp."""

allauth_code = Authenticator("otp", allauth_codes.methods, allauth_codes.confirm)
"""A code of allauth.mfa: of an authenticator app, or a recovery code."""
