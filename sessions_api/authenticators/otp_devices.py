"""The devices of django-otp, and of packages that build on it such as django-two-factor-auth."""

from typing import Any

from django.apps import apps
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from sessions_api import payload

# Their devices take no code that a person could type.
_NO_CODES = ("webauthn", "u2f")


def has_any(user: AbstractBaseUser) -> bool:
    """Tell whether a user has a confirmed device, of whatever kind."""
    return bool(_devices(user))


def methods(user: AbstractBaseUser) -> list[str]:
    """Return the words of a user's confirmed devices that take codes."""
    return sorted({payload.method_of_device(each.persistent_id) for each in _with_codes(user)})


@sensitive_variables()
def confirm(request: HttpRequest, user: AbstractBaseUser, code: str) -> str | None:
    """Return the word of the device that takes a code, or None. Each device counts its failures."""
    if not has_any(user):
        return None
    from django_otp import match_token

    device = match_token(user, code)
    return payload.method_of_device(device.persistent_id) if device is not None else None


def challenge(user: AbstractBaseUser) -> None:
    """Have a user's devices send their codes, if the user has none that makes codes by itself."""
    devices = _with_codes(user)
    if all(device.is_interactive() for device in devices):
        for device in devices:
            if not hasattr(device, "generate_is_allowed") or device.generate_is_allowed()[0]:
                device.generate_challenge()


def _devices(user: AbstractBaseUser) -> list[Any]:
    if not apps.is_installed("django_otp"):
        return []
    from django_otp import devices_for_user

    return list(devices_for_user(user, confirmed=True))


def _with_codes(user: AbstractBaseUser) -> list[Any]:
    return [
        device
        for device in _devices(user)
        if not any(word in device.model_label() for word in _NO_CODES)
    ]
