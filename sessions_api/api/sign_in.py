"""Signing in for a token, by whatever the site's TOKEN_SIGN_IN says."""

from collections.abc import Mapping

from django.contrib.auth import user_logged_in
from django.db import router, transaction
from django.utils.module_loading import import_string
from django.views.decorators.debug import sensitive_variables
from rest_framework.request import Request

from sessions_api import lifecycle, users
from sessions_api.conf import conf
from sessions_api.exceptions import InvalidCredentials, SignInDisabled
from sessions_api.lifecycle import Issued
from sessions_api.models import Session
from sessions_api.tracking import token


def check_is_on() -> None:
    """Raise SignInDisabled on a site that signs nobody in for a token."""
    if conf.TOKEN_SIGN_IN is None:
        raise SignInDisabled


@sensitive_variables()
def sign_in(request: Request, credentials: Mapping[str, object], *, label: str) -> Issued:
    """Return a new token session.

    Django's signals are sent. A receiver of ``user_logged_in`` that raises takes the token back.
    The browser's session, if there is one, is left alone. Raises SessionLimitReached, and what
    TOKEN_SIGN_IN raises.
    """
    said = import_string(str(conf.TOKEN_SIGN_IN))(request._request, credentials)
    if said is None or users.is_deactivated(said.user):
        raise InvalidCredentials
    user = said.user
    with transaction.atomic(using=router.db_for_write(Session)):
        issued = lifecycle.issue_token(
            user,
            request=request._request,
            label=label,
            backend=said.backend,
            methods=said.methods,
        )
        token.issue(request)
        user_logged_in.send(sender=type(user), request=request._request, user=user)
    return issued
