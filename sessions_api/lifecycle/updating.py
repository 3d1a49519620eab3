"""How a session goes on: under another key, with a later use, a name, or a later expiry."""

from datetime import datetime
from enum import Enum, auto
from uuid import UUID

from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from sessions_api import credentials, engines, payload, recent, validity
from sessions_api.conf import conf
from sessions_api.exceptions import CannotExtend
from sessions_api.lifecycle import events, rows
from sessions_api.models import Kind, Session, SessionQuerySet


class Followed(Enum):
    """What has become of the changes of a request."""

    WRITTEN = auto()
    PASSED_OVER = auto()
    """The row is there, but somebody has locked it, or it is past a deadline."""
    ELSEWHERE = auto()
    """The row has another key by now."""
    OVER = auto()
    """The row has ended, or is gone."""


def live_key(session: Session) -> str | None:
    """Return the row's engine key if the engine still holds the session under it, or None.

    A payload without an id counts: a parallel response may be about to save it with the id.
    """
    key = credentials.unseal(session.sealed_key)
    held = engines.payload_of(key) if key is not None else None
    if held is None or payload.session_id(held) not in (None, session.pk):
        return None
    return key


def rebind(
    session_id: UUID,
    engine_session: engines.EngineSession,
    known_key: str | None,
    *,
    may_join: bool,
) -> bool:
    """Follow a session to another engine key. ``known_key`` is the one it had before.

    A parallel request may have given it another key that works. With ``may_join`` the engine
    session goes on under that one, so that the browser has one live key whichever response comes
    last. Returns False when the session is unknown, has ended, or goes on elsewhere.
    """
    sessions = Session.objects.filter(pk=session_id)
    fields = {**rows.bound_to(engine_session), **_proof(sessions, engine_session)}
    if known_key and rows.update(sessions.filter(key_digest=credentials.digest(known_key)), fields):
        return True
    row = sessions.on_primary().not_ended().filter(user_id=payload.user_id(engine_session)).first()
    if row is None:
        return False
    if row.expires_at is None:  # of a login whose response phase never came
        proof = rows.proved_at_sign_in(engine_session, row.created_at)
        fields = {**fields, "authenticated_at": proof}
    if row.key_digest is not None and row.key_digest == fields.get("key_digest"):
        return rows.update(sessions.filter(key_digest=row.key_digest), fields) == 1
    other_key = live_key(row)
    if other_key is None:
        return rows.update(sessions.filter(key_digest=row.key_digest), fields) == 1
    if may_join:
        engines.move(engine_session, other_key)
    return may_join


def follow(
    session_id: UUID, key_digest: bytes | None, changes: rows.Fields, *, at: datetime
) -> Followed:
    """Write what a request has changed that was admitted at a moment, however long it has taken.

    A row that somebody else has locked is passed over.
    """
    sessions = Session.objects.filter(pk=session_id, key_digest=key_digest)
    # Where the table could not take an earlier use, its last one says nothing.
    by_idle = recent.unwritten.get(session_id) is None
    sessions = sessions.within_deadlines(at, by_idle=by_idle, **validity.row_decides())
    if rows.update(sessions.filter(pk__unlocked=session_id), _never_back(changes)):
        if "last_used" in changes:
            recent.unwritten.drop(session_id)
        return Followed.WRITTEN
    keys = Session.objects.on_primary().not_ended().filter(pk=session_id)
    found = list(keys.values_list("key_digest", flat=True))
    if not found:
        return Followed.OVER
    return Followed.PASSED_OVER if found == [key_digest] else Followed.ELSEWHERE


def change_client(
    session_id: UUID, key_digest: bytes | None, changes: rows.Fields, *, at: datetime
) -> bool:
    """Do the same for a client that has changed, unless that was noted within TOUCH_INTERVAL."""
    sessions = Session.objects.filter(pk=session_id, key_digest=key_digest)
    sessions = sessions.within_deadlines(at, **validity.row_decides())
    sessions = sessions.exclude(client_changed_at__gt=at - conf.TOUCH_INTERVAL)
    changes = {**_never_back(changes), "client_changed_at": at}
    return rows.update(sessions.filter(pk__unlocked=session_id), changes) == 1


def _never_back(changes: rows.Fields) -> rows.Fields:
    """Return the changes such that no use, and no proof, moves a time back."""
    if "last_used" in changes:
        changes = {**changes, "last_used": Greatest("last_used", changes["last_used"])}
    if "authenticated_at" in changes:
        proof = changes["authenticated_at"]
        later = Greatest(Coalesce("authenticated_at", proof), proof)
        changes = {**changes, "authenticated_at": later}
    return changes


def _proof(sessions: SessionQuerySet, engine_session: engines.EngineSession) -> rows.Fields:
    """Return what the payload says of a proof since the sign-in. One query, if it may say any."""
    if not payload.may_prove(engine_session):
        return {}
    row = sessions.on_primary().not_ended().first()
    told = payload.assurance(engine_session)
    found = {} if row is None else rows.of_proof(row, engine_session, told, at=recent.now())
    return _never_back(found)


def follow_expiry(session: Session) -> None:
    """Write the expiry that the engine has given a session since its row was written."""
    key = live_key(session)
    held = engines.payload_of(key) if key is not None else None
    if key is None or held is None:
        return
    expires_at = engines.held_expiry(engines.session_of(key, held))
    sessions = Session.objects.filter(pk=session.pk, key_digest=session.key_digest)
    rows.update(sessions, {"expires_at": expires_at})


def rename(session: Session, label: str) -> None:
    """Give a session the name that its owner wants, at most 100 characters. Also one that is over."""
    changes = {"label": label, "updated_at": timezone.now()}
    Session.objects.filter(pk=session.pk).update(**changes)
    rows.assign(session, changes)


def extend(session: Session) -> None:
    """Give a session the lifetime that saving it now would give it.

    The engine's expiry is raised and its payload left alone, then the row's expiry is raised. The
    browser gets its cookie anew at the next request whose gate is due. IDLE_TIMEOUT and
    ABSOLUTE_TIMEOUT go on as before. Raises CannotExtend when the session is not active, when the
    engine cannot raise an expiry (signed_cookies, an engine of a third party), and when the expiry
    is a fixed date.
    """
    if not validity.judge([session])[session.pk].is_active:
        raise CannotExtend(CannotExtend.NOT_ACTIVE)
    expires_at = _extended_expiry(session)
    if expires_at is None:
        raise CannotExtend(CannotExtend.NOT_BY_ENGINE)
    if session.expires_at is not None and expires_at <= session.expires_at:
        raise CannotExtend(CannotExtend.FIXED_DATE)
    changes = {"expires_at": expires_at, "cookie_is_due": session.kind == Kind.BROWSER}
    if not rows.update(Session.objects.filter(pk=session.pk), changes):
        raise CannotExtend(CannotExtend.NOT_ACTIVE)
    rows.assign(session, changes)
    recent.forget(recent.name_of(session.pk, session.key_digest))
    events.extended(session)


def _extended_expiry(session: Session) -> datetime | None:
    """Raise the engine's expiry and return it. None where the engine cannot."""
    if session.kind == Kind.TOKEN:
        return timezone.now() + conf.TOKEN_LIFETIME
    key = live_key(session)
    return engines.extend(key) if key is not None else None
