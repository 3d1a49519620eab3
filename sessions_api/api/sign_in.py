"""Signing in for a token, and proving again who one is."""

from django.contrib.auth import authenticate, update_session_auth_hash, user_logged_in
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import router, transaction
from django.db.models import Q
from django.views.decorators.debug import sensitive_variables
from rest_framework.request import Request

from sessions_api import lifecycle, payload
from sessions_api.lifecycle import Issued, tokens
from sessions_api.models import Kind, Session
from sessions_api.tracking import login, token


@sensitive_variables()
def sign_in(request: Request, *, user_name: str, password: str, label: str) -> Issued | None:
    """Return a new token session. None where no authentication backend takes the credentials.

    Django's signals are sent. A receiver of ``user_logged_in`` that raises takes the token back.
    The browser's session, if there is one, is left alone. Raises SessionLimitReached.
    """
    user = _authenticate(request, user_name, password)
    if user is None:
        return None
    with transaction.atomic(using=router.db_for_write(Session)):
        issued = lifecycle.issue_token(
            user, request=request._request, label=label, methods=["password"]
        )
        token.issue(request)
        user_logged_in.send(sender=type(user), request=request._request, user=user)
    return issued


@sensitive_variables()
def confirmed(request: Request, *, password: str) -> AbstractBaseUser | None:
    """Return the caller as their authentication backend gives them now. None: a wrong password.

    Django may just have stored the password anew. The user that the request has is stale then.
    """
    user = _authenticate(request, request.user.get_username(), password)
    return user if user is not None and user.pk == request.user.pk else None


@sensitive_variables()
def renew(request: Request, session: Session, user: AbstractBaseUser) -> str | None:
    """Give a new credential to the session of a caller who has proved who they are.

    Returns the new token of a token session, and "" for a browser's, whose cookie changes. The CSRF
    token of the page stays valid. Returns None, and changes nothing, for a session that has ended
    meanwhile or has got another token.
    """
    pk = session.pk
    new_token = tokens.reauthenticated(session, user)
    if session.kind == Kind.BROWSER and new_token is not None:
        request.session[payload.ID_KEY] = str(session.pk)
        if session.pk != pk:
            login.go_on_as(request, session, superseded=Q(pk=pk))
        update_session_auth_hash(request._request, user)  # type: ignore[arg-type]  # the stubs know one user model
    return new_token


@sensitive_variables()
def _authenticate(request: Request, user_name: str, password: str) -> AbstractBaseUser | None:
    # As Django's own form does, whatever USERNAME_FIELD is.
    return authenticate(request._request, username=user_name, password=password)
