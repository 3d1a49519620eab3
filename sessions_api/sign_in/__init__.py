"""Signing in for a token, as the site's own login would: the callables for TOKEN_SIGN_IN.

Such a callable takes a request and the credentials in its body, and returns a ``SignIn``. A site may
write its own. It raises what ``sessions_api.exceptions`` has for refusals: ``SignInRefused`` and the
classes below it.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from sessions_api import users
from sessions_api.exceptions import CredentialsMissing, InvalidCredentials
from sessions_api.sign_in import login_form, second_factor, stages


class SignIn(NamedTuple):
    """Who has signed in, and how."""

    user: AbstractBaseUser
    backend: str
    """The path of the authentication backend that gives the user from now on."""
    methods: Sequence[str]
    """Words such as ``password`` and ``totp``, in their order. Empty where nothing was checked."""


@sensitive_variables()
def password(request: HttpRequest, credentials: Mapping[str, object]) -> SignIn:
    """Sign a user in by ``username`` and ``password``, and by ``otp`` if the site asks for one.

    ``username``, or ``email`` in its place, is whatever the site's own form takes: a user name, an e-mail address, a telephone
    number. What the site asks beyond the password is asked, too: a confirmed device of django-otp,
    the second factor of allauth.mfa, a verified e-mail address and whatever else stands in allauth's
    login. django-axes counts along. Raises SignInRefused, in one of its kinds.
    """
    given = {name: _text(credentials.get(name)) for name in ("username", "password", "otp")}
    given["username"] = given["username"] or _text(credentials.get("email"))
    missing = [name for name in ("username", "password") if not given[name]]
    if missing:
        raise CredentialsMissing(*missing)
    user, email = login_form.check(request, given["username"], given["password"])
    if users.is_deactivated(user):
        raise InvalidCredentials
    stages.check(request, user, email)
    factor = second_factor.check(request, user, given["otp"])
    backend: str = getattr(user, "backend", "")
    return SignIn(user, backend, ["password", *factor])


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
