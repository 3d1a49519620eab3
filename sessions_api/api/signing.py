"""Signing in with credentials, and proving it again."""

from typing import Any

from django.contrib.auth import authenticate, get_user_model, user_logged_in
from django.db import router, transaction
from django.middleware.csrf import rotate_token
from django.views.decorators.debug import sensitive_variables
from rest_framework.request import Request

from sessions_api import lifecycle, visit
from sessions_api.lifecycle import Issued
from sessions_api.models import Session


@sensitive_variables()
def sign_in(request: Request, *, user_name: str, password: str, label: str) -> Issued | None:
    """Return a new token session, or None where no authentication backend takes the credentials.

    Django's signals are sent. A receiver of ``user_logged_in`` that raises takes the token back.
    Raises SessionLimitReached. The browser's session, if there is one, is left alone.
    """
    user = _authenticate(request, user_name, password)
    if user is None:
        return None
    with transaction.atomic(using=router.db_for_write(Session)):
        issued = lifecycle.issue_token(user, request=request._request, label=label)
        this_visit = visit.of(request)
        if this_visit is not None:
            this_visit.token = issued.session
        user_logged_in.send(sender=type(user), request=request._request, user=user)
    return issued


@sensitive_variables()
def reauthenticate(request: Request, session: Session, *, password: str) -> tuple[bool, str | None]:
    """Have the caller prove who she is, and give her session a new credential.

    Returns whether the password was right, and the new token if it is a token session.
    """
    user = _authenticate(request, request.user.get_username(), password)
    if user is None or user.pk != request.user.pk:
        return False, None
    token = lifecycle.reauthenticated(session)
    if token is None:
        request._request.session.cycle_key()
        rotate_token(request._request)
    return True, token


@sensitive_variables()
def _authenticate(request: Request, user_name: str, password: str) -> Any:
    name_field = get_user_model().USERNAME_FIELD
    return authenticate(request._request, **{name_field: user_name, "password": password})
