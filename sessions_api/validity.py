"""The one predicate: would a request that presents this credential right now be authenticated?

Every surface asks here. A session is active when all of this holds:

- its row has not ended and is within its deadlines;
- the session engine would load a payload for its key, and that payload names this session;
- the payload's authentication backend gives its user;
- the payload's auth hash is that of the user, so that no password has changed since.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from sessions_api import credentials, engines, payload, users
from sessions_api.conf import conf
from sessions_api.models import AnyUser, EndReason, Kind, Session, SessionQuerySet


class State(models.TextChoices):
    """What a session is right now."""

    ACTIVE = "active", _("active")
    ENDED = "ended", _("ended")
    EXPIRED = "expired", _("expired")
    INVALID = "invalid", _("invalid")


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state of one session and, unless it is active, the reason."""

    state: State
    reason: EndReason | None = None

    @property
    def is_active(self) -> bool:
        return self.state is State.ACTIVE

    @property
    def is_unanswered(self) -> bool:
        """Tell whether the session may become active again.

        Its authentication backend does not give its user at the moment, or its login is under way.
        """
        return self.state is State.INVALID and self.reason is None

    @property
    def is_lost(self) -> bool:
        """Tell whether the engine does not hold the session."""
        return self.state is State.INVALID and self.reason is EndReason.LOST


ACTIVE = Verdict(State.ACTIVE)
UNANSWERED = Verdict(State.INVALID)
LOST = Verdict(State.INVALID, EndReason.LOST)
CREDENTIALS_CHANGED = Verdict(State.INVALID, EndReason.CREDENTIALS)
DEACTIVATED = Verdict(State.INVALID, EndReason.DEACTIVATED)


def judge(sessions: Iterable[Session], *, known: Iterable[AnyUser] = ()) -> dict[UUID, Verdict]:
    """Return the verdict on each session, by its id.

    ``known`` are users whom a backend has given during this request; they are not asked for again.
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
            verdicts[session.pk] = verdict
    payloads = _payloads(undecided)
    claims = {session: _claim(session, payloads.get(session.pk)) for session in undecided}
    asked = [(claim.backend, each.user_id) for each, claim in claims.items() if claim is not None]
    backends = users.Backends(asked, known=known)
    for session, claim in claims.items():
        verdicts[session.pk] = _by_claim(session, claim, backends)
    return verdicts


def active(sessions: Iterable[Session], *, known: Iterable[AnyUser] = ()) -> list[Session]:
    """Return those of the sessions that are active, in their order. See ``judge``."""
    sessions = list(sessions)
    verdicts = judge(sessions, known=known)
    return [session for session in sessions if verdicts[session.pk].is_active]


def active_sessions(user: AbstractBaseUser) -> list[Session]:
    """Return the user's active sessions, the most recently used first."""
    sessions = candidates(Session.objects.on_primary().for_user(user))
    return active(sessions.order_by("-last_used", "-id"))


def candidates(sessions: SessionQuerySet) -> SessionQuerySet:
    """Return the sessions that may be active, as far as the table alone knows."""
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


def end_by_account(session: Session) -> EndReason | None:
    """Return why the user's account ends the session, or None. At most one query."""
    user = users.stored(session.user_id)
    if user is None or users.is_deactivated(user):
        return EndReason.DEACTIVATED
    return None if verifies(user, session.auth_digest) else EndReason.CREDENTIALS


def deadline(session: Session) -> datetime:
    """Return the earliest moment at which the session ends by itself."""
    deadlines = [(session.expires_at or session.created_at) + _slack(session)]
    if conf.IDLE_TIMEOUT is not None:
        deadlines.append(session.last_used + conf.IDLE_TIMEOUT)
    if conf.ABSOLUTE_TIMEOUT is not None:
        deadlines.append(_since(session) + conf.ABSOLUTE_TIMEOUT)
    return min(deadlines)


def expires_at(session: Session) -> datetime | None:
    """Return when the session ends even if it is in use, as far as is known now."""
    if conf.ABSOLUTE_TIMEOUT is None or session.expires_at is None:
        return session.expires_at
    return min(session.expires_at, _since(session) + conf.ABSOLUTE_TIMEOUT)


def expiry_slack() -> timedelta:
    """Return how far a row's expiry may lag behind an engine that enforces its own."""
    return conf.TOUCH_INTERVAL if engines.enforces_expiry() else timedelta(0)


def verifies(user: AnyUser, auth_digest: str) -> bool:
    """Tell whether a digest is that of the user's auth hash, SECRET_KEY_FALLBACKS included."""
    if not hasattr(user, "get_session_auth_hash"):
        return True
    if constant_time_compare(auth_digest, users.auth_digest_of(user)):
        return True
    fallbacks: Iterable[str] = getattr(user, "get_session_auth_fallback_hash", tuple)()
    return any(
        constant_time_compare(auth_digest, credentials.digest(auth_hash)) for auth_hash in fallbacks
    )


def _slack(session: Session) -> timedelta:
    # A token has no engine behind it.
    return timedelta(0) if session.kind == Kind.TOKEN else expiry_slack()


def _since(session: Session) -> datetime:
    return session.authenticated_at or session.created_at


def _by_row(session: Session, now: datetime) -> Verdict | None:
    if session.ended_at is not None:
        is_known = session.end_reason in EndReason.values
        return Verdict(State.ENDED, EndReason(session.end_reason) if is_known else None)
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


def _claim(session: Session, held: engines.Payload | None) -> _Claim | None:
    """Return what the session's credential claims. None when the credential is not the session's."""
    if session.kind == Kind.TOKEN:
        return _Claim(session.backend, session.auth_digest)
    if engines.is_client_side():
        # A row with a key was made on another engine.
        has_key = session.key_digest is not None
        return None if has_key else _Claim(session.backend, session.auth_digest)
    # A payload without an id belongs to the row of its key.
    if held is None or payload.session_id(held) not in (None, session.pk):
        return None
    if payload.user_id(held) != session.user_id:
        return None
    return _Claim(payload.backend(held), payload.auth_digest(held))


def _by_claim(session: Session, claim: _Claim | None, backends: users.Backends) -> Verdict:
    if claim is None:
        return LOST
    user = backends.user(claim.backend, session.user_id)
    if user is None:
        return DEACTIVATED if backends.is_deactivated(session.user_id) else UNANSWERED
    return ACTIVE if verifies(user, claim.auth_digest) else CREDENTIALS_CHANGED
