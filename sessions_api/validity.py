"""The one predicate: would a request that presents this credential right now be authenticated?

Every surface asks it here. A session is active when its row is not ended and within its deadlines,
the engine would load a payload for its key that names this session, and the payload's backend would
give its user, whose auth hash is the payload's.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth import (
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SESSION_KEY,
    get_user_model,
)
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from sessions_api import accounts, credentials, engines, visit
from sessions_api.accounts import Accounts
from sessions_api.conf import conf
from sessions_api.models import EndReason, Kind, Session, SessionQuerySet


class State(models.TextChoices):
    """What a session is right now."""

    ACTIVE = "active", _("active")
    ENDED = "ended", _("ended")
    EXPIRED = "expired", _("expired")
    INVALID = "invalid", _("invalid")


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state of one session and, unless it is active, why.

    An invalid session without a reason may become active again: its authentication backend does not
    answer for the user at the moment.
    """

    state: State
    reason: EndReason | None = None


ACTIVE = Verdict(State.ACTIVE)
UNANSWERED = Verdict(State.INVALID)
LOST = Verdict(State.INVALID, EndReason.LOST)
CREDENTIALS_CHANGED = Verdict(State.INVALID, EndReason.CREDENTIALS)


def judge(sessions: Iterable[Session], *, users: Iterable[Any] = ()) -> dict[UUID, Verdict]:
    """Return the verdict on each session by its id.

    ``users`` are users that a backend has given within this request, and need not be asked for
    again. Whatever the number of sessions: one query or ``get_many`` of the session engine, and one
    query for the other users (one each with a backend whose ``get_user`` is not ModelBackend's). If
    a backend does not answer for some of them, one more for these.
    """
    now = timezone.now()
    verdicts = {}
    undecided = []
    for session in sessions:
        verdict = _by_row(session, now)
        if verdict is None:
            undecided.append(session)
        else:
            verdicts[session.pk] = verdict
    payloads = _payloads(undecided)
    held = {session: _claim(session, payloads.get(session.pk)) for session in undecided}
    claims = [(claim.backend, each.user_id) for each, claim in held.items() if claim is not None]
    found = Accounts(claims, known=users)
    for session, claim in held.items():
        verdicts[session.pk] = _by_claim(session, claim, found)
    return verdicts


def active(sessions: Iterable[Session], *, users: Iterable[Any] = ()) -> list[Session]:
    """Return those of the sessions that are active, in their order. See ``judge``."""
    sessions = list(sessions)
    verdicts = judge(sessions, users=users)
    return [session for session in sessions if verdicts[session.pk] is ACTIVE]


def active_sessions(user: Any) -> list[Session]:
    """Return the user's active sessions, the most recently used first."""
    sessions = candidates(Session.objects.on_primary().for_user(user))
    return active(sessions.order_by("-last_used", "-id"))


def candidates(sessions: SessionQuerySet) -> SessionQuerySet:
    """Return those of the sessions that may be active, as far as the table alone knows."""
    return sessions.not_ended().within_deadlines(timezone.now(), slack=expiry_slack())


def end_by_deadline(session: Session, now: datetime) -> EndReason | None:
    """Return why the session has ended by itself, or None while it is within its deadlines."""
    if conf.ABSOLUTE_TIMEOUT is not None and now >= _since(session) + conf.ABSOLUTE_TIMEOUT:
        return EndReason.LIFETIME
    if conf.IDLE_TIMEOUT is not None and now >= session.last_used + conf.IDLE_TIMEOUT:
        return EndReason.IDLE
    if session.expires_at is not None and now >= session.expires_at + _slack(session):
        return EndReason.EXPIRED
    return None


def deadline(session: Session) -> datetime:
    """Return the earliest moment at which the session ends by itself."""
    deadlines = [(session.expires_at or session.created_at) + _slack(session)]
    if conf.IDLE_TIMEOUT is not None:
        deadlines.append(session.last_used + conf.IDLE_TIMEOUT)
    if conf.ABSOLUTE_TIMEOUT is not None:
        deadlines.append(_since(session) + conf.ABSOLUTE_TIMEOUT)
    return min(deadlines)


def expires_at(session: Session) -> datetime | None:
    """Return when the session ends however much it is used, as far as is known now."""
    if conf.ABSOLUTE_TIMEOUT is None or session.expires_at is None:
        return session.expires_at
    return min(session.expires_at, _since(session) + conf.ABSOLUTE_TIMEOUT)


