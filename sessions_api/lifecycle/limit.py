"""How many sessions a user may have at once (ASVS 7.1.2)."""

from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models, router

from sessions_api import validity
from sessions_api.conf import conf
from sessions_api.exceptions import SessionLimitReached
from sessions_api.lifecycle import ending, rows
from sessions_api.models import EndReason, Session

LOGIN_TAKES_AT_MOST = timedelta(minutes=5)
"""How long a login counts whose response has yet to save its session."""


def make_room(user: AbstractBaseUser, now: datetime, *, superseded: models.Q | None) -> None:
    """End the user's oldest sessions, as many as must go for one more to be allowed.

    To be called in the transaction that inserts the new session: it locks the user's row, so that
    simultaneous logins count each other. ``superseded`` selects sessions whose place the new one
    takes; they do not count. Raises SessionLimitReached when there is no room and ON_LIMIT is
    "refuse".
    """
    if conf.MAX_SESSIONS_PER_USER is None:
        return
    _lock(user)
    if surplus := _surplus(_standing(user, now, superseded), conf.MAX_SESSIONS_PER_USER):
        ending.end_many(Session.objects.filter(pk__in=surplus), by=user, reason=EndReason.LIMIT)


def _surplus(standing: list[Session], limit: int) -> list[UUID]:
    """Return which sessions must end, the oldest first, for one more to be within the limit."""
    if len(standing) >= limit and conf.ON_LIMIT == "refuse":
        raise SessionLimitReached(limit)
    # Adopted sessions come first: they are older than their rows.
    standing.sort(key=lambda session: (not session.adopted, session.created_at))
    return [session.pk for session in standing[: max(0, len(standing) - limit + 1)]]


def _lock(user: AbstractBaseUser) -> None:
    using = router.db_for_write(Session)
    users = get_user_model()._base_manager.using(using).filter(pk=user.pk)
    if rows.sees_the_past(using):
        # Another sign-in that has held the lock meanwhile is not seen: this fails then.
        users.update(**{get_user_model()._meta.pk.attname: models.F("pk")})
    else:
        list(users.select_for_update().values_list("pk"))


def _standing(user: AbstractBaseUser, now: datetime, superseded: models.Q | None) -> list[Session]:
    # One query: with two, a login that is bound between them would be in neither.
    sessions = Session.objects.on_primary().for_user(user).not_ended()
    under_way = sessions.filter(expires_at__isnull=True)
    sessions = under_way | sessions.within_deadlines(now, **validity.row_decides())
    if superseded:
        sessions = sessions.exclude(superseded)
    candidates = list(sessions)
    verdicts = validity.judge(candidates, known=[user])
    return [session for session in candidates if _stands(session, verdicts[session.pk], now)]


def _stands(session: Session, verdict: validity.Verdict, now: datetime) -> bool:
    """Tell whether a session is active or unknown, or a login whose response has yet to save it."""
    if session.expires_at is None or verdict.is_lost:
        return session.created_at > now - LOGIN_TAKES_AT_MOST
    return not verdict.is_over
