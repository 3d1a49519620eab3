"""Which session a request belongs to, and which key is a session's."""

from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import models

from sessions_api import credentials, engines, validity, visit
from sessions_api.models import Kind, Session


def current_session(request: Any) -> Session | None:
    """Return the session that a Django or DRF request was authenticated by, or None.

    None also when the request was authenticated by something else, such as a JWT. One query, unless
    the request's gate was due.
    """
    auth = getattr(request, "auth", None)
    if isinstance(auth, Session):
        return auth
    session_id = current_session_id(request)
    if session_id is None:
        return None
    this_visit = visit.of(request)
    row = this_visit.row if this_visit is not None else None
    if row is None or row.pk != session_id:
        sessions = Session.objects.on_primary().for_user(request.user)
        row = sessions.filter(pk=session_id).first()
    if row is not None and isinstance(request.user, get_user_model()):
        row.user = request.user  # whom the request has loaded already
    return row


def current_session_id(request: Any) -> UUID | None:
    """Return the id of the request's session without a query, or None. See ``current_session``."""
    user, this_visit = request.user, visit.of(request)
    auth = getattr(request, "auth", None)
    if isinstance(auth, Session):
        return auth.pk
    if this_visit is None or user is None or not user.is_authenticated:
        return None
    if not (this_visit.admitted or this_visit.started):
        return None
    if auth is not None or validity.user_id(request.session) != user.pk:
        return None
    return visit.session_id(request.session)


def presented_by(key: str | None) -> models.Q | None:
    """Return which session the engine key or cookie of a request belongs to, if it can be any.

    A signed cookie older than the last change of its auth hash is a mere copy, and belongs to none.
    """
    if key is None:
        return None
    if not engines.is_client_side():
        return models.Q(kind=Kind.BROWSER, key_digest=credentials.digest(key))
    payload = engines.signed_payload(key)
    session_id = visit.session_id(payload)
    if session_id is None:
        return None
    return models.Q(pk=session_id, auth_digest=validity.auth_digest(payload))


def live_key(session: Session) -> str | None:
    """Return the row's engine key if the engine still holds the session, or None.

    A payload without an id may be one that a parallel response has yet to save.
    """
    key = credentials.unseal(session.sealed_key)
    payload = engines.load(key) if key is not None else None
    if payload is None or visit.session_id(payload) not in (None, session.pk):
        return None
    return key
