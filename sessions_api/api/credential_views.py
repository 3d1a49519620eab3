"""The calls that give a credential: a sign-in, a token from a session, and a proof of who one is."""

import builtins
from collections.abc import Mapping
from typing import Any, ClassVar, cast

from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from rest_framework import serializers, status
from rest_framework.exceptions import AuthenticationFailed, NotFound
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from sessions_api import reauthentication, validity
from sessions_api.api import refusals, sign_in
from sessions_api.api.serializers import (
    CredentialsSerializer,
    IssuedSerializer,
    NewTokenSerializer,
    ProofSerializer,
)
from sessions_api.api.session_views import SessionViewSet
from sessions_api.api.throttling import ProofThrottle, SignInThrottle
from sessions_api.exceptions import ProofRefused, SignInRefused
from sessions_api.lifecycle import Issued, tokens
from sessions_api.models import Session
from sessions_api.permissions import (
    MayConfirm,
    MayIssueToken,
    proof_required,
)
from sessions_api.tracking.current import current_session


@method_decorator(sensitive_post_parameters("password", "otp"), name="dispatch")
class CredentialViewSet(SessionViewSet):
    """What the caller gets a new credential by."""

    permissions: ClassVar[dict[str, type[BasePermission]]] = {
        "issue_token": MayIssueToken,
        "reauthenticate": MayConfirm,
    }
    bodies: ClassVar[dict[str, type[serializers.BaseSerializer[Any]]]] = {
        "sign_in": CredentialsSerializer,
        "issue_token": NewTokenSerializer,
        "reauthenticate": ProofSerializer,
    }

    throttles: ClassVar[dict[str, type[BaseThrottle]]] = {
        "sign_in": SignInThrottle,
        "reauthenticate": ProofThrottle,
    }

    def get_throttles(self) -> builtins.list[BaseThrottle]:
        ours = self.throttles.get(self.action or "")
        return [*super().get_throttles(), *([ours()] if ours else [])]

    def user_name(self, request: Request) -> str:
        """Return the name that the request tries to sign in with, or "". For the throttle."""
        if not isinstance(request.data, Mapping):
            return ""
        sent = request.data.get("username") or request.data.get("email")
        return sent if isinstance(sent, str) else ""

    def initialize_request(self, request: HttpRequest, *args: object, **kwargs: object) -> Request:
        """Authenticate nobody for a sign-in.

        It needs no CSRF token, and a dead token or cookie beside it must not make it fail.
        """
        prepared = super().initialize_request(request, *args, **kwargs)
        if self.action == "sign_in":
            prepared.authenticators = ()
        return prepared

    def get_authenticate_header(self, request: Request) -> str:
        """Say nothing, to whoever could not sign in, of a token beside: nobody has looked at it."""
        if self.action == "sign_in":
            return 'Bearer realm="api"'
        return str(super().get_authenticate_header(request))

    def handle_exception(self, exc: Exception) -> Response:
        """Answer a refusal with the error that says why."""
        if isinstance(exc, SignInRefused | ProofRefused):
            exc = refusals.error_of(exc)
        return super().handle_exception(exc)

    def check_permissions(self, request: Request) -> None:
        """Refuse a sign-in on a site without, before it is counted or read."""
        if self.action == "sign_in":
            sign_in.check_is_on()
        super().check_permissions(request)

    @sensitive_variables()
    def sign_in(self, request: Request) -> Response:
        """Return a new token session for credentials; 201, with the token, which is shown once.

        The site says by TOKEN_SIGN_IN whom it signs in. 403 where it does not, with ``"code":
        "sign_in_disabled"``, and where its own login would ask for more. 401 for wrong credentials,
        and where a second factor is missing.
        """
        body = CredentialsSerializer(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        values = {**_sent(request), **body.validated_data}
        label = values.pop("label", "")
        issued = sign_in.sign_in(request, values, label=label)
        return self._show_issued(issued, is_callers=True)

    @sensitive_variables()
    def issue_token(self, request: Request) -> Response:
        """Return a new token made from the caller's session; 201, with the token, shown once.

        It has no more assurance than the session. It ends with the session when that is ended from
        elsewhere or loses its credentials.
        """
        body = NewTokenSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        session = self._current()
        issued = tokens.issue_from(
            session, self._user(), request=request._request, **body.validated_data
        )
        if issued is None:
            raise refusals.session_ended(session)
        return self._show_issued(issued)

    @sensitive_variables()
    def reauthenticate(self, request: Request) -> Response:
        """Confirm who the caller is; 200 and the session, which has a new token or cookie.

        400 on the field of a wrong proof. 403, with where to sign in again, for somebody who can prove
        nothing here. 401 for a session that ends while it is checked.
        """
        session = self._current()
        body = ProofSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        proof = {**_sent(request), **body.validated_data}
        try:
            methods = reauthentication.check(request._request, self._user(), proof)
        except ProofRefused as refusal:
            if not reauthentication.methods_of_session(session):
                raise proof_required(request) from refusal
            raise
        token = reauthentication.renew(request._request, session, methods, proof)
        if token is None:
            raise AuthenticationFailed(_("This session has ended, or has got another token."))
        context = {**self._context({session.pk: validity.ACTIVE}), "token": token or None}
        return Response(IssuedSerializer(session, context=context).data)

    def _current(self) -> Session:
        session = current_session(self.request)
        if session is None:
            raise NotFound(_("This request was not authenticated by a session."))
        return session

    def _user(self) -> AbstractBaseUser:
        return cast(AbstractBaseUser, self.request.user)

    @sensitive_variables()
    def _show_issued(self, issued: Issued, *, is_callers: bool = False) -> Response:
        """Answer with a new session and its token. Whoever has signed in goes on with it."""
        current_id = issued.session.pk if is_callers else None
        context = {**self.get_serializer_context(), "current_id": current_id, "token": issued.token}
        context["verdicts"] = {issued.session.pk: validity.ACTIVE}
        body = IssuedSerializer(issued.session, context=context).data
        return Response(body, status=status.HTTP_201_CREATED)


@sensitive_variables()
def _sent(request: Request) -> dict[str, object]:
    """Return the fields of a body. Those that are not known here are for the site's own code."""
    data: Any = request.data
    return {name: data[name] for name in data}
