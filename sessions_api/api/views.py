"""The caller's own sessions."""

import builtins
from collections.abc import Set
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from sessions_api import lifecycle, revocation
from sessions_api.api.credential_views import CredentialViewSet
from sessions_api.api.errors import fields_of
from sessions_api.api.refusals import session_ended
from sessions_api.api.serializers import (
    CurrentSessionSerializer,
    LabelSerializer,
    SessionSerializer,
    StatusSerializer,
)
from sessions_api.api.session_views import ended
from sessions_api.authentication import Unavailable
from sessions_api.decorators import not_activity
from sessions_api.lifecycle.updating import Followed
from sessions_api.listing.filters import SessionFilter
from sessions_api.models import Session, SessionQuerySet
from sessions_api.permissions import MayRename
from sessions_api.tracking import keep_alive
from sessions_api.tracking.current import current_session_id


class OwnSessionViewSet(CredentialViewSet):
    """The caller's own sessions. The id of somebody else's is 404, like one that nobody has.

    A session by which somebody acts as the caller is shown. To end it is for its owner and for staff.
    """

    serializer_class = SessionSerializer
    filterset_class = SessionFilter
    permissions: ClassVar[dict[str, type[BasePermission]]] = {
        **CredentialViewSet.permissions,
        "rename": MayRename,
    }
    bodies: ClassVar[dict[str, type[serializers.BaseSerializer[Any]]]] = {
        **CredentialViewSet.bodies,
        "rename": LabelSerializer,
    }

    def get_queryset(self) -> SessionQuerySet:
        return Session.objects.on_primary().seen_by(self.request.user).known()

    def get_permissions(self) -> builtins.list[BasePermission]:
        permission = self.permissions.get(self.action or "", BasePermission)
        return [] if self.action == "sign_in" else [IsAuthenticated(), permission()]

    def get_serializer_class(self) -> type[Any]:
        """Return the serializer of a request's body, for OPTIONS and for forms of the browsable API.

        By the method, not by the action: DRF asks for other methods than the one in hand.
        """
        method = str(self.request.method).lower()
        return self.bodies.get(self.action_map.get(method, ""), self.serializer_class)

    def known_parameters(self) -> Set[str]:
        return {"include_current"} if self.action == "end_others" else super().known_parameters()

    def end_others(self, request: Request) -> Response:
        """End all sessions except the current one; 200 ``{"ended": n}``. 202: see ``ended``.

        ``?include_current=true`` ends that one, too, and signs the caller out.
        """
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
        """Return the session that has authenticated this request, and by what its user can confirm."""
        session = self._current()
        body = CurrentSessionSerializer(session, context=self._context(self._judge([session]))).data
        return Response(body)

    @not_activity
    def retrieve_status(self, request: Request) -> Response:
        """Return when the current session ends, for a page that asks by itself. It is no use of it."""
        session = self._current()
        if session.ended_at is not None:  # this process has admitted it by what it remembers
            raise session_ended(session)
        keep_alive.follow_engine(request, session)
        return self._show_status(session)

    def keep_alive(self, request: Request) -> Response:
        """Use the current session, and return when it ends now; 200 as for its status.

        IDLE_TIMEOUT counts from here. 401 for a session that ends meanwhile. 503 while somebody has
        locked its row.
        """
        fields_of(request.data, ())
        session = self._current()
        match keep_alive.write(request, session):
            case Followed.OVER:
                raise session_ended(session)
            case Followed.PASSED_OVER:
                raise Unavailable
        return self._show_status(session)

    def destroy_current(self, request: Request) -> Response:
        """Sign out; 204. 202: see ``ended``."""
        return ended(revocation.end(request, self._current()))

    def _show_status(self, session: Session) -> Response:
        context = {
            **self.get_serializer_context(),
            "can_keep_alive": keep_alive.moves_end(self.request, session),
        }
        return Response(StatusSerializer(session, context=context).data)

    def _include_current(self) -> bool:
        given = self.request.query_params.get("include_current", "false")
        try:
            return bool(serializers.BooleanField().run_validation(given))
        except ValidationError as error:
            raise ValidationError({"include_current": error.detail}) from error
