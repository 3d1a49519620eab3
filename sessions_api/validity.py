"""The one predicate: would a request that presents this credential right now be authenticated?

Every surface asks here. There are three answers: active, over, and unknown. A session is active when
all of this holds:

- its row has not ended and is within its deadlines;
- the session engine would load a payload for its key, and that payload names this session;
- the payload's authentication backend gives its user;
- the payload's auth hash is that of the user, so that no password has changed since.

It is over when one of these is known not to hold. Where this process cannot tell, it is unknown: the
engine does not answer, a value cannot be decoded, a key was sealed under another SECRET_KEY, a
backend raises. Nothing ends for that.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import pgettext_lazy

from sessions_api import credentials, engines, logs, payload, users
from sessions_api.conf import conf
from sessions_api.models import AnyUser, EndReason, Kind, Session, SessionQuerySet

logger = logging.getLogger("sessions_api.validity")


class State(models.TextChoices):
    """What a session is right now."""

    ACTIVE = "active", pgettext_lazy("state of a session", "active")
    UNKNOWN = "unknown", pgettext_lazy("state of a session", "unknown")
    ENDED = "ended", pgettext_lazy("state of a session", "ended")
    EXPIRED = "expired", pgettext_lazy("state of a session", "expired")
    INVALID = "invalid", pgettext_lazy("state of a session", "invalid")


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state of one session and, if it is over, the reason.

    The reason is None while the session is not over, and for a row that another version has ended
    with a reason that this one does not have.
    """

    state: State
    reason: EndReason | None = None

    @property
    def is_active(self) -> bool:
        """Tell whether the session would authenticate a request right now."""
        return self.state is State.ACTIVE

    @property
    def is_unknown(self) -> bool:
        """Tell whether this process cannot say if the session is active, or its login is under way."""
        return self.state is State.UNKNOWN

    @property
    def is_over(self) -> bool:
        """Tell whether the session is known not to be active."""
        return self.state not in (State.ACTIVE, State.UNKNOWN)

    @property
    def is_lost(self) -> bool:
        """Tell whether the engine does not hold the session."""
        return self.state is State.INVALID and self.reason is EndReason.LOST

    @property
    def evidence(self) -> EndReason | None:
        """Return the reason that a row which has not ended may be written as ended with, or None.

        A backend that does not give its user may give them again.
        """
        return None if self.reason is EndReason.BACKEND else self.reason


ACTIVE = Verdict(State.ACTIVE)
UNKNOWN = Verdict(State.UNKNOWN)
LOST = Verdict(State.INVALID, EndReason.LOST)
CREDENTIALS_CHANGED = Verdict(State.INVALID, EndReason.CREDENTIALS)
DEACTIVATED = Verdict(State.INVALID, EndReason.DEACTIVATED)
NOT_GIVEN = Verdict(State.INVALID, EndReason.BACKEND)


def judge(
    sessions: Iterable[Session],
    *,
    known: Iterable[AnyUser] = (),
    answers: Mapping[UUID, engines.Answer] | None = None,
) -> dict[UUID, Verdict]:
    """Return the verdict on each session, by its id.

    ``known`` are users whom a backend has given during this request; they are not asked for again.
    ``answers`` are those of the session engine where it has just been asked, by the sessions' ids.
    Any number of sessions takes one query or ``get_many`` of the session engine, and one query for
    the other users. A backend with a ``get_user`` of its own takes one for each user. Users whom
    their backend does not give take one more query together.
    """
    now = timezone.now()
    verdicts = {}
    undecided = []
    for session in sessions:
        verdict = _by_row(session, now)
        if verdict is None:
            undecided.append(session)
        else:
            verdicts[session.id] = verdict
    if answers is None:
        answers = _answers(undecided)
    claims = [(each, _claim(each, answers.get(each.id), now)) for each in undecided]
    asked = [(claim.backend, each.user_id) for each, claim in claims if isinstance(claim, _Claim)]
    backends = users.Backends(asked, known=known)
    # All sessions of a user claim the same until their password changes.
    decided: dict[tuple[_Claim, users.Key], Verdict] = {}
    for session, claim in claims:
        if isinstance(claim, Verdict):
            verdicts[session.id] = claim
            continue
        of_user = (claim, session.user_id)
        if of_user not in decided:
            decided[of_user] = _by_claim(session, claim, backends)
        verdicts[session.id] = decided[of_user]
    return verdicts


