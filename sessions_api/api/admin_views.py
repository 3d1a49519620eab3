"""Everybody's sessions, for staff."""

import builtins
from collections.abc import Iterable
from typing import Any, ClassVar, cast

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from sessions_api import lifecycle, policy, revocation, users, validity
from sessions_api.api.errors import Conflict, fields_of
from sessions_api.api.serializers import AdminSessionSerializer
from sessions_api.api.session_views import SessionViewSet, Verdicts, ended
from sessions_api.exceptions import CannotExtend
from sessions_api.listing.fields import TruthField, UserField
from sessions_api.listing.filters import StaffSessionFilter
from sessions_api.models import Session, SessionQuerySet
from sessions_api.permissions import (
    MayEndAny,
    MayExtendAny,
    MayViewAny,
)
from sessions_api.validity import State

NO_SUCH_USER = _("There is no such user.")


class AdminSessionViewSet(SessionViewSet):
    """Every user's sessions, or with ``user_id`` in the URL those of one user."""

    serializer_class = AdminSessionSerializer
    filterset_class = StaffSessionFilter
    permissions: ClassVar[dict[str, type[BasePermission]]] = {
        "destroy": MayEndAny,
        "end_all": MayEndAny,
        "end_matching": MayEndAny,
        "extend": MayExtendAny,
    }

    def get_permissions(self) -> builtins.list[BasePermission]:
        return [self.permissions.get(self.action or "", MayViewAny)()]

    def get_queryset(self) -> SessionQuerySet:
        sessions = Session.objects.on_primary().known().with_users()
        return sessions.for_user(self._user()) if "user_id" in self.kwargs else sessions

    def options(self, request: HttpRequest, *args: object, **kwargs: object) -> Response:
        # Without the fields of bodies: DRF would show those of a session.
        response = super().options(request, *args, **kwargs)  # type: ignore[arg-type]  # DRF's own two names for it
        response.data.pop("actions", None)
        return response

    def end_all(self, request: Request, user_id: str) -> Response:
        """End all sessions of a user; 200 ``{"ended": n}``. Takes no filter. 202: see ``ended``."""
        user = self._user()
        if not policy.may_end_all_of(request.user, user):
            raise PermissionDenied
        counts = revocation.end_many(request, Session.objects.on_primary().for_user(user))
        return ended(counts.in_force_by, {"ended": counts.ended})

    def end_matching(self, request: Request) -> Response:
        """End the sessions that the filters in the body select; 200 ``{"matched", "ended"}``.

        ``matched`` is how many sessions that are not over and that the caller may end the filters
        select; 202: see ``ended``. A superuser's are left alone, and not counted, unless the caller
        is one. ``"dry_run": true`` ends nothing. A body without a filter is refused unless it says
        ``"all": true``.
        """
        filters = self.filterset_class.base_filters
        fields = fields_of(request.data, {*filters, "all", "dry_run"})
        wants_all, dry_run = _flag(fields, "all"), _flag(fields, "dry_run")
        has_filter = bool(fields.keys() - {"state"})
        if wants_all == has_filter:
            message = _("Send a filter, or true to end every session, not both.")
            raise ValidationError({"all": [message]})
        filterset = self.filterset_class(fields, self.get_queryset(), request=request)
        if not filterset.is_valid():
            raise ValidationError(filterset.errors)
        _refuse_blank({name: filterset.form.cleaned_data[name] for name in fields})
        if filterset.form.cleaned_data["state"] not in ("", State.ACTIVE, State.UNKNOWN):
            raise ValidationError({"state": [_("Only sessions that are not over can be ended.")]})
        sessions = cast(SessionQuerySet, filterset.qs)
        shows = filterset.shows if filterset.form.cleaned_data["state"] else None
        counts = revocation.end_many(request, sessions, shows=shows, dry_run=dry_run)
        body: dict[str, object] = {"matched": counts.matched, "ended": counts.ended}
        if meant := filterset.network_meant:
            body["network"] = meant
        return ended(counts.in_force_by, body)

    def extend(self, request: Request, pk: str) -> Response:
        """Give a session the lifetime that saving it now would give it; 200 and the session.

        Takes no body. 409 with the reason where it cannot be extended.
        """
        fields_of(request.data, ())
        session = self.get_object()
        try:
            lifecycle.extend(session)
        except CannotExtend as error:
            raise Conflict(str(error)) from error
        return self._show(session)

    def _judge(self, sessions: Iterable[Session]) -> Verdicts:
        sessions = list(sessions)
        owners = users.given_by_model_backend(*{session.user for session in sessions})
        return validity.judge(sessions, known=[*owners, self.request.user])

    def _user(self) -> AbstractBaseUser:
        try:
            pk = UserField().clean(self.kwargs["user_id"])
        except forms.ValidationError as error:
            raise NotFound(NO_SUCH_USER) from error
        user = get_user_model()._base_manager.filter(pk=pk).first()
        if user is None:
            raise NotFound(NO_SUCH_USER)
        return user


def _flag(fields: dict[str, Any], name: str) -> bool:
    """Take a boolean out of the fields. False unless given."""
    try:
        return bool(TruthField().clean(fields.pop(name, False)))
    except forms.ValidationError as error:
        raise ValidationError({name: error.messages}) from error


def _refuse_blank(values: dict[str, object]) -> None:
    """Refuse filters whose values would select everything."""
    blank = [name for name, value in values.items() if value in ("", None)]
    if blank:
        raise ValidationError({name: [_("This filter is blank.")] for name in blank})
