"""Which session a request belongs to."""

from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import Q
from django.http import HttpRequest

from sessions_api import credentials, engines, payload
from sessions_api.models import AnyUser, Kind, Session
from sessions_api.tracking.state import SignedIn, state_of


def current_session(request: HttpRequest) -> Session | None:
    """Return the session that a Django or DRF request was authenticated by, or None.

    None also when something else has authenticated the request, such as a JWT. One query, unless
    the gate has read the row for this request.
    """
    auth = getattr(request, "auth", None)
    if isinstance(auth, Session):
        return auth
    session_id = current_session_id(request)
    if session_id is None:
        return None
    state = state_of(request)
    admitted = state.admitted if state is not None else None
    row = admitted.row if admitted is not None else None
    if row is None or row.pk != session_id:
        row = Session.objects.on_primary().for_user(request.user).filter(pk=session_id).first()
    if row is not None and isinstance(request.user, get_user_model()):
        row.user = request.user  # the request has loaded them already
    return row


def current_session_id(request: HttpRequest) -> UUID | None:
    """Return the id of the request's session without a query, or None. See ``current_session``."""
    user: AnyUser | None = request.user  # None in a DRF site without anonymous users
    state = state_of(request)
    auth = getattr(request, "auth", None)
    if isinstance(auth, Session):
        return auth.pk
    if state is None or user is None or not user.is_authenticated:
        return None
    if state.admitted is None and not isinstance(state.browser, SignedIn):
        return None
    if auth is not None or payload.user_id(request.session) != user.pk:
        return None
    return payload.session_id(request.session)


def presented_by(key: str | None) -> Q | None:
    """Return a filter for the session of a request's engine key or cookie. None for no session.

    A signed cookie that is older than the last change of its auth hash is a copy: no session's.
    """
    if key is None:
        return None
    if not engines.is_client_side():
        return Q(kind=Kind.BROWSER, key_digest=credentials.digest(key))
    content = engines.signed_payload(key)
    session_id = payload.session_id(content)
    if session_id is None:
        return None
    return Q(pk=session_id, auth_digest=payload.auth_digest(content))
