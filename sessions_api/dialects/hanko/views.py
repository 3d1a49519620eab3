"""Hanko's sessions: for staff by user, for everybody whether theirs is valid."""

from functools import partial
from typing import Any

from django.contrib.auth import get_user_model
from django.views.decorators.debug import sensitive_variables
from rest_framework.exceptions import ParseError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from sessions_api import authentication, revocation, validity
from sessions_api.api.times import utc
from sessions_api.conf import conf
from sessions_api.decorators import not_activity
from sessions_api.dialects.addresses import is_verified
from sessions_api.dialects.authentication import CookieAuthentication, comes_from_here
from sessions_api.dialects.hanko.authentication import TokenAuthentication
from sessions_api.dialects.identifiers import uuid_of
from sessions_api.dialects.views import DialectViewSet, no_content, sessions
from sessions_api.models import Session
from sessions_api.permissions import MayEndAny, MayViewAny
from sessions_api.tracking import current_session
from sessions_api.tracking import token as tokens
from sessions_api.tracking.state import state_of
from sessions_api.users import Key


class HankoViewSet(DialectViewSet):
    """The URLs of Hanko."""

    authentication_classes = (TokenAuthentication, CookieAuthentication)
    permissions = {
        "list": MayViewAny,
        "end": MayEndAny,
        "validate": AllowAny,
        "validate_token": AllowAny,
    }

    def error_body(self, error: Exception, response: Response) -> object:
        message = response.data["detail"] if isinstance(error, ParseError) else response.status_text
        return {"code": response.status_code, "message": message}

    def perform_authentication(self, request: Request) -> None:
        """Authenticate the caller, but not one who posts a token to validate.

        The token is somebody else's. The caller's own credentials must not be used by that.
        """
        if self.action == "validate_token":
            request.authenticators = ()
        super().perform_authentication(request)

    def list(self, request: Request, user_id: str) -> Response:
        """Return a user's active sessions, the latest first."""
        user = self.user_named(user_id)
        rows = validity.candidates(sessions(user)).order_by("-created_at", "-pk")
        return Response([_session(session) for session in self.active(rows, user)])

    def end(self, request: Request, user_id: str, session_id: str) -> Response:
        """End a user's session; 204, and 404 the second time."""
        owned = sessions(self.user_named(user_id)).not_ended()
        revocation.end(request, self.session_named(session_id, owned))
        return no_content()

    @not_activity
    def validate(self, request: Request) -> Response:
        """Tell whether the request has a valid session, and which: always 200. Not a use of it."""
        return Response(_validation(current_session(request)))

    @sensitive_variables()
    def validate_token(self, request: Request) -> Response:
        """Tell whether ``session_token`` is valid, and of which session: always 200. A use of it."""
        token = self.fields().get("session_token")
        if not isinstance(token, str) or not token:
            raise ParseError("session_token is missing.")
        session = authentication.find(token)
        is_valid = session is not None and _admits_relayed(request, session)
        return Response(_validation(session if is_valid else None))

    def log_out(self, request: Request) -> Response:
        """Sign out; 204. With a token, the same user's cookie beside it is signed out, too."""
        revocation.sign_out(request)
        if revocation.brings_own_browser(request) and comes_from_here(request):
            revocation.sign_out_browser(request)
        return no_content()


def _admits_relayed(request: Request, session: Session) -> bool:
    """Tell whether a token is good that a client has shown to the server that asks.

    The server is not the session's client: the use is written as one by the client known before.
    """
    verdict, state = tokens.judge(session), state_of(request)
    if state is None:
        return verdict.is_active
    if verdict.is_active:
        state.check_token()
        client = session.last_client
        state.defer(partial(tokens.write_use, request._request, session, client))
    elif reason := tokens.reason_to_end(session, verdict):
        state.check_token()
        state.defer(partial(tokens.end_refused, session, reason))
    return verdict.is_active


def _session(session: Session) -> dict[str, Any]:
    return {
        "id": str(session.pk),
        "user_id": str(uuid_of(session.user_id)),
        "user_agent": session.user_agent or None,
        "ip_address": session.ip_address,
        "created_at": utc(session.created_at),
        "updated_at": utc(session.updated_at),
        "expires_at": utc(validity.expires_at(session)),
        "last_used": utc(session.last_used),
    }


def _email(user_id: Key, email: str) -> dict[str, Any]:
    return {"address": email, "is_primary": True, "is_verified": is_verified(user_id, email)}


def _validation(session: Session | None) -> dict[str, Any]:
    if session is None:
        return {"is_valid": False}
    user = session.presented_user
    subject = str(uuid_of(user.pk))
    deadline = validity.ends_at(session)
    expires_at = validity.expires_at(session) or deadline
    expiration, idle_expires_at = utc(expires_at), utc(min(deadline, expires_at))
    email = getattr(user, get_user_model().get_email_field_name(), None)
    claims = {
        "subject": subject,
        "session_id": str(session.pk),
        "expiration": expiration,
        "issued_at": utc(session.created_at),
        "username": user.get_username(),
        "email": _email(user.pk, email) if email else {},
        "amr": session.methods.split(),
    }
    return {
        "is_valid": True,
        "claims": {name: value for name, value in claims.items() if value},
        "expiration_time": expiration,
        "user_id": subject,
        **({"idle_expires_at": idle_expires_at} if conf.IDLE_TIMEOUT else {}),
    }
