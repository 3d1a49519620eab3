"""Everybody's sessions, for staff."""

from typing import Any, ClassVar, cast

from django import forms
from django.contrib.auth import get_user_model
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.generics import get_object_or_404
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from sessions_api import lifecycle, policy, revocation
from sessions_api.api.errors import Conflict, fields_of, refuse_parameters
from sessions_api.api.serializers import AdminSessionSerializer
from sessions_api.api.views import SessionViewSet
from sessions_api.conf import conf
from sessions_api.exceptions import CannotExtend
from sessions_api.filters import StaffSessionFilter, StateChoice, TruthField, UserField
from sessions_api.models import Session, SessionQuerySet
from sessions_api.permissions import (
    MayEndAny,
    MayExtendAny,
    MayViewAny,
    RecentlyAuthenticated,
    RecentlyAuthenticatedToEndOthers,
)


class AdminSessionViewSet(SessionViewSet):
    """Every user's sessions, or with ``user_id`` in the address one user's."""

    serializer_class = AdminSessionSerializer
    filterset_class = StaffSessionFilter
    permissions: ClassVar[dict[str, tuple[type[BasePermission], ...]]] = {
        "destroy": (MayEndAny, RecentlyAuthenticatedToEndOthers),
        "end_all": (MayEndAny,),
        "end_matching": (MayEndAny,),
        "extend": (MayViewAny, MayExtendAny),
    }

    def get_permissions(self) -> list[Any]:
        """Return what the action asks of the caller: to view, unless it does more."""
        asked = self.permissions.get(self.action or "", (MayViewAny,))
        return [permission() for permission in asked]

    def get_queryset(self) -> SessionQuerySet:
        """Return the sessions that the address names, over or not."""
        sessions = Session.objects.on_primary().known().select_related("user")
        return sessions.for_user(self._user()) if "user_id" in self.kwargs else sessions

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Tell what an address is for, but not its bodies' fields, which are no serializer's."""
        response = super().options(request, *args, **kwargs)
        response.data.pop("actions", None)
        return response

    def end_all(self, request: Request, user_id: str) -> Response:
        """End all sessions of a user; 200 ``{"ended": n}``. Takes no filter."""
        refuse_parameters(request)
        user = self._user()
        if not policy.may_end_all_of(request.user, user):
            raise PermissionDenied
        sessions = Session.objects.on_primary().for_user(user)
        self._ask_if_own(sessions)
        return Response({"ended": revocation.end_many(request, sessions).ended})

    def end_matching(self, request: Request) -> Response:
        """End what the list's filters find, given in the body; 200 ``{"matched", "ended"}``.

        ``matched`` is how many the list would show; of those, a superuser's are left alone unless
        the caller is one. With ``"dry_run": true`` nothing is ended. A body without a filter is
        refused, unless it says ``"all": true``.
        """
        filters = self.filterset_class.base_filters
        fields = fields_of(request.data, {*filters, "all", "dry_run"})
        everything, dry_run = _flag(fields, "all"), _flag(fields, "dry_run")
        if everything is bool(fields.keys() - {"state"}):
            message = _("Name a filter, or say true to end every session, not both.")
            raise ValidationError({"all": [message]})
        filterset = self.filterset_class(fields, self.get_queryset(), request=request)
        if not filterset.is_valid():
            raise ValidationError(filterset.errors)
        _refuse_blank({name: filterset.form.cleaned_data[name] for name in fields})
        if filterset.form.cleaned_data["state"] not in ("", StateChoice.ACTIVE):
            raise ValidationError({"state": [_("Only active sessions can be ended.")]})
        sessions = cast(SessionQuerySet, filterset.qs)
        if not dry_run:
            self._ask_if_own(sessions)
        return Response(revocation.end_many(request, sessions, dry_run=dry_run)._asdict())

    def extend(self, request: Request, pk: str) -> Response:
        """Give a session the lifetime it would have if it were saved now; 200 and the session.

        Takes no body. 409 where that cannot be, with the reason.
        """
        fields_of(request.data, ())
        session = self.get_object()
        try:
            lifecycle.extend(session)
        except CannotExtend as error:
            raise Conflict(str(error)) from error
        return self._show(session)

    def _ask_if_own(self, sessions: SessionQuerySet) -> None:
        """Ask for a recent proof if other sessions of the caller's own are among them."""
        current_id = lifecycle.current_session_id(self.request)
        own = sessions.for_user(self.request.user).not_ended()
        others = own.exclude(pk__in=[] if current_id is None else [current_id])
        if conf.REAUTHENTICATION_AGE is not None and others.exists():
            RecentlyAuthenticated().has_permission(self.request, self)

    def _user(self) -> Any:
        try:
            pk = UserField().clean(self.kwargs["user_id"])
        except forms.ValidationError as error:
            raise Http404 from error
        return get_object_or_404(get_user_model()._base_manager, pk=pk)


def _flag(fields: dict[str, Any], name: str) -> bool:
    """Take a boolean out of the fields; false unless given."""
    try:
        return bool(TruthField().clean(fields.pop(name, False)))
    except forms.ValidationError as error:
        raise ValidationError({name: error.messages}) from error


def _refuse_blank(values: dict[str, Any]) -> None:
    """Refuse filters whose values, cleaned, would filter nothing."""
    blank = [name for name, value in values.items() if value in ("", None)]
    if blank:
        raise ValidationError({name: [_("This filter is blank.")] for name in blank})
