"""The caller's own sessions."""

import builtins
import logging
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.db import InterfaceError, InternalError, OperationalError
from django.http import Http404, HttpRequest
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from rest_framework import parsers, serializers, status
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import (
    APIException,
    AuthenticationFailed,
    MethodNotAllowed,
    NotFound,
    PermissionDenied,
    ValidationError,
)
from rest_framework.parsers import BaseParser
from rest_framework.permissions import AllowAny, BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.viewsets import GenericViewSet

from sessions_api import lifecycle, revocation, validity
from sessions_api.api import sign_in
from sessions_api.api.errors import refuse_parameters
from sessions_api.api.pagination import SessionPagination
from sessions_api.api.parsers import JSONParser
from sessions_api.api.routes import Mounted
from sessions_api.api.serializers import (
    CredentialsSerializer,
    IssuedSerializer,
    LabelSerializer,
    PasswordSerializer,
    SessionSerializer,
)
from sessions_api.api.throttling import IPAddressThrottle, UserNameThrottle
from sessions_api.api.times import utc
from sessions_api.authentication import SessionTokenAuthentication, Unavailable
from sessions_api.listing.filters import SessionFilter
from sessions_api.models import Session, SessionQuerySet
from sessions_api.permissions import (
    MayEnd,
    MayRename,
    RecentlyAuthenticated,
)
from sessions_api.tracking.current import current_session, current_session_id

logger = logging.getLogger("sessions_api.api")

END_PENDING = "end_pending"

Verdicts = dict[UUID, validity.Verdict]


def ended(in_force_by: datetime | None, body: Mapping[str, object] | None = None) -> Response:
    """Answer an end: 200 with the body, or 204 without one.

    202 where the session engine could not delete a session: the row has ended, and every process
    refuses the session from ``in_force_by`` on at the latest (RFC 9110, section 15.3.3).
    """
    if in_force_by is not None:
        pending = {"code": END_PENDING, "in_force_by": utc(in_force_by)}
        return Response({**(body or {}), **pending}, status=status.HTTP_202_ACCEPTED)
    if body is None:
        return Response(status=status.HTTP_204_NO_CONTENT)
    return Response(body)


@method_decorator(never_cache, name="dispatch")
class SessionViewSet(Mounted, GenericViewSet[Session]):
    """Lists and details of sessions. Each session is judged before it is shown."""

    pagination_class = SessionPagination
    filter_backends = ()  # they would filter the details, too
    filterset_class: type[SessionFilter]
    serializer_class: type[SessionSerializer]

    def get_authenticators(self) -> builtins.list[BaseAuthentication]:
        # Our tokens first, then what the site uses.
        others = [
            one
            for one in super().get_authenticators()
            if not isinstance(one, SessionTokenAuthentication)
        ]
        return [SessionTokenAuthentication(), *others]

    def get_parsers(self) -> builtins.list[BaseParser]:
        # What the site takes, but JSON by a parser that no body can crash.
        return [
            JSONParser() if type(one) is parsers.JSONParser else one
            for one in super().get_parsers()
        ]

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        """Answer a method that a URL does not have with 405, whoever asks."""
        if not self.action:
            # The browsable API shows a page, which needs the user and the renderer.
            with suppress(APIException, Http404):
                super().initial(request, *args, **kwargs)
            raise MethodNotAllowed(str(request.method))
        super().initial(request, *args, **kwargs)

    def handle_exception(self, exc: Exception) -> Response:
        """Answer 503 while the database does not answer, or takes no writes."""
        if isinstance(exc, OperationalError | InternalError | InterfaceError):
            logger.error("The database cannot be used.", exc_info=exc)
            exc = Unavailable()
        return super().handle_exception(exc)

    def list(self, request: Request, **kwargs: object) -> Response:
        """Return a page of the sessions that are in a state that was asked for.

        The table alone does not know the states, so a page can be short, or empty. Only ``"next":
        null`` is the end.
        """
        filterset = self.filterset_class(request.query_params, self.get_queryset(), request=request)
        if not filterset.is_valid():
            raise ValidationError(filterset.errors)
        page = self.paginate_queryset(filterset.qs) or []
        verdicts = self._judge(page)
        shown = [session for session in page if filterset.shows(verdicts[session.pk])]
        return self.get_paginated_response(self._serialize(shown, verdicts, many=True))

    def retrieve(self, request: Request, pk: str) -> Response:
        """Return one session, in whatever state."""
        return self._show(self.get_object())

    def destroy(self, request: Request, pk: str) -> Response:
        """End one session; 204, also when it has ended before. 202: see ``ended``."""
        return ended(revocation.end(request, self.get_object()))

    def _show(self, session: Session) -> Response:
        return Response(self._serialize(session, self._judge([session])))

    def _judge(self, sessions: Iterable[Session]) -> Verdicts:
        return validity.judge(sessions, known=[self.request.user])

    def _serialize(
        self,
        sessions: Session | Sequence[Session],
        verdicts: Verdicts,
        *,
        many: bool = False,
    ) -> object:
        context = self._context(verdicts)
        return self.serializer_class(sessions, many=many, context=context).data

    def _context(self, verdicts: Verdicts) -> dict[str, Any]:
        current_id = current_session_id(self.request)
        return {**self.get_serializer_context(), "verdicts": verdicts, "current_id": current_id}


