"""What all views of sessions have in common."""

import builtins
import logging
from collections.abc import Iterable, Mapping, Sequence, Set
from contextlib import suppress
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db import InterfaceError, InternalError, OperationalError
from django.http import Http404
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from rest_framework import parsers, status
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import (
    APIException,
    MethodNotAllowed,
    NotAuthenticated,
    NotFound,
    ValidationError,
)
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from sessions_api import revocation, validity
from sessions_api.api.bodies import refuse_too_large
from sessions_api.api.errors import refuse_parameters
from sessions_api.api.pagination import SessionPagination
from sessions_api.api.parsers import JSONParser
from sessions_api.api.refusals import limit_reached
from sessions_api.api.routes import Mounted
from sessions_api.api.serializers import SessionSerializer
from sessions_api.api.times import utc
from sessions_api.authentication import SessionEnded, SessionTokenAuthentication, Unavailable
from sessions_api.exceptions import ReauthenticationRequired, SessionLimitReached
from sessions_api.listing.filters import SessionFilter
from sessions_api.models import Session
from sessions_api.permissions import proof_required
from sessions_api.tracking import over
from sessions_api.tracking.current import current_session_id

logger = logging.getLogger("sessions_api.api")

END_PENDING = "end_pending"
NO_SUCH_SESSION = _("There is no such session.")

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
        """Answer a body that is too large with 413, and a method that a URL does not have with 405."""
        # Before anything can read it, as a check for CSRF does.
        refuse_too_large(request._request)
        if not self.action:
            # The browsable API shows a page, which needs the user and the renderer.
            with suppress(APIException, Http404):
                super().initial(request, *args, **kwargs)
            raise MethodNotAllowed(str(request.method))
        super().initial(request, *args, **kwargs)
        if request.method != "OPTIONS":
            refuse_parameters(request, but=self.known_parameters())

    def known_parameters(self) -> Set[str]:
        """Return the query parameters that the action takes."""
        if self.action != "list":
            return frozenset()
        return {*self.filterset_class.base_filters, *SessionPagination.query_params}

    def get_object(self) -> Session:
        """Return the session that the URL names. One text for all that the caller may not see."""
        try:
            return super().get_object()
        except Http404 as error:
            raise NotFound(NO_SUCH_SESSION) from error

    def handle_exception(self, exc: Exception) -> Response:
        """Answer 401 with the reason where the browser's session is over, 403 with a code where a proof
        is missing or a limit is reached, and 503 while the database does not answer, or takes no writes.
        """
        if isinstance(exc, NotAuthenticated) and (found := over.find(self.request)):
            exc = SessionEnded(found.reason)
        if isinstance(exc, ReauthenticationRequired):
            exc = proof_required(self.request)
        if isinstance(exc, SessionLimitReached):
            exc = limit_reached(exc)
        if isinstance(exc, OperationalError | InternalError | InterfaceError):
            logger.error("The database cannot be used.", exc_info=exc)
            exc = Unavailable()
        return super().handle_exception(exc)

    def list(self, request: Request, **kwargs: object) -> Response:
        """Return a page of the sessions that are in a state that was asked for.

        The table alone does not know the states. Where few of many sessions are in this one, a page
        can be short, or empty. Only ``"next": null`` is the end. ``network`` is there where an IP address
        that was asked for stands for its network.
        """
        filterset = self.filterset_class(request.query_params, self.get_queryset(), request=request)
        if not filterset.is_valid():
            raise ValidationError(filterset.errors)
        verdicts: Verdicts = {}

        def in_state(sessions: builtins.list[Session]) -> builtins.list[Session]:
            verdicts.update(self._judge(sessions))
            return [each for each in sessions if filterset.shows(verdicts[each.pk])]

        paginator = cast(SessionPagination, self.paginator)
        page = paginator.page_of(filterset.qs, request, in_state)
        response = paginator.get_paginated_response(self._serialize(page, verdicts, many=True))
        if meant := filterset.network_meant:
            response.data["network"] = meant
        return response

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