def expiry_slack() -> timedelta:
    """Return how far a row's expiry may lag behind an engine that enforces its own."""
    return conf.TOUCH_INTERVAL if engines.enforces_expiry() else timedelta(0)


def _slack(session: Session) -> timedelta:
    """Return the same for one row: a token has no engine behind it."""
    return timedelta(0) if session.kind == Kind.TOKEN else expiry_slack()


def end_by_account(session: Session) -> EndReason | None:
    """Return what the user's account says against the session, or None. At most one query."""
    user = get_user_model()._base_manager.filter(pk=session.user_id).first()
    if accounts.is_deactivated(user):
        return EndReason.DEACTIVATED
    return None if verifies(user, session.auth_digest) else EndReason.CREDENTIALS


def _since(session: Session) -> datetime:
    return session.authenticated_at or session.created_at


def _by_row(session: Session, now: datetime) -> Verdict | None:
    if session.ended_at is not None:
        known = session.end_reason in EndReason.values
        return Verdict(State.ENDED, EndReason(session.end_reason) if known else None)
    if session.expires_at is None:
        return UNANSWERED
    if reason := end_by_deadline(session, now):
        return Verdict(State.EXPIRED, reason)
    return None


def _payloads(sessions: list[Session]) -> dict[UUID, engines.Payload]:
    if engines.is_client_side():
        return {}
    in_browsers = [session for session in sessions if session.kind == Kind.BROWSER]
    keys = {session.pk: credentials.unseal(session.sealed_key) for session in in_browsers}
    held = engines.load_many(key for key in keys.values() if key is not None)
    return {pk: held[key] for pk, key in keys.items() if key in held}


@dataclass(frozen=True, slots=True)
class _Claim:
    """What a credential says of its user: the backend, and the SHA-256 of the auth hash."""

    backend: str
    auth_digest: str


def _claim(session: Session, payload: engines.Payload | None) -> _Claim | None:
    """Return what the credential claims, or None when it is not this session's."""
    if session.kind == Kind.TOKEN:
        return _Claim(session.backend, session.auth_digest)
    if engines.is_client_side():
        bound_to_a_key = session.key_digest is not None
        return None if bound_to_a_key else _Claim(session.backend, session.auth_digest)
    # A payload that names no session is adopted by its key: by this row.
    if payload is None or visit.session_id(payload) not in (None, session.pk):
        return None
    if user_id(payload) != session.user_id:
        return None
    return _Claim(backend(payload), auth_digest(payload))


def user_id(payload: Any) -> Any:
    """Return the primary key of the user that a payload or engine session names, or None."""
    try:
        return get_user_model()._meta.pk.to_python(payload.get(SESSION_KEY))
    except ValidationError:
        return None


def auth_digest(payload: Any) -> str:
    """Return the SHA-256 of the auth hash in a payload or engine session, or ""."""
    auth_hash = payload.get(HASH_SESSION_KEY)
    return credentials.digest(auth_hash) if auth_hash and isinstance(auth_hash, str) else ""


def auth_digest_of(user: Any) -> str:
    """Return the SHA-256 of a user's auth hash, or "" for a user model that has none."""
    make_hash = getattr(user, "get_session_auth_hash", None)
    return credentials.digest(make_hash()) if make_hash is not None else ""


def backend(payload: Any) -> str:
    """Return the path of the authentication backend in a payload or engine session, or ""."""
    path = payload.get(BACKEND_SESSION_KEY)
    return path if isinstance(path, str) else ""


def _by_claim(session: Session, claim: _Claim | None, found: Accounts) -> Verdict:
    if claim is None:
        return LOST
    user = found.user(claim.backend, session.user_id)
    if user is None:
        is_deactivated = found.is_deactivated(session.user_id)
        return Verdict(State.INVALID, EndReason.DEACTIVATED) if is_deactivated else UNANSWERED
    return ACTIVE if verifies(user, claim.auth_digest) else CREDENTIALS_CHANGED


def verifies(user: Any, auth_digest: str) -> bool:
    """Tell whether a digest is that of the user's auth hash, fallbacks included."""
    if not hasattr(user, "get_session_auth_hash"):
        return True
    if constant_time_compare(auth_digest, auth_digest_of(user)):
        return True
    fallbacks: Iterable[str] = getattr(user, "get_session_auth_fallback_hash", tuple)()
    return any(
        constant_time_compare(auth_digest, credentials.digest(auth_hash)) for auth_hash in fallbacks
    )
