"""The stages of allauth's login: what it asks between the password and the session."""

import time
from typing import Any

from django.apps import apps
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from sessions_api.authenticators.scratch import scratch
from sessions_api.exceptions import SignInIncomplete
from sessions_api.payload.allauth import note_password


def check(request: HttpRequest, user: AbstractBaseUser, email: str | None) -> None:
    """Raise SignInIncomplete if allauth's login would not sign the user in at once.

    ``email`` is the address by which they have signed in, if it is one. The second factor is left
    out: ``second_factor`` asks for it. The other stages are the site's, whatever they are. Each is
    asked as allauth asks it, on a session that nobody keeps.
    """
    if not apps.is_installed("allauth.account"):
        return
    from allauth.account.models import Login
    from allauth.core.context import request_context
    from allauth.core.exceptions import ImmediateHttpResponse

    copied, login = scratch(request), Login(user=user, email=email)
    note_password(copied.session, user, at=time.time())
    with request_context(copied):
        try:
            stage = _stage_entered(copied, login)
        except ImmediateHttpResponse:
            stage = "login"
    if stage is not None:
        raise SignInIncomplete(stage)


def _stage_entered(request: HttpRequest, login: Any) -> str | None:
    """Return the key of the first stage that is entered. None: none is."""
    from allauth.account.adapter import get_adapter
    from allauth.account.stages import LoginStageController

    options = ("email_verification", "signal_kwargs", "email", "signup", "redirect_url")
    hook_arguments = {name: getattr(login, name) for name in options}
    if get_adapter(request).pre_login(request, login.user, **hook_arguments):
        return "login"
    controller = LoginStageController(request, login)
    for stage in controller.get_stages():
        controller.set_current(stage.key)
        if _is_entered(stage):
            return str(stage.key)
        controller.set_handled(stage.key)
    return None


def _is_entered(stage: Any) -> bool:
    """Tell whether a stage would stop the login.

    Those of allauth that send codes are not run: nobody could give such a code anywhere.
    """
    from allauth.account import stages

    asks = {
        stages.LoginByCodeStage.handle: _asks_for_code,
        stages.PhoneVerificationStage.handle: _asks_for_phone,
        stages.EmailVerificationStage.handle: _asks_for_email,
    }
    if apps.is_installed("allauth.mfa"):
        from allauth.mfa.stages import AuthenticateStage

        asks[AuthenticateStage.handle] = _asks_nothing_here
    if asks_for := asks.get(type(stage).handle):
        return asks_for(stage.login)
    response, goes_on = stage.handle()
    return response is not None or not goes_on


def _asks_nothing_here(login: Any) -> bool:
    return False


def _asks_for_code(login: Any) -> bool:
    from allauth.account.adapter import get_adapter

    return bool(get_adapter().is_login_by_code_required(login))


def _asks_for_phone(login: Any) -> bool:
    from allauth.account import app_settings
    from allauth.account.adapter import get_adapter

    field = app_settings.SIGNUP_FIELDS.get("phone")
    if not field:
        return False
    known = get_adapter().get_phone(login.user)
    if known is None:
        return bool(field["required"])
    _, is_verified = known
    return not is_verified and bool(app_settings.PHONE_VERIFICATION_ENABLED)


def _asks_for_email(login: Any) -> bool:
    from allauth.account.app_settings import EmailVerificationMethod
    from allauth.account.utils import has_verified_email

    is_mandatory = login.email_verification == EmailVerificationMethod.MANDATORY
    return is_mandatory and not has_verified_email(login.user, login.email)
