"""``sessions_api.policy`` and ``sessions_api.revocation`` as permissions of Django REST framework."""

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from sessions_api import policy, revocation
from sessions_api.models import Session
from sessions_api.tracking.current import current_session_id


class ProofRequired(PermissionDenied):
    """403 with ``"code": "reauthentication_required"``: the caller must prove who they are again."""

    def __init__(self) -> None:
        message = _("Confirm your password first.")
        super().__init__({"detail": message, "code": "reauthentication_required"})


class RecentlyAuthenticated(BasePermission):
    """A caller who has proved who they are within REAUTHENTICATION_AGE. Use it in your own views.

    While that setting is None it lets everybody through. Others get 403 with ``"code":
    "reauthentication_required"``, and can go on after ``POST sessions/current/reauthenticate/``.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not revocation.has_recent_proof(request):
            raise ProofRequired
        return True


class RecentlyAuthenticatedToEndOthers(BasePermission):
    """The same for a caller who ends another of their own sessions. Anybody else needs no proof."""

    def has_object_permission(self, request: Request, view: APIView, obj: Session) -> bool:
        if revocation.lacking_proof(request, [obj]):
            raise ProofRequired
        return True


class MayEnd(RecentlyAuthenticatedToEndOthers):
    """The same for the owner of a session, and for whoever presents it.

    Not for a user whom somebody acts as in a session of their own: it is that one's whole sign-in.
    """

    def has_object_permission(self, request: Request, view: APIView, obj: Session) -> bool:
        may_end = policy.may_end(request.user, obj) or obj.pk == current_session_id(request)
        return may_end and super().has_object_permission(request, view, obj)


class MayRename(BasePermission):
    """The owner of a session."""

    def has_object_permission(self, request: Request, view: APIView, obj: Session) -> bool:
        return policy.may_rename(request.user, obj)


class MayViewAny(BasePermission):
    """Staff who may see other users' sessions."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return policy.may_view_any(request.user)


class MayEndAny(BasePermission):
    """Staff who may end other users' sessions, and of those the one in hand."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return policy.may_end_any(request.user)

    def has_object_permission(self, request: Request, view: APIView, obj: Session) -> bool:
        return policy.may_end(request.user, obj)


class MayExtendAny(BasePermission):
    """Staff who may extend sessions, and of those the one in hand."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return policy.may_extend_any(request.user)

    def has_object_permission(self, request: Request, view: APIView, obj: Session) -> bool:
        return policy.may_extend(request.user, obj)