@method_decorator(sensitive_post_parameters("password"), name="dispatch")
class OwnSessionViewSet(SessionViewSet):
    """The caller's own sessions. The id of somebody else's is 404, like one that nobody has.

    A session by which somebody acts as the caller is shown. To end it is for its owner and for staff.
    """

    serializer_class = SessionSerializer
    filterset_class = SessionFilter
    permissions: ClassVar[dict[str, type[BasePermission]]] = {
        "rename": MayRename,
        "destroy": MayEnd,
        "end_others": RecentlyAuthenticated,
    }
    bodies: ClassVar[dict[str, type[serializers.BaseSerializer[Any]]]] = {
        "rename": LabelSerializer,
        "sign_in": CredentialsSerializer,
        "reauthenticate": PasswordSerializer,
    }

    def get_queryset(self) -> SessionQuerySet:
        return Session.objects.on_primary().seen_by(self.request.user).known()

    def get_permissions(self) -> builtins.list[BasePermission]:
        if self.action == "sign_in":
            return [AllowAny()]
        permission = self.permissions.get(self.action or "", BasePermission)
        return [IsAuthenticated(), permission()]

    def get_serializer_class(self) -> type[Any]:
        """Return the serializer of a request's body, for OPTIONS and for forms of the browsable API.

        By the method, not by the action: DRF asks for other methods than the one in hand.
        """
        method = str(self.request.method).lower()
        return self.bodies.get(self.action_map.get(method, ""), self.serializer_class)

    def get_throttles(self) -> builtins.list[BaseThrottle]:
        takes_password = self.action in ("sign_in", "reauthenticate")
        ours = [UserNameThrottle(), IPAddressThrottle()] if takes_password else []
        return [*super().get_throttles(), *ours]

    def user_name(self, request: Request) -> str:
        """Return the user name whose password the request tries, or "". For the throttle."""
        if self.action == "reauthenticate":
            return str(request.user.get_username())
        given = request.data.get("username") if isinstance(request.data, Mapping) else None
        return given if isinstance(given, str) else ""

    def initialize_request(self, request: HttpRequest, *args: object, **kwargs: object) -> Request:
        """Authenticate nobody for a sign-in.

        It needs no CSRF token, and a dead token or cookie beside it must not make it fail.
        """
        prepared = super().initialize_request(request, *args, **kwargs)
        if self.action == "sign_in":
            prepared.authenticators = ()
        return prepared

    @sensitive_variables()
    def sign_in(self, request: Request) -> Response:
        """Return a new token session for credentials; 201, with the token, which is shown once.

        401 for credentials that no authentication backend takes.
        """
        credentials = CredentialsSerializer(data=request.data)
        credentials.is_valid(raise_exception=True)
        values = credentials.validated_data
        issued = sign_in.sign_in(
            request,
            user_name=values["username"],
            password=values["password"],
            label=values["label"],
        )
        if issued is None:
            raise AuthenticationFailed(_("No account has this user name and password."))
        context = {**self.get_serializer_context(), "current_id": None, "token": issued.token}
        context["verdicts"] = {issued.session.pk: validity.ACTIVE}
        body = IssuedSerializer(issued.session, context=context).data
        return Response(body, status=status.HTTP_201_CREATED)

    @sensitive_variables()
    def reauthenticate(self, request: Request) -> Response:
        """Confirm the caller's password; 200 and the session, which has a new token or cookie.

        403 for somebody who acts as another user. 401 for a session that ends while the password is checked.
        """
        session = self._current()
        if session.is_impersonated:
            raise PermissionDenied
        body = PasswordSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        password = body.validated_data["password"]
        user = sign_in.confirmed(request, password=password)
        if user is None:
            raise ValidationError({"password": [_("This is not your password.")]})
        token = sign_in.renew(request, session, user)
        if token is None:
            raise AuthenticationFailed(_("This session has ended, or has got another token."))
        context = {**self._context({session.pk: validity.ACTIVE}), "token": token or None}
        return Response(IssuedSerializer(session, context=context).data)

    def end_others(self, request: Request) -> Response:
        """End all sessions except the current one; 200 ``{"ended": n}``. 202: see ``ended``.

        ``?include_current=true`` ends that one, too, and signs the caller out.
        """
        refuse_parameters(request, but={"include_current"})
        current_id = current_session_id(request)
        sessions = Session.objects.on_primary().for_user(request.user)
        if not self._include_current():
            if current_id is None:
                message = _(
                    "This request was not authenticated by a session. Send true to end them all."
                )
                raise ValidationError({"include_current": [message]})
            sessions = sessions.exclude(pk=current_id)
        counts = revocation.end_many(request, sessions)
        return ended(counts.in_force_by, {"ended": counts.ended})

    def rename(self, request: Request, pk: str) -> Response:
        """Rename one session; 200 and the session."""
        session = self.get_object()
        serializer = LabelSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        lifecycle.rename(session, serializer.validated_data["label"])
        return self._show(session)

    def retrieve_current(self, request: Request) -> Response:
        """Return the session that has authenticated this request."""
        return self._show(self._current())

    def destroy_current(self, request: Request) -> Response:
        """Sign out; 204. 202: see ``ended``."""
        return ended(revocation.end(request, self._current()))

    def _current(self) -> Session:
        session = current_session(self.request)
        if session is None:
            raise NotFound(_("This request was not authenticated by a session."))
        return session

    def _include_current(self) -> bool:
        given = self.request.query_params.get("include_current", "false")
        try:
            return bool(serializers.BooleanField().run_validation(given))
        except ValidationError as error:
            raise ValidationError({"include_current": error.detail}) from error
