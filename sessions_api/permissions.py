"""``sessions_api.policy`` as Django REST framework asks it."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from sessions_api import lifecycle, policy
from sessions_api.models import Session


class RecentlyAuthenticated(BasePermission):
    """A caller who has proved who she is within REAUTHENTICATION_AGE; for a site's own views, too.

    Anybody while that is None. Others get 403 with ``"code": "reauthentication_required"``, and can
    go on after ``POST sessions/current/reauthenticate/``.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        if not policy.is_recently_authenticated(lifecycle.current_session(request)):
            message = _("Confirm your password first.")
            raise PermissionDenied({"detail": message, "code": "reauthentication_required"})
        return True


class RecentlyAuthenticatedToEndOthers(BasePermission):
    """The same, to end another of one's own sessions. Whose work it is to end others' may."""

    def has_object_permission(self, request: Request, view: Any, obj: Session) -> bool:
        is_own = obj.user_id == request.user.pk
        asks = is_own and obj.pk != lifecycle.current_session_id(request)
        return not asks or RecentlyAuthenticated().has_permission(request, view)


class MayRename(BasePermission):
    """The owner of a session."""

    def has_object_permission(self, request: Request, view: Any, obj: Session) -> bool:
        return policy.may_rename(request.user, obj)


class MayViewAny(BasePermission):
    """Staff who may see other users' sessions."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return policy.may_view_any(request.user)


class MayEndAny(BasePermission):
    """Staff who may end other users' sessions, but not those of whom they may not reach."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return policy.may_end_any(request.user)

    def has_object_permission(self, request: Request, view: Any, obj: Session) -> bool:
        return policy.may_end(request.user, obj)


class MayExtendAny(BasePermission):
    """Staff who may extend sessions, but not those of whom they may not reach."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return policy.may_extend_any(request.user)

    def has_object_permission(self, request: Request, view: Any, obj: Session) -> bool:
        return policy.may_extend(request.user, obj)
