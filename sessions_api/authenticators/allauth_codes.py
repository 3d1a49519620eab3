"""The second factors of allauth.mfa that are codes: authenticator apps and recovery codes."""

from typing import Any

from django.apps import apps
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from sessions_api.authenticators.scratch import scratch
from sessions_api.exceptions import TooManyAttempts

TOO_MANY = "too_many_login_attempts"
"""The code of the error by which allauth says that it has counted too many attempts."""


def is_asked_of(user: AbstractBaseUser) -> bool:
    """Tell whether allauth's own login would ask a user for a second factor, of whatever kind."""
    if not apps.is_installed("allauth.mfa"):
        return False
    from allauth.mfa.adapter import get_adapter
    from allauth.mfa.models import Authenticator

    types = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return bool(get_adapter().is_mfa_enabled(user, types))


def methods(user: AbstractBaseUser) -> list[str]:
    """Return the words of the codes that a user has: ``totp``, ``recovery_codes``."""
    if not is_asked_of(user):
        return []
    from allauth.mfa.models import Authenticator

    types = Authenticator.objects.filter(user_id=user.pk).values_list("type", flat=True)
    return sorted({str(each) for each in types} & {"totp", "recovery_codes"})


@sensitive_variables()
def confirm(request: HttpRequest, user: AbstractBaseUser, code: str) -> str | None:
    """Return the word of the method that takes a code, or None. Raises TooManyAttempts."""
    if not methods(user):
        return None
    from allauth.core.context import request_context
    from allauth.mfa import app_settings
    from allauth.mfa.base.forms import AuthenticateForm
    from allauth.utils import get_form_class

    form_class: Any = get_form_class(app_settings.FORMS, "authenticate", AuthenticateForm)
    with request_context(scratch(request)):
        form = form_class(data={"code": code}, user=user)
        if form.is_valid():
            form.save()
            return str(form.authenticator.type)
    if form.has_error("code", TOO_MANY):
        raise TooManyAttempts
    return None
