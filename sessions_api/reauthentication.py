"""Proving again who one is: by what a user can, whether what they send is right, and what follows."""

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Q
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.module_loading import import_string
from django.views.decorators.debug import sensitive_variables

from sessions_api import payload, users
from sessions_api.conf import conf
from sessions_api.exceptions import ProofRefused
from sessions_api.lifecycle import tokens
from sessions_api.models import Kind, Session
from sessions_api.tracking import login


def methods_of(user: AbstractBaseUser) -> list[str]:
    """Return the words of the methods by which a user can prove who they are. One query or more."""
    words = [word for each in _authenticators() for word in _words_of(each, user)]
    return list(dict.fromkeys(words))


def methods_of_session(session: Session) -> list[str]:
    """Return the same for the owner of a session. Nothing while somebody acts as them."""
    return [] if session.is_impersonated else methods_of(session.user)


def login_url() -> str:
    """Return where a user signs in again who can prove nothing here."""
    return resolve_url(settings.LOGIN_URL)


@sensitive_variables()
def check(request: HttpRequest, user: AbstractBaseUser, data: Mapping[str, object]) -> list[str]:
    """Return the words of the methods by which the data prove who the user is.

    Each field that is given has to be right. The first one that is not ends the check, so that no code
    is used up beside a wrong password. Raises ProofRefused, with the fields that are wrong, or, where
    nothing was given, with those that could be; and TooManyAttempts.
    """
    proven: dict[str | None, str] = {}
    by_field: dict[str | None, list[Callable[..., Any]]] = {}
    for authenticator in _authenticators():
        by_field.setdefault(getattr(authenticator, "field", None), []).append(authenticator)
    for field, authenticators in by_field.items():
        word = _first_word(authenticators, request, user, data)
        if word is not None:
            proven[field] = word
        elif field is not None and data.get(field):
            raise ProofRefused([field], is_wrong=True)
    if not proven:
        raise ProofRefused(_fields_for(user, by_field), is_wrong=False)
    return list(proven.values())


@sensitive_variables()
def renew(
    request: HttpRequest, session: Session, methods: list[str], data: Mapping[str, object]
) -> str | None:
    """Give a new credential to the session of a caller who has proved who they are, by the data.

    Returns the new token of a token session, and "" for a browser's, whose cookie changes. The CSRF
    token of the page stays valid. Returns None, and changes nothing, for a session that has ended
    meanwhile, has got another token, or lost its credentials to another password.
    """
    # Django may just have stored the password anew. The user that the request has is stale then.
    user = users.stored(session.user_id)
    if user is None or not _has_password_still(user, session.user, data):
        return None
    pk = session.pk
    new_token = tokens.reauthenticated(session, user, methods)
    if session.kind == Kind.BROWSER and new_token is not None:
        request.session[payload.ID_KEY] = str(session.pk)
        for word in methods:
            payload.add_method(request.session, word)
        if session.pk != pk:
            login.go_on_as(request, session, superseded=Q(pk=pk))
        update_session_auth_hash(request, user)  # type: ignore[arg-type]  # the stubs know one user model
    return new_token


@sensitive_variables()
def _has_password_still(
    user: AbstractBaseUser, before: AbstractBaseUser, data: Mapping[str, object]
) -> bool:
    """Tell whether a user's password is what it was before the check, or the one that was given."""
    if users.auth_digest_of(user) == users.auth_digest_of(before):
        return True
    password = data.get("password")
    return isinstance(password, str) and user.check_password(password)


# A function, since error reports would show the data in the frame of a generator.
@sensitive_variables()
def _first_word(
    authenticators: list[Callable[..., Any]],
    request: HttpRequest,
    user: AbstractBaseUser,
    data: Mapping[str, object],
) -> str | None:
    for authenticator in authenticators:
        word: str | None = authenticator(request, user, data)
        if word:
            return word
    return None


def _authenticators() -> list[Callable[..., Any]]:
    return [import_string(path) for path in conf.REAUTHENTICATORS]


def _words_of(authenticator: Callable[..., Any], user: AbstractBaseUser) -> list[str]:
    """Return what an authenticator says that a user has. One that says nothing may suit everybody."""
    methods = getattr(authenticator, "methods", None)
    if methods is None:
        return [getattr(authenticator, "__name__", type(authenticator).__name__)]
    return list(methods(user))


def _fields_for(
    user: AbstractBaseUser, by_field: Mapping[str | None, list[Callable[..., Any]]]
) -> list[str]:
    return [
        field
        for field, authenticators in by_field.items()
        if field is not None and any(_words_of(each, user) for each in authenticators)
    ]
