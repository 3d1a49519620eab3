"""Sessions of clients that are no browsers: a token of ours is all there is to them."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth import load_backend
from django.contrib.auth.backends import BaseBackend
from django.db import router, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from sessions_api import assurance, credentials, engines, events, limit, validity
from sessions_api.conf import conf
from sessions_api.lifecycle import ending, rows
from sessions_api.lifecycle.beginning import organization_of, origin
from sessions_api.models import EndReason, Kind, Session


class Issued(NamedTuple):
    """A token, which is not stored and shown this once, and its session."""

    session: Session
    token: str

    def __repr__(self) -> str:
        """Leave the token out."""
        return f"Issued({self.session!r})"


@sensitive_variables()
def issue_token(
    user: Any,
    *,
    request: HttpRequest | None = None,
    label: str = "",
    lifetime: timedelta | None = None,
    backend: str = "",
) -> Issued:
    """Sign a user in with a new token, valid for ``lifetime``, or for TOKEN_LIFETIME.

    ``request`` tells where the client is and what; ``label`` is the session's name, at most 100
    characters. ``backend`` is the path of the authentication backend that goes on answering for the
    user: the one that ``authenticate()`` has noted on the user unless given, or the site's first.
    Raises SessionLimitReached when the site refuses sessions beyond MAX_SESSIONS_PER_USER.
    """
    now = timezone.now()
    session = Session(
        user=user,
        kind=Kind.TOKEN,
        label=label,
        backend=backend or getattr(user, "backend", "") or _first_backend(),
        auth_digest=validity.auth_digest_of(user),
        methods=(method := assurance.method_of(user)),
        aal=1 if method else None,
        organization_id=organization_of(request, user),
        created_at=now,
        authenticated_at=now,
        last_used=now,
        expires_at=now + (conf.TOKEN_LIFETIME if lifetime is None else lifetime),
        **(origin(request) if request is not None else {}),
    )
    token = credentials.new_token()
    session.key_digest = credentials.digest(token)
    with transaction.atomic(using=router.db_for_write(Session)):
        if surplus := limit.surplus(user, now, superseded=None):
            ending.end_many(Session.objects.filter(pk__in=surplus), by=user, reason=EndReason.LIMIT)
        session.save(force_insert=True)
    events.started(session)
    return Issued(session, token)


def _first_backend() -> str:
    """Return the path of the first backend that answers for users. Some only have a veto."""
    for path in settings.AUTHENTICATION_BACKENDS:
        get_user = getattr(type(load_backend(path)), "get_user", BaseBackend.get_user)
        if get_user is not BaseBackend.get_user:
            return path
    return ""


@sensitive_variables()
def reauthenticated(session: Session, user: Any) -> str | None:
    """Note that the owner, as ``authenticate()`` returned her, has just proved again who she is.

    Returns the new token of a token session, which takes the place of the old one and lasts as long
    again (ASVS 7.2.4). Returns "" for a browser's session, whose key the caller changes: on
    signed_cookies, where there is no key, the session goes on under another id. Returns None for a
    session that has ended meanwhile, or that has got another token.
    """
    now = timezone.now()
    proof = {
        "authenticated_at": now,
        "last_used": now,
        "auth_digest": validity.auth_digest_of(user),
    }
    if session.kind == Kind.TOKEN:
        return _renewed_token(session, {**proof, "expires_at": _renewed_expiry(session, now)})
    if engines.is_client_side():
        return _under_another_id(session, proof)
    return "" if _write(session, proof) else None


@sensitive_variables()
def _renewed_token(session: Session, proof: dict[str, Any]) -> str | None:
    token = credentials.new_token()
    is_written = _write(session, {**proof, "key_digest": credentials.digest(token)})
    return token if is_written else None


def _renewed_expiry(session: Session, now: datetime) -> datetime:
    """Return when a token that is renewed now expires: never earlier than it would have.

    What was issued for less than TOKEN_LIFETIME was meant to be short.
    """
    expires_at = session.expires_at or now
    lifetime = expires_at - (session.authenticated_at or session.created_at)
    return max(expires_at, now + min(lifetime, conf.TOKEN_LIFETIME))


def _under_another_id(session: Session, proof: dict[str, Any]) -> str | None:
    """Make another row for a signed cookie, by whose id alone a copy is known.

    As that of any login it takes the place of the old one once its response is known to reach the
    browser.
    """
    if not Session.objects.on_primary().not_ended().filter(pk=session.pk).exists():
        return None
    expires_at = session.expires_at
    rows.assign(session, {**proof, "id": credentials.new_id(), "expires_at": None})
    session.save(force_insert=True)
    session.expires_at = expires_at
    return ""


def _write(session: Session, changes: dict[str, Any]) -> bool:
    """Change a session that has not ended, nor got another token."""
    sessions = Session.objects.filter(pk=session.pk)
    if session.kind == Kind.TOKEN:
        sessions = sessions.filter(key_digest=session.key_digest)
    if not rows.update(sessions, changes):
        return False
    rows.assign(session, changes)
    return True
