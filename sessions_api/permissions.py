"""``sessions_api.policy`` and ``sessions_api.revocation`` as permissions of Django REST framework."""

from copy import copy
from datetime import timedelta
from typing import Any, cast

from django.apps import apps
from django.http import HttpRequest
from django.urls import get_resolver, get_urlconf
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from sessions_api import policy, step_up
from sessions_api.conf import conf
from sessions_api.models import Session
from sessions_api.step_up import Requirement
from sessions_api.tracking.current import current_session


class StepUpRequired(PermissionDenied):
    """403: the caller must prove more than they have, as ``code`` and ``methods`` say.

    Whoever presents a token finds the same in ``WWW-Authenticate`` (RFC 9470).
    """

    def __init__(self, request: Request, requirement: Requirement) -> None:
        super().__init__(step_up.refusal(request, requirement))
        if isinstance(request.auth, Session):
            self.auth_header = requirement.challenge


def proof_required(request: Request) -> StepUpRequired:
    """Return the error for a caller who lacks a proof within REAUTHENTICATION_AGE."""
    return StepUpRequired(request, Requirement(max_age=conf.REAUTHENTICATION_AGE))


class RecentlyAuthenticated(BasePermission):
    """A caller who has proved who they are within REAUTHENTICATION_AGE. Use it in your own views.

    While that setting is None everybody is let through. Others get 403 with ``"code":
    "reauthentication_required"``, and can go on after ``POST sessions/current/reauthenticate/``.
    """

    max_age: timedelta | None = None

    @classmethod
    def within(cls, max_age: timedelta) -> type[BasePermission]:
        """Return a permission for callers who have done so within a time, whatever the setting."""
        return type(cls.__name__, (cls,), {"max_age": max_age})

    def has_permission(self, request: Request, view: APIView) -> bool:
        requirement = Requirement(max_age=self.max_age or conf.REAUTHENTICATION_AGE)
        if not requirement.is_met(request):
            raise StepUpRequired(request, requirement)
        return True


def RequiresLevel(level: int) -> type[BasePermission]:
    """Return a permission for callers whose session has an assurance level (NIST SP 800-63B-4).

    Use it in your own views: ``permission_classes = [RequiresLevel(2)]`` lets two factors through.
    Others get 403 with ``"code": "insufficient_level"``.
    """
    return type("RequiresLevel", (_RequiresLevel,), {"level": level})


class _RequiresLevel(BasePermission):
    level: int

    def has_permission(self, request: Request, view: APIView) -> bool:
        requirement = Requirement(level=self.level)
        if not requirement.is_met(request):
            raise StepUpRequired(request, requirement)
        return True


class MayConfirm(BasePermission):
    """Whoever is signed in as themselves."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        session = current_session(request)
        if session is not None and session.is_impersonated:
            message = _("You act as somebody else: you cannot prove to be them.")
            raise PermissionDenied({"detail": message, "code": "impersonation"})
        return True


class MayIssueToken(BasePermission):
    """Whoever may make a token of their session, and has proved recently who they are."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        session = current_session(request)
        if session is None:
            return True  # the view answers 404
        if not policy.may_issue_from(session):
            message = _("No token can be made from this session.")
            raise PermissionDenied({"detail": message, "code": "token_not_possible"})
        requirement = step_up.to_make_token()
        if not requirement.is_met(request):
            raise StepUpRequired(request, requirement)
        return True


class MayRename(BasePermission):
    """The owner of a session."""

    def has_object_permission(self, request: Request, view: APIView, obj: Session) -> bool:
        return policy.may_rename(request.user, obj)


class MayViewAny(BasePermission):
    """Staff who may see other users' sessions, and whom the site's admin lets in."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return policy.may_view_any(request.user) and _passes_admin(request)


class MayEndAny(BasePermission):
    """Staff who may end other users' sessions, and of those the one in hand. See ``MayViewAny``."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return policy.may_end_any(request.user) and _passes_admin(request)

    def has_object_permission(self, request: Request, view: APIView, obj: Session) -> bool:
        return policy.may_end(request.user, obj)


class MayExtendAny(BasePermission):
    """Staff who may extend sessions, and of those the one in hand. See ``MayViewAny``."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return policy.may_extend_any(request.user) and _passes_admin(request)

    def has_object_permission(self, request: Request, view: APIView, obj: Session) -> bool:
        return policy.may_extend(request.user, obj)


def _passes_admin(request: Request) -> bool:
    """Tell whether one of the site's admins that show sessions lets the caller in, if there is any.

    An admin may ask for more than a user who is staff, such as a device of django-otp.
    """
    if not apps.is_installed("django.contrib.admin"):
        return True
    from django.contrib.admin.sites import all_sites

    mounted = get_resolver(get_urlconf()).namespace_dict
    admins = [each for each in all_sites if each.is_registered(Session) and each.name in mounted]
    caller = _as_admins_see(request)
    return not admins or any(each.has_permission(caller) for each in admins)


def _as_admins_see(request: Request) -> HttpRequest:
    """Return the request with its caller as user, of whom django-otp's admin asks ``is_verified``."""
    seen, user = copy(request._request), cast(Any, copy(request.user))
    if not hasattr(user, "is_verified"):
        user.is_verified = lambda: policy.has_level(current_session(request), 2)
    seen.user = user
    return seen
