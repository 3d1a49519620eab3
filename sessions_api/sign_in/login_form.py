"""The form of the site's own login, which knows what signs a user in here."""

import inspect
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.contrib.auth import authenticate, get_backends
from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.urls import NoReverseMatch, Resolver404, get_script_prefix, resolve
from django.views.decorators.debug import sensitive_variables

from sessions_api.authenticators import allauth_codes
from sessions_api.exceptions import InvalidCredentials, SignInIncomplete, TooManyAttempts

IDENTIFIERS = ("username", "login", "email")
"""What forms call the field for the user's name, or for whatever else the site takes."""

_WRONG = ("invalid_login", "inactive")  # of Django's form
_WRONG_BY_ALLAUTH = "_password_mismatch"

LOGINS = {
    "allauth.account.views.LoginView",
    "django.contrib.admin.sites.AdminSite",
    "django.contrib.auth.views.LoginView",
    "django_otp.views.LoginView",
    "two_factor.views.core.LoginView",
}
"""The logins whose questions are known."""


def is_known() -> bool:
    """Tell whether LOGIN_URL leads to a login whose questions are known, with a form that is, too."""
    view = _view()
    if view is None:
        return False
    owner = _owner(view)
    return f"{owner.__module__}.{owner.__qualname__}" in LOGINS


def demands_device() -> bool:
    """Tell whether the site's form takes nobody without a device of django-otp."""
    return hasattr(_of_view(), "clean_otp")


class Checked(NamedTuple):
    """Whom a form has signed in."""

    user: AbstractBaseUser
    email: str | None = None
    """The e-mail address by which they did, where that is known."""


@sensitive_variables()
def check(request: HttpRequest, identifier: str, password: str) -> Checked:
    """Return whom the site's form signs in. Sends Django's signals of a failed login.

    Raises InvalidCredentials, SignInIncomplete where the form asks for more, or has an objection of
    its own, and TooManyAttempts.
    """
    check_form = _check_by_allauth if _is_allauths() else _check_by_django
    return check_form(request, dict.fromkeys(IDENTIFIERS, identifier) | {"password": password})


@sensitive_variables()
def _check_by_django(request: HttpRequest, values: dict[str, str]) -> Checked:
    form = _without_device(_of_view() or AuthenticationForm)(request, data=values)
    if form.is_valid():
        user: AbstractBaseUser | None = form.get_user()
    elif isinstance(refusal := _refusal(form), InvalidCredentials):
        user = _by_email(request, values)
        _ask_form(form, user)
    else:
        raise refusal
    if user is None:
        raise InvalidCredentials
    return Checked(user)


def _ask_form(form: AuthenticationForm, user: AbstractBaseUser | None) -> None:
    """Raise what a form's objection means to a user whom it has not found itself."""
    if user is None:
        return
    try:
        form.confirm_login_allowed(user)  # type: ignore[arg-type]  # the stubs know one user model
    except ValidationError as objection:
        form.add_error(None, objection)
        raise _refusal(form) from objection


@sensitive_variables()
def _by_email(request: HttpRequest, values: dict[str, str]) -> AbstractBaseUser | None:
    """Return whom the backends give that call the name of a user ``email``, and nothing else."""
    if not any(_takes_email_alone(backend) for backend in get_backends()):
        return None
    return authenticate(request, email=values["email"], password=values["password"])


def _takes_email_alone(backend: BaseBackend) -> bool:
    parameters = inspect.signature(backend.authenticate).parameters
    takes_anything = any(each.kind is each.VAR_KEYWORD for each in parameters.values())
    return "email" in parameters and "username" not in parameters and not takes_anything


@sensitive_variables()
def _check_by_allauth(request: HttpRequest, values: dict[str, str]) -> Checked:
    from allauth import app_settings as of_allauth
    from allauth.account import app_settings
    from allauth.account.forms import LoginForm
    from allauth.core.context import request_context
    from allauth.utils import get_form_class

    if of_allauth.SOCIALACCOUNT_ONLY:
        raise SignInIncomplete("socialaccount")  # its login takes no password
    form_class: Any = get_form_class(app_settings.FORMS, "login", LoginForm)
    # Not a copy: django-axes notes on it that somebody is locked out.
    with request_context(request):
        form = form_class(data=values, request=request)
        # Without that field it would check nothing, and have a code sent.
        if "password" not in form.fields:
            raise SignInIncomplete("login_by_code")
        if not form.is_valid():
            raise _refusal(form)
    user: AbstractBaseUser | None = form.user
    if user is None:
        raise InvalidCredentials
    return Checked(user, form.user_credentials().get("email"))


def _refusal(form: BaseForm) -> Exception:
    """Return what a form's errors mean."""
    errors = {name: form.errors.as_data()[name] for name in form.errors}
    codes = [error.code or "" for each in errors.values() for error in each]
    if allauth_codes.TOO_MANY in codes:
        return TooManyAttempts()
    if asked := errors.keys() - {"__all__", "password", *IDENTIFIERS}:
        return SignInIncomplete(min(asked))
    of_form = [error.code or "" for error in errors.get("__all__", [])]
    if any(code not in _WRONG and not code.endswith(_WRONG_BY_ALLAUTH) for code in of_form):
        return SignInIncomplete("login")
    return InvalidCredentials()


def _view() -> Callable[..., Any] | None:
    """Return the view behind LOGIN_URL, or None where it is none of this site's."""
    try:
        url = urlsplit(resolve_url(settings.LOGIN_URL))
        path = f"/{url.path.removeprefix(get_script_prefix())}" if url.path else ""
        return None if url.netloc else resolve(path).func
    except (NoReverseMatch, Resolver404):
        return None


def _owner(view: Callable[..., Any]) -> Any:
    """Return the class of a view, or that of the object whose method it is, or the view itself."""
    bound_to = getattr(view, "__self__", None)
    return type(bound_to) if bound_to is not None else getattr(view, "view_class", view)


def _is_allauths() -> bool:
    """Tell whether the site's login is allauth's: where allauth is, and LOGIN_URL leads to no other."""
    return apps.is_installed("allauth.account") and _of_view() is None


def _of_view() -> type[AuthenticationForm] | None:
    """Return the class of the form that the site's login shows, or None where it is none of Django's."""
    view = _view()
    site: Any = getattr(view, "__self__", None)
    if hasattr(site, "login_form"):
        from django.contrib.admin.forms import AdminAuthenticationForm

        return site.login_form or AdminAuthenticationForm
    options = getattr(view, "view_initkwargs", {})
    owner = getattr(view, "view_class", None)
    names = ("otp_authentication_form", "authentication_form", "form_class")
    candidates = [options.get(name) or getattr(owner, name, None) for name in names]
    steps = options.get("form_list", {})  # of the wizard of two_factor
    for form_class in [*candidates, *steps.values()]:
        if isinstance(form_class, type) and issubclass(form_class, AuthenticationForm):
            return form_class
    return None


def _without_device(form_class: type[AuthenticationForm]) -> type[AuthenticationForm]:
    """Return what a form is but for the device of django-otp, for which we ask ourselves."""
    if not hasattr(form_class, "clean_otp"):
        return form_class
    return type(form_class.__name__, (form_class,), {"clean_otp": lambda self, user: None})
