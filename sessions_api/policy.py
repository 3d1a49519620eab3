"""Who may do what with a session: pure functions of the actor and the session.

The owner may see, rename and end a session. Anybody else needs to be staff with permissions of the
model: ``view_session`` for whatever it is, ``change_session`` as well to extend, ``end_session`` as
well to end. So who may not see sessions may do nothing with them: an answer, a count or a search
would tell what they may not see. What is for staff asks this of their own sessions, too. Only
superusers end, extend or count, to end them, the sessions of another superuser.
"""

from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils import timezone

from sessions_api.models import AnyUser, Session, SessionQuerySet


def may_view_any(actor: AnyUser) -> bool:
    """Tell whether a user may see other users' sessions."""
    return _is_staff_with(actor, "view_session")


def may_end_any(actor: AnyUser) -> bool:
    """Tell whether a user may end other users' sessions at all."""
    return _is_staff_with(actor, "view_session", "end_session")


def may_extend_any(actor: AnyUser) -> bool:
    """Tell whether a user may extend sessions at all. To own one is not enough."""
    return _is_staff_with(actor, "view_session", "change_session")


def may_rename(actor: AnyUser, session: Session) -> bool:
    """Tell whether a user may rename a session. Only its owner may."""
    return bool(session.user_id == actor.pk)


def may_end(actor: AnyUser, session: Session) -> bool:
    """Tell whether a user may end a session."""
    return bool(session.user_id == actor.pk) or may_end_all_of(actor, session.user)


def may_end_all_of(actor: AnyUser, user: AnyUser) -> bool:
    """Tell whether staff may end the sessions of a user, who may be themselves."""
    return may_end_any(actor) and _reaches(actor, user)


def may_extend(actor: AnyUser, session: Session) -> bool:
    """Tell whether a user may extend a session."""
    return may_extend_any(actor) and _reaches(actor, session.user)


def is_recently_authenticated(session: Session | None, max_age: timedelta | None) -> bool:
    """Tell whether the owner of a session has proved who they are within a time (ASVS 7.5.2).

    Always true where that is None, as REAUTHENTICATION_AGE may be. Otherwise never true without a
    session, while somebody acts as another user, or where the sign-in has proved nothing. It becomes
    true once the owner has proved who they are.
    """
    if max_age is None:
        return True
    if session is None or session.authenticated_at is None or session.is_impersonated:
        return False
    return timezone.now() - session.authenticated_at <= max_age


def may_issue_from(session: Session) -> bool:
    """Tell whether a token may be made from a session: not from one that was itself made so."""
    return session.parent_id is None and not session.is_impersonated


def has_level(session: Session | None, level: int) -> bool:
    """Tell whether a session has at least an assurance level. Without a session, never."""
    return session is not None and not session.is_impersonated and (session.aal or 0) >= level


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


def _is_staff_with(actor: Any, *permissions: str) -> bool:
    is_staff = actor.is_active and getattr(actor, "is_staff", False)
    return bool(is_staff and all(actor.has_perm(f"sessions_api.{name}") for name in permissions))


def _reaches(actor: AnyUser, user: AnyUser) -> bool:
    return _is_superuser(actor) or not _is_superuser(user)


def _is_superuser(user: AnyUser) -> bool:
    return bool(getattr(user, "is_superuser", False))
