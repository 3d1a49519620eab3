"""What users can prove who they are with: a password, and the codes of packages that sites install.

Each is used for two things: to confirm who the user of a session is (REAUTHENTICATORS), and, the
codes, as the second factor of a sign-in. The packages check their codes themselves, and take each
once. None of them needs to be installed.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from django.apps import apps
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from sessions_api.authenticators import allauth_codes, otp_devices, passwords

Confirm: TypeAlias = Callable[[HttpRequest, AbstractBaseUser, str], str | None]


class Authenticator:
    """A callable for REAUTHENTICATORS that looks at one field of what the user has sent."""

    def __init__(
        self,
        field: str,
        methods: Callable[[AbstractBaseUser], list[str]],
        confirm: Confirm,
        *,
        in_allauth: str | None = None,
    ) -> None:
        self.field = field
        """The field of the request's body that it looks at."""
        self._methods, self._confirm = methods, confirm
        self._in_allauth = in_allauth

    def methods(self, user: AbstractBaseUser) -> list[str]:
        """Return the words of the methods that a user has, such as ``["totp"]``."""
        return self._methods(user) if self._is_on() else []

    @sensitive_variables()
    def __call__(
        self, request: HttpRequest, user: AbstractBaseUser, data: Mapping[str, object]
    ) -> str | None:
        """Return the word of the method by which the data prove who the user is, or None.

        Raises TooManyAttempts where a package of the site has counted too many.
        """
        value = data.get(self.field)
        is_given = isinstance(value, str) and value and self._is_on()
        return self._confirm(request, user, str(value)) if is_given else None

    def _is_on(self) -> bool:
        """Tell whether allauth takes this to confirm who somebody is, where the site tells it what."""
        if self._in_allauth is None or not apps.is_installed("allauth.account"):
            return True
        from allauth.account import app_settings

        taken = getattr(app_settings, "REAUTHENTICATION_METHODS", None)
        return taken is None or self._in_allauth in taken


password = Authenticator("password", passwords.methods, passwords.confirm, in_allauth="password")
"""The user's password, as any of the site's authentication backends takes it."""

otp_device = Authenticator("otp", otp_devices.methods, otp_devices.confirm)
"""A code of a confirmed device of django-otp."""

allauth_code = Authenticator("otp", allauth_codes.methods, allauth_codes.confirm, in_allauth="mfa")
"""A code of allauth.mfa: of an authenticator app, or a recovery code."""
