"""What the URLs of every dialect have in common."""

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.core.signals import got_request_exception
from django.http import Http404
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from rest_framework import status
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import MethodNotAllowed, ParseError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import AllowAny, BasePermission, IsAuthenticated
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback
from rest_framework.viewsets import ViewSet

from sessions_api import users, validity
from sessions_api.api.bodies import refuse_too_large
from sessions_api.api.parsers import JSONParser
from sessions_api.api.routes import Mounted
from sessions_api.authentication import SessionTokenAuthentication
from sessions_api.dialects import identifiers
from sessions_api.dialects.authentication import CookieAuthentication
from sessions_api.exceptions import ReauthenticationRequired
from sessions_api.models import AnyUser, EndReason, Session, SessionQuerySet
from sessions_api.permissions import proof_required

logger = logging.getLogger("sessions_api.dialects")


class JSONWhateverIsAccepted(DefaultContentNegotiation):
    """Answers in JSON whatever ``Accept`` says: no vendor's client knows what to do with a 406."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, str(renderer.media_type)


@method_decorator(never_cache, name="dispatch")
class DialectViewSet(Mounted, ViewSet):
    """URLs of a dialect. Errors have the vendor's form, see ``error_body``.

    The caller is the owner of a token session or of the browser's session.
    """

    authentication_classes: Sequence[type[BaseAuthentication]] = (
        SessionTokenAuthentication,
        CookieAuthentication,
    )
    renderer_classes = (JSONRenderer,)
    parser_classes = (JSONParser,)
    content_negotiation_class = JSONWhateverIsAccepted
    schema = None  # the vendors describe their APIs themselves
    permissions: ClassVar[dict[str, type[BasePermission]]] = {}
    """What an action asks of its caller, besides being signed in."""
    error_media_type = "application/json"
    reads_body = True
    """Some action has use for a body. One that is too large is refused then, as in the native API."""

    def error_body(self, error: Exception, response: Response) -> object:
        """Return the body that the vendor's clients read. ``response`` is what DRF would answer."""
        raise NotImplementedError

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        """Answer a body that is too large with 413, and a method that a URL does not have with 405,
        whoever asks.
        """
        if self.reads_body:
            refuse_too_large(request._request)
        if self.action is None:
            raise MethodNotAllowed(str(request.method))
        super().initial(request, *args, **kwargs)

    def get_permissions(self) -> list[BasePermission]:
        asked = self.permissions.get(self.action or "", BasePermission)
        return [asked()] if asked is AllowAny else [IsAuthenticated(), asked()]

    def get_exception_handler(self) -> Callable[..., Response | None]:
        return self._answer

    def fields(self) -> dict[str, Any]:
        """Return the fields of the request's body. Raises ParseError unless it is an object."""
        body = self.request.data
        if not isinstance(body, dict):
            raise ParseError("The body is not a JSON object.")
        return body

    def active(self, sessions: Iterable[Session], owner: AnyUser | None = None) -> list[Session]:
        """Return those that are not over. ``owner`` is their user, where that one was read already.

        The vendors have no third word: in their lists, an unknown session looks like an active one.
        """
        owners = users.given_by_model_backend(owner) if owner is not None else []
        return validity.not_over(sessions, known=[self.request.user, *owners])

    def user_named(self, text: str) -> AbstractBaseUser:
        """Return the user with a UUID. Raises ParseError for no UUID, and Http404 for no user."""
        user: AbstractBaseUser | None = identifiers.user_of(self.uuid_named(text))
        if user is None:
            raise Http404
        return user

    def session_named(self, text: str, sessions: SessionQuerySet) -> Session:
        """Return the one with a UUID. Raises ParseError, Http404, and PermissionDenied where the
        caller may not act on it.
        """
        session = sessions.select_related("user").filter(pk=self.uuid_named(text)).first()
        if session is None:
            raise Http404
        self.check_object_permissions(self.request, session)
        return session

    def uuid_named(self, text: object) -> UUID:
        """Return the UUID that a text is the form of. Raises ParseError."""
        uuid = identifiers.parsed(text)
        if uuid is None:
            raise ParseError(f"{text!r:.100} is not a UUID.")
        return uuid

    def _answer(self, error: Exception, context: dict[str, Any]) -> Response | None:
        if isinstance(error, ReauthenticationRequired):
            error = proof_required(self.request)
        response = exception_handler(error, context)
        if response is None:
            if isinstance(error, SuspiciousOperation | BadRequest):
                return None  # Django answers it with 400
            response = self._answer_unforeseen(error)
        response.data = self.error_body(error, response)
        response.content_type = self.error_media_type
        return response

    def _answer_unforeseen(self, error: Exception) -> Response:
        """Do what Django does with an error of ours, except for the page in HTML."""
        set_rollback()
        got_request_exception.send(sender=type(self), request=self.request._request)
        logger.error("%s failed.", self.request.path, exc_info=error)
        return Response(status=status.HTTP_500_INTERNAL_SERVER_ERROR)


def sessions(user: AnyUser | None = None) -> SessionQuerySet:
    """Return the sessions, of all users or of one, that a dialect knows: those not deleted."""
    sessions = Session.objects.on_primary().known().exclude(end_reason=EndReason.DELETED)
    return sessions if user is None else sessions.for_user(user)


def no_content() -> Response:
    """Return 204."""
    return Response(status=status.HTTP_204_NO_CONTENT)
