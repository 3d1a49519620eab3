"""Which session a request belongs to."""

from copy import copy
from uuid import UUID

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Q
from django.http import HttpRequest

from sessions_api import credentials, engines, payload
from sessions_api.engines import EngineSession
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
        owner_id = payload.user_id(request.session)
        rows = Session.objects.on_primary().filter(user_id=owner_id, pk=session_id)
        row = rows.first()
    if row is None or not isinstance(request.user, get_user_model()):
        return row
    if row.user_id == request.user.pk:
        row.user = request.user  # the request has loaded them already
        return row
    return _acting(row, request.user)


def _acting(row: Session, user: AbstractBaseUser) -> Session:
    """Return the row as one by which its owner acts as a user, which it may not say yet."""
    acting = copy(row)
    acting.impersonator_id = row.user_id
    acting.acting_as = user  # type: ignore[assignment]  # the stubs know one user model
    return acting


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
    if auth is not None or not _is_presented_as(request.session, user):
        return None
    return payload.session_id(request.session)


def _is_presented_as(session: EngineSession, user: AnyUser) -> bool:
    """Tell whether a session is its user's, or theirs who act as a user with django-impersonate."""
    return user.pk in (payload.user_id(session), payload.acting_as_id(session))


def presented_by(key: str | None, *, any_age: bool = False) -> Q | None:
    """Return a filter for the session of a request's engine key or cookie. None for no session.

    A signed cookie that is older than the last change of its auth hash is a copy: no session's. One
    that is too old to be accepted is none either, except with ``any_age``.
    """
    if key is None:
        return None
    if not engines.is_client_side():
        return Q(kind=Kind.BROWSER, key_digest=credentials.digest(key))
    content = engines.signed_payload(key, any_age=any_age)
    session_id = payload.session_id(content)
    if session_id is None:
        return None
    return Q(pk=session_id, auth_digest=payload.auth_digest(content))
