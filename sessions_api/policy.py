"""Who may do what with a session: pure functions of the actor and the session.

The owner may see, rename and end a session. Anybody else needs to be staff with a permission of the
model: ``view_session`` to see, ``change_session`` to extend, ``end_session`` to end. Only superusers
end or extend the sessions of another superuser.
"""

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils import timezone

from sessions_api.conf import conf
from sessions_api.models import AnyUser, Session, SessionQuerySet


def may_view_any(actor: AnyUser) -> bool:
    """Tell whether a user may see other users' sessions."""
    return _is_staff_with(actor, "view_session")


def may_end_any(actor: AnyUser) -> bool:
    """Tell whether a user may end other users' sessions at all."""
    return _is_staff_with(actor, "end_session")


def may_extend_any(actor: AnyUser) -> bool:
    """Tell whether a user may extend sessions at all. To own one is not enough."""
    return _is_staff_with(actor, "change_session")


def may_rename(actor: AnyUser, session: Session) -> bool:
    """Tell whether a user may rename a session. Only its owner may."""
    return bool(session.user_id == actor.pk)


def may_end(actor: AnyUser, session: Session) -> bool:
    """Tell whether a user may end a session."""
    return bool(session.user_id == actor.pk) or may_end_all_of(actor, session.user)


def may_end_all_of(actor: AnyUser, user: AnyUser) -> bool:
    """Tell whether a user may end every session of another user, or of their own."""
    return bool(user.pk == actor.pk) or (may_end_any(actor) and _reaches(actor, user))


def may_extend(actor: AnyUser, session: Session) -> bool:
    """Tell whether a user may extend a session."""
    return may_extend_any(actor) and _reaches(actor, session.user)


def is_recently_authenticated(session: Session | None) -> bool:
    """Tell whether the owner has proved who they are within REAUTHENTICATION_AGE (ASVS 7.5.2).

    Always true while that setting is None. Otherwise never true without a session, while somebody
    acts as another user, or where the sign-in has proved nothing. It becomes true once the owner has
    proved who they are.
    """
    if conf.REAUTHENTICATION_AGE is None:
        return True
    if session is None or session.authenticated_at is None or session.is_impersonated:
        return False
    return timezone.now() - session.authenticated_at <= conf.REAUTHENTICATION_AGE


def endable_by(actor: AnyUser, sessions: SessionQuerySet) -> SessionQuerySet:
    """Return the sessions that a user may end. See ``may_end``."""
    if not may_end_any(actor):
        return sessions.for_user(actor)
    users = get_user_model()
    if _is_superuser(actor) or not hasattr(users, "is_superuser"):
        return sessions
    if "is_superuser" in {field.name for field in users._meta.concrete_fields}:
        return sessions.filter(Q(user__is_superuser=False) | Q(user_id=actor.pk))
    # It is no column, but a property, say: only the objects know.
    owners = users._base_manager.filter(pk__in=sessions.order_by().values("user_id"))
    superusers = [owner.pk for owner in owners.iterator() if _is_superuser(owner)]
    return sessions.filter(~Q(user_id__in=superusers) | Q(user_id=actor.pk))


def _is_staff_with(actor: Any, permission: str) -> bool:
    is_staff = actor.is_active and getattr(actor, "is_staff", False)
    return bool(is_staff and actor.has_perm(f"sessions_api.{permission}"))


def _reaches(actor: AnyUser, user: AnyUser) -> bool:
    return _is_superuser(actor) or not _is_superuser(user)


def _is_superuser(user: AnyUser) -> bool:
    return bool(getattr(user, "is_superuser", False))
