"""How many sessions a user may have at once (ASVS 7.1.2)."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import models, router

from sessions_api import validity
from sessions_api.conf import conf
from sessions_api.exceptions import SessionLimitReached
from sessions_api.models import Session

LOGIN_TAKES_AT_MOST = timedelta(minutes=5)
"""How long a login whose response has yet to save its session counts."""


def surplus(user: Any, now: datetime, *, superseded: models.Q | None) -> list[UUID]:
    """Return which of the user's sessions, the oldest, must end for one more to be allowed.

    Locks the user's row until the transaction ends, so that simultaneous logins count each other.
    ``superseded`` are sessions whose place the new one takes; they do not count. Raises
    SessionLimitReached when ON_LIMIT is "refuse" and there is no room.
    """
    limit = conf.MAX_SESSIONS_PER_USER
    if limit is None:
        return []
    _lock(user)
    standing = _standing(user, now, superseded)
    if len(standing) >= limit and conf.ON_LIMIT == "refuse":
        raise SessionLimitReached(limit)
    # What is adopted was signed in before the installation.
    standing.sort(key=lambda session: (not session.adopted, session.created_at))
    return [session.pk for session in standing[: max(0, len(standing) - limit + 1)]]


def _lock(user: Any) -> None:
    users = get_user_model()._base_manager.using(router.db_for_write(Session))
    list(users.select_for_update().filter(pk=user.pk).values_list("pk"))


def _standing(user: Any, now: datetime, superseded: models.Q | None) -> list[Session]:
    # One query, or a login that is bound between two of them would be in neither.
    sessions = Session.objects.on_primary().for_user(user).not_ended()
    sessions = sessions.exclude(expires_at__lte=now - validity.expiry_slack())
    if superseded:
        sessions = sessions.exclude(superseded)
    candidates = list(sessions)
    verdicts = validity.judge(candidates, users=[user])
    return [session for session in candidates if _stands(session, verdicts[session.pk], now)]


def _stands(session: Session, verdict: validity.Verdict, now: datetime) -> bool:
    """Tell whether a session is active, or a login whose response has yet to save it."""
    if verdict in (validity.UNANSWERED, validity.LOST):
        return session.created_at > now - LOGIN_TAKES_AT_MOST
    return verdict is validity.ACTIVE
