"""Token sessions, for clients that are no browsers. They have a row and no engine session."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import router, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from sessions_api import credentials, engines, payload, users
from sessions_api.client import located_client_of
from sessions_api.conf import conf
from sessions_api.lifecycle import devices, ending, ends, events, rows, starting
from sessions_api.lifecycle.organization import organization_of
from sessions_api.models import EndReason, Kind, Session, SessionQuerySet


class Issued(NamedTuple):
    """A new token session, and its token, which is not stored."""

    session: Session
    token: str

    def __repr__(self) -> str:
        # Without the token.
        return f"Issued({self.session!r})"


@sensitive_variables()
def issue_token(
    user: AbstractBaseUser,
    *,
    request: HttpRequest | None = None,
    label: str = "",
    lifetime: timedelta | None = None,
    backend: str = "",
    methods: Iterable[str] | None = None,
) -> Issued:
    """Sign a user in with a new token, valid for ``lifetime``, or for TOKEN_LIFETIME.

    ``request`` says who the client is, and is handed to ORGANIZATION. ``label`` is the session's
    name, at most 100 characters. ``backend`` is the path of the authentication backend that gives
    the user from then on; by default the one that ``authenticate()`` has noted on the user, or else
    the site's first. ``methods`` are the words for what the caller has checked, such as "password"
    and "totp"; by default what ``users.authentication_method`` says of user and request. Who has
    proved nothing has no ``authenticated_at``. Raises ValueError for what is no word, and
    SessionLimitReached when the site refuses sessions beyond MAX_SESSIONS_PER_USER.
    """
    if methods is None:
        methods = users.authentication_method(user, request).split()
    told = payload.told(methods)
    now = timezone.now()
    token = credentials.new_token()
    session = Session(
        user=user,  # type: ignore[misc]  # the stubs know one user model
        kind=Kind.TOKEN,
        label=label,
        key_digest=credentials.digest(token),
        backend=backend or getattr(user, "backend", "") or users.first_backend(),
        auth_digest=users.auth_digest_of(user),
        secret_key_id=credentials.secret_key_id(),
        methods=told,
        aal=payload.level(told.split()),
        organization_id=organization_of(user, request),
        created_at=now,
        authenticated_at=now if payload.proves(told.split()) else None,
        last_used=now,
        expires_at=now + (conf.TOKEN_LIFETIME if lifetime is None else lifetime),
        **(rows.begun_by(*located_client_of(request)) if request is not None else {}),
    )
    met = devices.met(session, user, None) if request is not None and devices.are_noted() else None
    if met is not None:
        session.device_digest = met.digest
    starting.insert(session, user, superseded=None)
    events.started(session)
    if met is not None and met.is_new:
        events.new_device(session, request)
    return Issued(session, token)


@sensitive_variables()
def issue_from(
    parent: Session,
    user: AbstractBaseUser,
    *,
    request: HttpRequest,
    label: str = "",
    lifetime: timedelta | None = None,
) -> Issued | None:
    """Make a token from a session, of no more than the session's own assurance.

    ``user`` is the owner as the session, which is that of the request, has just authenticated them.
    The token lasts for ``lifetime``, at most for TOKEN_LIFETIME. It ends with the session when that is
    ended from elsewhere, or loses its credentials. None where the session has ended meanwhile. Raises
    SessionLimitReached.
    """
    now = timezone.now()
    token = credentials.new_token()
    lifetime = conf.TOKEN_LIFETIME if lifetime is None else min(lifetime, conf.TOKEN_LIFETIME)
    session = Session(
        user=user,  # type: ignore[misc]  # the stubs know one user model
        kind=Kind.TOKEN,
        parent=parent,
        label=label,
        key_digest=credentials.digest(token),
        backend=parent.backend or payload.backend(request.session),
        auth_digest=users.auth_digest_of(user),
        methods=parent.methods,
        aal=parent.aal,
        provider=parent.provider,
        organization_id=parent.organization_id,
        device_digest=parent.device_digest,
        authenticated_at=parent.authenticated_at,
        secret_key_id=credentials.secret_key_id(),
        created_at=now,
        last_used=now,
        expires_at=now + lifetime,
        **rows.begun_by(*located_client_of(request)),
    )
    using = router.db_for_write(Session)
    with transaction.atomic(using=using):
        # Whoever ends the session waits for the lock, and finds the token then.
        rows.lock([parent.pk], using=using, skip_locked=False)
        if not Session.objects.using(using).not_ended().filter(pk=parent.pk).exists():
            return None
        starting.insert(session, user, superseded=None)
    events.started(session)
    return Issued(session, token)


def take_place(of: SessionQuerySet, by: Session) -> None:
    """End sessions whose place another one takes, and have their tokens go on under that.

    The sessions end first. No token is made from them after that, and whoever revokes one of them
    before has its tokens end with it. Where the other one is revoked meanwhile, so are the tokens.
    """
    pks = list(of.filter(user_id=by.user_id).values_list("pk", flat=True))
    ending.end_many(of, reason=EndReason.REPLACED)
    if not pks or not _hand_over(pks, by):
        return
    revoked = Session.objects.on_primary().filter(pk=by.pk, end_reason__in=ends.TAKES_TOKENS)
    for row in revoked:
        tokens = Session.objects.filter(parent=by)
        ending.end_many(tokens, by=row.ended_by, reason=EndReason(row.end_reason))


@rows.retried
def _hand_over(parents: list[UUID], to: Session) -> int:
    """Give the tokens of sessions that have ended another parent. Returns how many."""
    using = router.db_for_write(Session)
    tokens = Session.objects.using(using).not_ended()
    with rows.read_committed(using):
        of_parents = tokens.filter(parent__pk__among=parents).values_list("pk", flat=True)
        pks = list(of_parents)
        if not pks:
            return 0
        # Whoever ends the other one holds its lock, or waits for it and finds the tokens then.
        rows.lock([to.pk, *pks], using=using, skip_locked=False)
        return tokens.filter(pk__among=pks).update(parent=to)


@sensitive_variables()
def reauthenticated(
    session: Session, user: AbstractBaseUser, methods: Sequence[str] = ()
) -> str | None:
    """Note that the owner, as the users' table has them now, has proved who they are.

    ``methods`` are the words of what they have proved it by. They add to those of the sign-in.

    Returns the new token of a token session; the old one is no longer valid (ASVS 7.2.4). Returns
    "" for a browser's session, whose key the caller has to change; on signed_cookies, which has no
    key, the session goes on under another id. Returns None for a session that has ended meanwhile,
    or has got another token.
    """
    now = timezone.now()
    used = list(dict.fromkeys([*session.methods.split(), *methods]))
    proof = {
        "methods": " ".join(used),
        "aal": max(session.aal or 0, payload.level(used) or 0) or None,
        "authenticated_at": now,
        "last_used": now,
        "auth_digest": users.auth_digest_of(user),
        "secret_key_id": credentials.secret_key_id(),
    }
    if session.kind == Kind.TOKEN:
        return _renewed_token(session, {**proof, "expires_at": _renewed_expiry(session, now)})
    if engines.is_client_side():
        return "" if starting.start_again(session, **proof) else None
    return "" if _write(session, proof) else None


def _renewed_token(session: Session, proof: rows.Fields) -> str | None:
    token = credentials.new_token()
    is_written = _write(session, {**proof, "key_digest": credentials.digest(token)})
    return token if is_written else None


def lifetime_of(session: Session) -> timedelta:
    """Return how long a token was to last when it was made or renewed.

    The proof that it was made from may be older than the token.
    """
    begun = max(session.created_at, session.known_since)
    return (session.expires_at or begun) - begun


def _renewed_expiry(session: Session, now: datetime) -> datetime:
    """Return when a token that is renewed now expires: never earlier than it would have.

    A token that was issued for less than TOKEN_LIFETIME gets the same short lifetime again.
    """
    renewed = now + min(lifetime_of(session), conf.TOKEN_LIFETIME)
    return max(session.expires_at or now, renewed)


def _write(session: Session, changes: rows.Fields) -> bool:
    """Change a session. False when it has ended, or has got another token."""
    sessions = Session.objects.filter(pk=session.pk)
    if session.kind == Kind.TOKEN:
        sessions = sessions.filter(key_digest=session.key_digest)
    if not rows.update(sessions, changes):
        return False
    rows.assign(session, changes)
    return True
