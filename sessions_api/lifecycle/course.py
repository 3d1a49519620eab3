"""How a session goes on: under another key, with a later use, with a later expiry."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from sessions_api import activity, credentials, engines, events, validity
from sessions_api.conf import conf
from sessions_api.exceptions import CannotExtend
from sessions_api.lifecycle import rows
from sessions_api.lifecycle.current import live_key
from sessions_api.models import Kind, Session


def rebind(
    session_id: UUID,
    engine_session: engines.EngineSession,
    known_key: str | None,
    *,
    may_join: bool,
) -> bool:
    """Follow a session to another engine key; ``known_key`` is the one it had before.

    A parallel request may already have given it another key that works. With ``may_join`` the
    engine session then goes on under that one: the browser has one live key, whichever response
    comes last. Returns False when the session is unknown, has ended, or goes on elsewhere.
    """
    fields = rows.bound_to(engine_session)
    sessions = Session.objects.filter(pk=session_id)
    if known_key and rows.update(sessions.filter(key_digest=credentials.digest(known_key)), fields):
        return True
    row = sessions.on_primary().not_ended().filter(user_id=validity.user_id(engine_session)).first()
    if row is None:
        return False
    if row.key_digest is not None and row.key_digest == fields.get("key_digest"):
        return rows.update(sessions.filter(key_digest=row.key_digest), fields) == 1
    other_key = live_key(row)
    if other_key is None:
        return rows.update(sessions.filter(key_digest=row.key_digest), fields) == 1
    if may_join:
        engines.move(engine_session, other_key)
    return may_join


def follow(session_id: UUID, key_digest: str | None, changes: dict[str, Any]) -> bool:
    """Write what a request has changed. False when the row is not live under that key any more."""
    sessions = Session.objects.filter(pk=session_id, key_digest=key_digest)
    sessions = sessions.within_deadlines(timezone.now(), slack=validity.expiry_slack())
    return rows.update(sessions, changes) == 1


def rename(session: Session, label: str) -> None:
    """Give a session its owner's name, at most 100 characters. Ended ones may have one, too."""
    changes = {"label": label, "updated_at": timezone.now()}
    Session.objects.filter(pk=session.pk).update(**changes)
    rows.assign(session, changes)


def extend(session: Session) -> None:
    """Give a session the lifetime that saving it now would give it.

    The engine's expiry is raised without touching the payload, then the row's; the browser gets its
    cookie anew at the next request whose gate is due. IDLE_TIMEOUT and ABSOLUTE_TIMEOUT stay as
    they are. Raises CannotExtend when the session is not active, when the engine cannot raise an
    expiry (signed_cookies, an engine of a third party), or when its expiry is a fixed date.
    """
    if validity.judge([session])[session.pk] is not validity.ACTIVE:
        raise CannotExtend(CannotExtend.NOT_ACTIVE)
    expires_at = _renewed_expiry(session)
    if expires_at is None:
        raise CannotExtend(CannotExtend.NOT_BY_ENGINE)
    if session.expires_at is not None and expires_at <= session.expires_at:
        raise CannotExtend(CannotExtend.FIXED_DATE)
    changes = {"expires_at": expires_at, "cookie_is_due": session.kind == Kind.BROWSER}
    if not rows.update(Session.objects.filter(pk=session.pk), changes):
        raise CannotExtend(CannotExtend.NOT_ACTIVE)
    rows.assign(session, changes)
    if session.key_digest is not None:
        activity.forget(session.key_digest)
    events.extended(session)


def _renewed_expiry(session: Session) -> datetime | None:
    if session.kind == Kind.TOKEN:
        return timezone.now() + conf.TOKEN_LIFETIME
    key = live_key(session)
    return engines.extend(key) if key is not None else None
