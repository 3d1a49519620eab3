"""Signing in with credentials, and proving it again."""

from typing import Any

from django.contrib.auth import authenticate, update_session_auth_hash, user_logged_in
from django.db import router, transaction
from django.db.models import Q
from django.views.decorators.debug import sensitive_variables
from rest_framework.request import Request

from sessions_api import lifecycle, visit
from sessions_api.lifecycle import Issued
from sessions_api.models import Kind, Session


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
            this_visit.issued = True
        user_logged_in.send(sender=type(user), request=request._request, user=user)
    return issued


@sensitive_variables()
def confirmed(request: Request, *, password: str) -> Any:
    """Return the caller as her authentication backend has her now, or None: it is not her password.

    Django may have stored the password anew, so that what was loaded before is of no use.
    """
    user = _authenticate(request, request.user.get_username(), password)
    return user if user is not None and user.pk == request.user.pk else None


@sensitive_variables()
def renew(request: Request, session: Session, user: Any) -> str | None:
    """Give the session of a caller who has proved who she is a new credential.

    Returns the new token of a token session, and "" for a browser's, whose cookie changes. The CSRF
    token stays: it was made at the sign-in, and the page that has it goes on. Returns
    None, and changes nothing, for a session that has ended meanwhile, or has another token.
    """
    this_visit, pk = visit.of(request), session.pk
    token = lifecycle.reauthenticated(session, user)
    if session.kind == Kind.BROWSER and token is not None:
        if this_visit is not None and session.pk != pk:
            this_visit.started, this_visit.superseded = session, Q(pk=pk)
        request.session[visit.PAYLOAD_KEY] = str(session.pk)
        update_session_auth_hash(request._request, user)
    return token


@sensitive_variables()
def _authenticate(request: Request, user_name: str, password: str) -> Any:
    # As Django's own form does, whatever USERNAME_FIELD is.
    return authenticate(request._request, username=user_name, password=password)
