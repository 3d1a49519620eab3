"""The native API's endpoints."""

from typing import Any
from uuid import UUID

from django.contrib.auth import logout
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from sessions_api import lifecycle, validity
from sessions_api.api.pagination import SessionPagination
from sessions_api.api.serializers import SessionSerializer
from sessions_api.models import Session, SessionQuerySet


@method_decorator(never_cache, name="dispatch")
class OwnSessionViewSet(GenericViewSet[Session]):
    """The caller's own sessions. Somebody else's id is answered with 404, as one that never was."""

    permission_classes = (IsAuthenticated,)
    pagination_class = SessionPagination
    serializer_class = SessionSerializer

    def get_queryset(self) -> SessionQuerySet:
        """Return every session of the caller, over or not."""
        return Session.objects.on_primary().for_user(self.request.user).known()

    def list(self, request: Request) -> Response:
        """``GET sessions/``: the active ones, the most recently used first, a page at a time.

        A session that turns out to be dead is dropped from its page, so a page can be short: only
        ``"next": null`` is the end.
        """
        standing = self.get_queryset().not_ended()
        standing = standing.within_deadlines(timezone.now(), slack=validity.expiry_slack())
        page = self.paginate_queryset(standing) or []
        verdicts = self._judge(page)
        active = [session for session in page if verdicts[session.pk] is validity.ACTIVE]
        return self.get_paginated_response(self._serialize(active, verdicts, many=True))

    def end_others(self, request: Request) -> Response:
        """``DELETE sessions/``: end all but the current one; 200 ``{"ended": n}``.

        ``?include_current=true`` ends that one too, and signs the caller out.
        """
        current_id = lifecycle.current_session_id(request)
        include_current = self._include_current()
        if current_id is None and not include_current:
            message = _(
                "This request was not authenticated by a session: say true to end them all."
            )
            raise ValidationError({"include_current": [message]})
        ended = [s for s in validity.active_sessions(request.user) if s.pk != current_id]
        lifecycle.end_all(request.user, except_=current_id, by=request.user)
        count = len(ended)
        if include_current and current_id is not None:
            logout(request._request)
            count += 1
        return Response({"ended": count})

    def retrieve(self, request: Request, pk: str) -> Response:
        """``GET sessions/{id}/``: one, in whatever state."""
        session = self.get_object()
        return Response(self._serialize(session, self._judge([session])))

    def destroy(self, request: Request, pk: str) -> Response:
        """``DELETE sessions/{id}/``: end one; 204, and 204 again when it has ended already."""
        session = self.get_object()
        self._end(session)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def retrieve_current(self, request: Request) -> Response:
        """``GET sessions/current/``: the session this request was authenticated by."""
        session = self._current()
        return Response(self._serialize(session, self._judge([session])))

    def destroy_current(self, request: Request) -> Response:
        """``DELETE sessions/current/``: sign out; 204."""
        self._end(self._current())
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _current(self) -> Session:
        session = lifecycle.current_session(self.request)
        if session is None:
            raise NotFound(_("This request was not authenticated by a session."))
        return session

    def _end(self, session: Session) -> None:
        if session.pk == lifecycle.current_session_id(self.request):
            logout(self.request._request)
        else:
            lifecycle.end(session, by=self.request.user)

    def _include_current(self) -> bool:
        given = self.request.query_params.get("include_current", "false")
        try:
            return bool(serializers.BooleanField().run_validation(given))
        except ValidationError as error:
            raise ValidationError({"include_current": error.detail}) from error

    def _judge(self, sessions: Any) -> dict[UUID, validity.Verdict]:
        return validity.judge(sessions, users=[self.request.user])

    def _serialize(
        self, sessions: Any, verdicts: dict[UUID, validity.Verdict], *, many: bool = False
    ) -> Any:
        context = {
            **self.get_serializer_context(),
            "verdicts": verdicts,
            "current_id": lifecycle.current_session_id(self.request),
        }
        return SessionSerializer(sessions, many=many, context=context).data