def read(sessions: SessionQuerySet) -> list[Session]:
    """Return sessions that have not ended with no more than what ``judge`` reads of them.

    See ``Session.of``.
    """
    fields = read_fields()
    return made_of(fields, sessions.values_list(*fields), using=sessions.db)


def read_fields() -> tuple[str, ...]:
    """Return the fields that ``judge`` reads of a session that has not ended, the id first.

    A time costs as much as all the others.
    """
    fields = ["id", "kind", "user_id", "expires_at", "auth_digest", "secret_key_id", "backend"]
    fields += ["key_digest"] if engines.is_client_side() else ["sealed_key"]
    if conf.IDLE_TIMEOUT is not None:
        fields += ["last_used"]
    if conf.ABSOLUTE_TIMEOUT is not None:
        fields += ["created_at", "authenticated_at"]
    return tuple(fields)


def made_of(fields: Sequence[str], rows: Iterable[Sequence[Any]], *, using: str) -> list[Session]:
    """Return sessions that have not ended of what was read of them."""
    names = (*fields, "ended_at", "end_reason")
    return [Session.of(zip(names, (*row, None, ""), strict=True), using=using) for row in rows]


def active(sessions: Iterable[Session], *, known: Iterable[AnyUser] = ()) -> list[Session]:
    """Return those of the sessions that are active, in their order. See ``judge``."""
    sessions = list(sessions)
    verdicts = judge(sessions, known=known)
    return [session for session in sessions if verdicts[session.pk].is_active]


def not_over(sessions: Iterable[Session], *, known: Iterable[AnyUser] = ()) -> list[Session]:
    """Return those of the sessions that are active or unknown, in their order. See ``judge``."""
    sessions = list(sessions)
    verdicts = judge(sessions, known=known)
    return [session for session in sessions if not verdicts[session.pk].is_over]


def active_sessions(user: AbstractBaseUser) -> list[Session]:
    """Return the user's active sessions, the most recently used first. Without unknown ones."""
    sessions = candidates(Session.objects.on_primary().for_user(user))
    return active(sessions.order_by("-last_used", "-id"))


def candidates(sessions: SessionQuerySet) -> SessionQuerySet:
    """Return the sessions that may be active, as far as the table alone knows."""
    return sessions.not_ended().within_deadlines(timezone.now(), **row_decides())


def row_decides() -> dict[str, bool]:
    """Return for ``within_deadlines`` whether ``expires_at`` of a browser's session decides.

    Where the engine enforces its own expiry, it is right: a job may have saved the session.
    """
    return {"by_expiry": not engines.enforces_expiry()}


def end_by_deadline(session: Session, now: datetime) -> EndReason | None:
    """Return why the session has ended by itself, or None while it is within its deadlines."""
    if conf.ABSOLUTE_TIMEOUT is not None and now >= session.known_since + conf.ABSOLUTE_TIMEOUT:
        return EndReason.LIFETIME
    if conf.IDLE_TIMEOUT is not None and now >= session.last_used + conf.IDLE_TIMEOUT:
        return EndReason.IDLE
    if is_past_expiry(session, now) and not _engine_knows_expiry(session):
        return EndReason.EXPIRED
    return None


def is_past_expiry(session: Session, now: datetime) -> bool:
    """Tell whether ``expires_at`` has passed. The engine may have moved its own expiry since."""
    return session.expires_at is not None and now >= session.expires_at


def reason_of_loss(session: Session, now: datetime) -> EndReason:
    """Return why the engine does not hold a session any more.

    The row may say up to TOUCH_INTERVAL too late when it expires: see ``engines.held_expiry``.
    """
    has_expired = is_past_expiry(session, now + conf.TOUCH_INTERVAL)
    return EndReason.EXPIRED if has_expired else EndReason.LOST


def end_by_account(session: Session) -> EndReason | None:
    """Return why the user's account ends the session, or None. At most one query."""
    user = users.stored(session.user_id)
    if user is None or users.is_deactivated(user):
        return EndReason.DEACTIVATED
    claim = _Claim(session.backend, session.auth_digest, session.secret_key_id)
    return _by_auth_hash(user, claim).evidence


def ends_at(session: Session) -> datetime:
    """Return the moment at which a session that is not used from now on ends by itself."""
    deadlines = [session.expires_at or session.created_at]
    if idle := idle_expires_at(session):
        deadlines.append(idle)
    if conf.ABSOLUTE_TIMEOUT is not None:
        deadlines.append(session.known_since + conf.ABSOLUTE_TIMEOUT)
    return min(deadlines)


