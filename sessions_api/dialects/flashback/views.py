"""Flashback's four calls: the caller's own sessions."""

from contextlib import suppress
from typing import Any

from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from sessions_api import description, lifecycle, revocation, validity
from sessions_api.api.times import utc
from sessions_api.conf import conf
from sessions_api.dialects.identifiers import parsed
from sessions_api.dialects.views import DialectViewSet, sessions
from sessions_api.exceptions import CannotExtend
from sessions_api.lifecycle import tokens
from sessions_api.models import AnyUser, Kind, Session

FAILURES = {
    "list": "Failed to retrieve sessions",
    "revoke": "Failed to revoke session",
    "revoke_all": "Failed to revoke all sessions",
    "heartbeat": "Failed to update session",
}


class FlashbackViewSet(DialectViewSet):
    """The URLs of Flashback."""

    def error_body(self, error: Exception, response: Response) -> object:
        said = response.data
        failure = FAILURES.get(self.action or "", response.status_text)
        return {"success": False, "error": str(said["detail"]) if said else failure}

    def list(self, request: Request) -> Response:
        """Return the caller's active sessions, the most recently used first."""
        rows = validity.candidates(sessions(request.user)).order_by("-last_used", "-pk")
        listed = [_session(session) for session in self.active(rows)]
        return Response({"success": True, "sessions": listed})

    def revoke(self, request: Request, session_id: str) -> Response:
        """End one session; 404 the second time."""
        session = self._own(session_id, "Session not found")
        revocation.end(request, session)
        return Response({"success": True, "message": "Session revoked successfully"})

    def revoke_all(self, request: Request) -> Response:
        """End all sessions, also the current one."""
        revocation.end_many(request, Session.objects.on_primary().for_user(request.user))
        return Response({"success": True, "message": "All sessions revoked successfully"})

    def heartbeat(self, request: Request, session_id: str) -> Response:
        """Extend one session where that is possible. The use is of the request's own session."""
        session = self._own(session_id, "Session not found or expired")
        if may_keep_alive(request.user, session):
            with suppress(CannotExtend):
                lifecycle.extend(session)
        expiry = {"newExpiry": utc(validity.expires_at(session))}
        return Response({"success": True, "message": "Session updated successfully", **expiry})

    def _own(self, session_id: str, absence: str) -> Session:
        pk = parsed(session_id)
        found = self.active(sessions(self.request.user).filter(pk=pk)) if pk is not None else []
        if not found:
            raise NotFound(absence)
        return found[0]


def may_keep_alive(actor: AnyUser, session: Session) -> bool:
    """Tell whether a user may extend a session by a heartbeat: their own, and nobody else's.

    Not that of a token that was issued for less than TOKEN_LIFETIME: it is meant to be short.
    """
    if session.user_id != actor.pk or session.expires_at is None:
        return False
    return session.kind == Kind.BROWSER or tokens.lifetime_of(session) >= conf.TOKEN_LIFETIME


def _session(session: Session) -> dict[str, Any]:
    names = (description.unversioned(name) for name in (session.browser, session.os))
    named = " on ".join(name for name in names if name)
    return {
        "id": str(session.pk),
        "deviceName": session.label or named or session.device or "Unknown device",
        "ipAddress": session.ip_address,
        "location": session.first_location or None,
        "startedAt": utc(session.created_at),
        "lastActivity": utc(session.last_used),
        "expiresAt": utc(validity.expires_at(session)),
        "loginMethod": session.methods.partition(" ")[0] or "unknown",
    }
