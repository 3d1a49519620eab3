"""The password of a user who is known, as the site's authentication backends take it."""

from collections.abc import Iterator

from django.apps import apps
from django.contrib.auth import authenticate, get_backends, get_user_model
from django.contrib.auth.backends import BaseBackend, ModelBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from sessions_api.authenticators.allauth_codes import TOO_MANY
from sessions_api.exceptions import TooManyAttempts

WORD = "password"


def methods(user: AbstractBaseUser) -> list[str]:
    """Return ``["password"]`` for a user who may have one.

    A user whom a backend other than ModelBackend checks, as of LDAP, has none in the users' table.
    """
    may_have_one = user.has_usable_password() or any(_checks_elsewhere(one) for one in _custom())
    return [WORD] if may_have_one else []


@sensitive_variables()
def confirm(request: HttpRequest, user: AbstractBaseUser, password: str) -> str | None:
    """Return ``password`` if it is the user's, or None. Raises TooManyAttempts."""
    if apps.is_installed("allauth.account"):
        return WORD if _is_by_allauth(request, user, password) else None
    for names in _names(user):
        found = authenticate(request, **names, password=password)
        if found is not None and found.pk == user.pk:
            return WORD
    return None


@sensitive_variables()
def _is_by_allauth(request: HttpRequest, user: AbstractBaseUser, password: str) -> bool:
    from allauth.account.adapter import get_adapter
    from allauth.core.context import request_context

    with request_context(request):
        try:
            return bool(get_adapter(request).reauthenticate(user, password))
        except ValidationError as error:
            if error.code == TOO_MANY:
                raise TooManyAttempts from error
            return False


def _names(user: AbstractBaseUser) -> Iterator[dict[str, str]]:
    """Yield what may be the user's name: as Django's own form gives it, then their e-mail address.

    Each failure is told to packages that count them, so nothing is tried that cannot help.
    """
    yield {"username": user.get_username()}
    email = getattr(user, get_user_model().get_email_field_name(), "")
    if email and email != user.get_username() and any(_custom()):
        yield {"username": email}
        yield {"email": email}


def _custom() -> list[BaseBackend]:
    """Return the backends that give users, and check their credentials in a way of their own."""
    return [
        backend
        for backend in get_backends()
        if getattr(type(backend), "get_user", BaseBackend.get_user) is not BaseBackend.get_user
        and type(backend).authenticate is not ModelBackend.authenticate
    ]


def _checks_elsewhere(backend: BaseBackend) -> bool:
    return not isinstance(backend, ModelBackend)
