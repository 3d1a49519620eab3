"""The second factor of a sign-in: whether the site asks a user for one, and whether theirs is right."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from sessions_api import attempts
from sessions_api.authenticators import allauth_codes, otp_devices
from sessions_api.exceptions import (
    InvalidSecondFactor,
    SecondFactorRequired,
    SecondFactorUnsupported,
)
from sessions_api.sign_in import login_form


@sensitive_variables()
def check(request: HttpRequest, user: AbstractBaseUser, code: str) -> list[str]:
    """Return the words of the second factor that a user has given: one, or none if none is asked.

    Raises SecondFactorRequired without a code, InvalidSecondFactor for a wrong one,
    SecondFactorUnsupported where the user has none that is a code, TooManyAttempts and
    AttemptsNotCounted.
    """
    if not _is_asked_of(user):
        return []
    methods = [*otp_devices.methods(user), *allauth_codes.methods(user)]
    if not methods:
        raise SecondFactorUnsupported
    if not code:
        otp_devices.challenge(user)
        raise SecondFactorRequired(list(dict.fromkeys(methods)))
    attempts.count_second_factor(user)
    for confirm in (otp_devices.confirm, allauth_codes.confirm):
        if word := confirm(request, user, code):
            return [word]
    raise InvalidSecondFactor


def _is_asked_of(user: AbstractBaseUser) -> bool:
    return (
        login_form.demands_device() or otp_devices.has_any(user) or allauth_codes.is_asked_of(user)
    )
