"""How many sessions a user may have at once (ASVS 7.1.2)."""

from datetime import datetime, timedelta

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models, router

from sessions_api import validity
from sessions_api.conf import conf
from sessions_api.exceptions import SessionLimitReached
from sessions_api.lifecycle import ending, rows
from sessions_api.models import EndReason, Session, SessionQuerySet

LOGIN_TAKES_AT_MOST = timedelta(minutes=5)
"""How long a login counts whose response has yet to save its session."""


def make_room(user: AbstractBaseUser, now: datetime, *, superseded: models.Q | None) -> None:
    """End the user's oldest sessions, as many as must go for one more to be allowed.

    To be called in the transaction that inserts the new session: it locks the user's row, so that
    simultaneous logins count each other. ``superseded`` selects sessions whose place the new one
    takes; they do not count. Raises SessionLimitReached when there is no room and ON_LIMIT is
    "refuse".
    """
    limit = conf.MAX_SESSIONS_PER_USER
    if limit is None:
        return
    _lock(user)
    candidates = _candidates(user, now, superseded)
    if candidates.order_by()[:limit].count() < limit:
        return  # Without a look into the engine: no more stand than the table knows.
    if conf.ON_LIMIT == "refuse":
        if _is_reached(limit, candidates, user, now):
            raise SessionLimitReached(limit)
    elif surplus := _standing(candidates, user, now)[limit - 1 :]:
        pks = [session.pk for session in surplus]
        ending.end_many(Session.objects.filter(pk__in=pks), by=user, reason=EndReason.LIMIT)


def _is_reached(
    limit: int, candidates: SessionQuerySet, user: AbstractBaseUser, now: datetime
) -> bool:
    """Tell whether as many sessions stand as are allowed. In most cases the newest are enough."""
    newest = _standing(candidates[:limit], user, now)
    return len(newest) == limit or len(_standing(candidates, user, now)) >= limit


def _lock(user: AbstractBaseUser) -> None:
    using = router.db_for_write(Session)
    users = get_user_model()._base_manager.using(using).filter(pk=user.pk)
    if rows.sees_the_past(using):
        # Another sign-in that has held the lock meanwhile is not seen: this fails then.
        users.update(**{get_user_model()._meta.pk.attname: models.F("pk")})
    else:
        list(users.select_for_update().values_list("pk"))


def _candidates(
    user: AbstractBaseUser, now: datetime, superseded: models.Q | None
) -> SessionQuerySet:
    """Return the sessions that may stand, as far as the table alone knows, the newest first."""
    # One set: of two, a login that is bound between their queries would be in neither.
    sessions = Session.objects.on_primary().for_user(user).not_ended()
    begun = now - LOGIN_TAKES_AT_MOST
    under_way = sessions.filter(expires_at__isnull=True, created_at__gt=begun)
    sessions = under_way | sessions.within_deadlines(now, **validity.row_decides())
    if superseded:
        sessions = sessions.exclude(superseded)
    # Adopted sessions come last: they are older than their rows.
    return sessions.order_by("adopted", "-created_at", "-pk")


def _standing(candidates: SessionQuerySet, user: AbstractBaseUser, now: datetime) -> list[Session]:
    """Return those of the sessions that stand, in their order. Each is judged."""
    sessions = list(candidates)
    verdicts = validity.judge(sessions, known=[user])
    return [session for session in sessions if _stands(session, verdicts[session.pk], now)]


def _stands(session: Session, verdict: validity.Verdict, now: datetime) -> bool:
    """Tell whether a session is active or unknown, or a login whose response has yet to save it."""
    if session.expires_at is None or verdict.is_lost:
        return session.created_at > now - LOGIN_TAKES_AT_MOST
    return not verdict.is_over