def idle_expires_at(session: Session) -> datetime | None:
    """Return when IDLE_TIMEOUT ends a session that is not used from now on. None without one."""
    return None if conf.IDLE_TIMEOUT is None else session.last_used + conf.IDLE_TIMEOUT


def expires_at(session: Session) -> datetime | None:
    """Return when the session ends even if it is in use, as far as is known now."""
    if conf.ABSOLUTE_TIMEOUT is None or session.expires_at is None:
        return session.expires_at
    return min(session.expires_at, session.known_since + conf.ABSOLUTE_TIMEOUT)


def verifies(user: AnyUser, auth_digest: bytes) -> bool:
    """Tell whether a digest is that of the user's auth hash, SECRET_KEY_FALLBACKS included."""
    if not hasattr(user, "get_session_auth_hash"):
        return True
    if constant_time_compare(auth_digest, users.auth_digest_of(user)):
        return True
    fallbacks: Iterable[str] = getattr(user, "get_session_auth_fallback_hash", tuple)()
    return any(
        constant_time_compare(auth_digest, credentials.digest(auth_hash)) for auth_hash in fallbacks
    )


def _engine_knows_expiry(session: Session) -> bool:
    # A token has no engine behind it.
    return session.kind == Kind.BROWSER and engines.enforces_expiry()


def _by_row(session: Session, now: datetime) -> Verdict | None:
    if session.ended_at is not None:
        is_known = session.end_reason in EndReason.values
        reason = EndReason(session.end_reason) if is_known else None
        # It has expired whether or not somebody has written that down.
        is_deadline = reason is not None and reason.is_deadline
        return Verdict(State.EXPIRED if is_deadline else State.ENDED, reason)
    if session.expires_at is None:
        return UNKNOWN
    if reason := end_by_deadline(session, now):
        return Verdict(State.EXPIRED, reason)
    return None


def _answers(sessions: list[Session]) -> dict[UUID, engines.Answer]:
    """Return what the engine says of the browsers' sessions. A key that cannot be opened is unread."""
    if engines.is_client_side():
        return {}
    sealed = [each for each in sessions if each.kind == Kind.BROWSER and each.sealed_key]
    keys = {session.pk: credentials.unseal(session.sealed_key) for session in sealed}
    if closed := sum(key is None for key in keys.values()):
        logs.warn_once_a_minute(logger, "%d session keys were sealed under another key.", closed)
    held = engines.load_many(key for key in keys.values() if key is not None)
    return {pk: SEALED if key is None else held[key] for pk, key in keys.items()}


SEALED = engines.Unreadable(ValueError("The key was sealed under another SECRET_KEY."))


class _Claim(NamedTuple):
    """What a credential says of its user: the backend, and the digest of the auth hash."""

    backend: str
    auth_digest: bytes
    secret_key_id: str = ""
    """Which SECRET_KEY has made the auth hash, where it may not be this process's."""


def _claim(session: Session, answer: engines.Answer, now: datetime) -> _Claim | Verdict:
    """Return what the session's credential claims, or the verdict where that decides."""
    by_row = _Claim(session.backend, session.auth_digest, session.secret_key_id)
    if session.kind == Kind.TOKEN:
        return by_row
    if engines.is_client_side():
        # A row with a key was made on another engine.
        return by_row if session.key_digest is None else LOST
    if isinstance(answer, engines.Unreadable):
        return UNKNOWN
    if answer is None:
        reason = reason_of_loss(session, now)
        return LOST if reason is EndReason.LOST else Verdict(State.EXPIRED, reason)
    # A payload without an id belongs to the row of its key.
    if payload.session_id(answer) not in (None, session.pk):
        return LOST
    if payload.user_id(answer) != session.user_id:
        return LOST
    return _Claim(payload.backend(answer), payload.auth_digest(answer))


def _by_claim(session: Session, claim: _Claim, backends: users.Backends) -> Verdict:
    user = backends.user(claim.backend, session.user_id)
    if user is not None:
        return _by_auth_hash(user, claim)
    if backends.is_silent(claim.backend, session.user_id):
        return UNKNOWN
    return DEACTIVATED if backends.is_deactivated(session.user_id) else NOT_GIVEN


def _by_auth_hash(user: AnyUser, claim: _Claim) -> Verdict:
    if verifies(user, claim.auth_digest):
        return ACTIVE
    is_ours = not claim.secret_key_id or credentials.is_own_secret_key(claim.secret_key_id)
    return CREDENTIALS_CHANGED if is_ours else UNKNOWN
