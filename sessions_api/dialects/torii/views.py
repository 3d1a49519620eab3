"""Torii's sessions: any user's for the site's server, and the caller's own."""

import logging
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404
from django.utils.encoding import escape_uri_path
from django.utils.module_loading import import_string
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from sessions_api import policy, revocation, validity
from sessions_api.api.times import utc
from sessions_api.dialects.identifiers import organization_uuid, uuid_of
from sessions_api.dialects.torii.conf import conf
from sessions_api.dialects.views import DialectViewSet, no_content, sessions
from sessions_api.models import AnyUser, Session
from sessions_api.permissions import MayEndAny, MayViewAny

logger = logging.getLogger("sessions_api.dialects")


class ToriiViewSet(DialectViewSet):
    """The URLs of Torii."""

    error_media_type = "application/problem+json"

    def error_body(self, error: Exception, response: Response) -> object:
        """Return a problem (RFC 9457)."""
        title, said = response.status_text, response.data
        detail = str(said["detail"]) if isinstance(said, dict) else title
        problem = {"title": title, "status": response.status_code, "detail": detail}
        return {"type": "about:blank", **problem, "instance": escape_uri_path(self.request.path)}

    def user(self) -> AnyUser:
        """Return the user whose sessions these are: the caller."""
        return self.request.user

    def list(self, request: Request, **kwargs: str) -> Response:
        """Return the user's active sessions, the most recently used first."""
        user = self.user()
        rows = validity.candidates(sessions(user)).order_by("-last_used", "-pk")
        environment = environment_of(user)
        return Response([_session(session, environment) for session in self.active(rows, user)])

    def end(self, request: Request, session_id: str, **kwargs: str) -> Response:
        """End one session; 204, also when it is over or unknown.

        The answer leaves the cookie alone, unless the site saves the session at every request.
        """
        try:
            session = self.session_named(session_id, sessions(self.user()))
        except Http404:
            return no_content()
        # Where the site saves each session, SessionMiddleware cannot save one that is gone.
        leaves_cookie = not settings.SESSION_SAVE_EVERY_REQUEST
        revocation.end(request, session, leaves_cookie=leaves_cookie)
        return no_content()


class ClientViewSet(ToriiViewSet):
    """The caller's sessions."""


class ServerViewSet(ToriiViewSet):
    """A user's sessions, for staff."""

    permissions = {"list": MayViewAny, "end": MayEndAny, "end_all": MayEndAny}

    def user(self) -> AnyUser:
        """Return the user whose sessions these are. Raises ParseError, PermissionDenied."""
        try:
            return self.user_named(self.kwargs["user_id"])
        except Http404 as error:
            raise PermissionDenied("User belongs to a different environment.") from error

    def end_all(self, request: Request, user_id: str) -> Response:
        """End all sessions of the user; 204, also when there are none."""
        user = self.user()
        if not policy.may_end_all_of(request.user, user):
            raise PermissionDenied
        revocation.end_many(request, Session.objects.on_primary().for_user(user))
        return no_content()


def environment_of(user: AnyUser) -> str:
    """Return the UUID of a user's environment. Where the site's callable fails: that of the site."""
    path, default = conf.TORII_ENVIRONMENT_OF, str(conf.TORII_ENVIRONMENT)
    if path is None:
        return default
    try:
        return str(UUID(str(import_string(path)(user))))
    except Exception:
        logger.exception("%s failed.", path)
        return default


def _session(session: Session, environment: str) -> dict[str, Any]:
    # Nobody impersonates themselves: they act as another user, whose list does not have this.
    is_taken = session.presented_user_id == session.user_id
    impersonator = session.impersonator_id if is_taken else None
    return {
        "id": str(session.pk),
        "userId": str(uuid_of(session.user_id)),
        "environmentId": environment,
        "userAgent": session.user_agent or None,
        "ipAddress": session.ip_address,
        "createdAt": utc(session.created_at),
        "expiresAt": utc(validity.expires_at(session)),
        "lastUsedAt": utc(session.last_used),
        "activeOrganizationId": organization_uuid(session.organization_id),
        "impersonatedBy": None if impersonator is None else str(uuid_of(impersonator)),
    }
