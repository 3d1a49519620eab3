"""Who may do what with a session: pure functions of the actor and the session."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q

from sessions_api.models import Session, SessionQuerySet


def may_end(actor: Any, session: Session) -> bool:
    """Tell whether a user may end a session: its owner, or staff who hold ``end_session``.

    Staff who are no superusers may not end a superuser's session.
    """
    if session.user_id == actor.pk:
        return True
    if not may_end_any(actor):
        return False
    return bool(actor.is_superuser or not getattr(session.user, "is_superuser", False))


def endable_by(actor: Any, sessions: SessionQuerySet) -> SessionQuerySet:
    """Return those of the sessions that a user may end. See ``may_end``."""
    if not may_end_any(actor):
        return sessions.for_user(actor)
    if actor.is_superuser or not hasattr(get_user_model(), "is_superuser"):
        return sessions
    return sessions.filter(Q(user__is_superuser=False) | Q(user_id=actor.pk))


def may_end_any(actor: Any) -> bool:
    """Tell whether a staff user may end other users' sessions at all."""
    return bool(actor.is_active and actor.is_staff and actor.has_perm("sessions_api.end_session"))
