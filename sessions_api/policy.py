"""Who may do what with a session: pure functions of the actor and the session.

The owner may see, rename and end a session. Others are staff who hold a permission of the model:
``view_session``, ``change_session`` (to extend), ``end_session``. Of a superuser's sessions, only
superusers end or extend those of others.
"""

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils import timezone

from sessions_api.conf import conf
from sessions_api.models import Kind, Session, SessionQuerySet


def may_view_any(actor: Any) -> bool:
    """Tell whether a user may see other users' sessions."""
    return _is_staff_with(actor, "view_session")


def may_end_any(actor: Any) -> bool:
    """Tell whether a user may end other users' sessions at all."""
    return _is_staff_with(actor, "end_session")


def may_extend_any(actor: Any) -> bool:
    """Tell whether a user may extend sessions at all. Owning one is not enough."""
    return _is_staff_with(actor, "change_session")


def may_rename(actor: Any, session: Session) -> bool:
    """Tell whether a user may name a session: its owner alone."""
    return bool(session.user_id == actor.pk)


def may_end(actor: Any, session: Session) -> bool:
    """Tell whether a user may end a session."""
    return bool(session.user_id == actor.pk) or may_end_all_of(actor, session.user)


def may_end_all_of(actor: Any, user: Any) -> bool:
    """Tell whether a user may end every session of another, or of herself."""
    return bool(user.pk == actor.pk or (may_end_any(actor) and _reaches(actor, user)))


def may_extend(actor: Any, session: Session) -> bool:
    """Tell whether a user may extend a session."""
    return may_extend_any(actor) and _reaches(actor, session.user)


def may_keep_alive(actor: Any, session: Session) -> bool:
    """Tell whether a user may renew a session's lifetime by a heartbeat: her own, none but hers.

    Not that of a token which was issued for less than TOKEN_LIFETIME: that was meant.
    """
    if session.user_id != actor.pk or session.expires_at is None:
        return False
    lifetime = session.expires_at - (session.authenticated_at or session.created_at)
    return session.kind == Kind.BROWSER or lifetime >= conf.TOKEN_LIFETIME


def is_recently_authenticated(session: Session | None) -> bool:
    """Tell whether the owner has proved who she is within REAUTHENTICATION_AGE (ASVS 7.5.2).

    Without that setting, always. Otherwise never for a request without a session or where somebody
    else has taken her place, and for an adopted session not before she has proved it again.
    """
    if conf.REAUTHENTICATION_AGE is None:
        return True
    if session is None or session.authenticated_at is None or session.impersonator_id is not None:
        return False
    return timezone.now() - session.authenticated_at <= conf.REAUTHENTICATION_AGE


def endable_by(actor: Any, sessions: SessionQuerySet) -> SessionQuerySet:
    """Return those of the sessions that a user may end. See ``may_end``."""
    if not may_end_any(actor):
        return sessions.for_user(actor)
    users = get_user_model()
    if _is_superuser(actor) or not hasattr(users, "is_superuser"):
        return sessions
    if "is_superuser" in {field.name for field in users._meta.concrete_fields}:
        return sessions.filter(Q(user__is_superuser=False) | Q(user_id=actor.pk))
    # A property, say: only the objects know.
    owners = users._base_manager.filter(pk__in=sessions.order_by().values("user_id"))
    superusers = [owner.pk for owner in owners.iterator() if _is_superuser(owner)]
    return sessions.filter(~Q(user_id__in=superusers) | Q(user_id=actor.pk))


def _is_staff_with(actor: Any, permission: str) -> bool:
    is_staff = actor.is_active and getattr(actor, "is_staff", False)
    return bool(is_staff and actor.has_perm(f"sessions_api.{permission}"))


def _reaches(actor: Any, user: Any) -> bool:
    return _is_superuser(actor) or not _is_superuser(user)


def _is_superuser(user: Any) -> bool:
    return bool(getattr(user, "is_superuser", False))
