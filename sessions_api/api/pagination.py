"""Keyset pagination: a page begins where the one before it ended, however many rows there are."""

from dataclasses import astuple, dataclass, replace
from typing import Any

from django.core import signing
from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from sessions_api.models import Session

_SALT = "sessions_api.api.pagination"


class SessionPagination(BasePagination):
    """Pages of sessions, the most recently used first, as ``next``, ``previous`` and ``results``.

    ``?page_size=`` is 25 unless given, and at most 250. ``?cursor=`` is opaque and signed: one that
    this site did not make is answered with 400.
    """

    page_size = 25
    max_page_size = 250
    order_field = "last_used"

    def paginate_queryset(  # type: ignore[override]  # the stubs allow any sequence of anything
        self, queryset: QuerySet[Session], request: Request, view: Any = None
    ) -> list[Session]:
        size = self._size(request)
        position = self._position(request)
        backwards = position is not None and position.backwards
        if position is not None:
            queryset = queryset.filter(position.beyond(self.order_field))
        sign = "" if backwards else "-"
        rows = list(queryset.order_by(f"{sign}{self.order_field}", f"{sign}pk")[: size + 1])
        more, page = len(rows) > size, rows[:size]
        if backwards:
            page.reverse()
        self._url = request.build_absolute_uri()
        self._next = self._previous = None
        if page and (more or backwards):
            self._next = self._link(self._at(page[-1], backwards=False))
        if page and (more if backwards else position is not None):
            self._previous = self._link(self._at(page[0], backwards=True))
        if position is not None and not page:
            # All that stood there is gone: the way back begins where this page was to begin.
            turned = replace(position, backwards=not backwards, inclusive=True)
            self._next = self._link(turned) if backwards else None
            self._previous = None if backwards else self._link(turned)
        return page

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self._next, "previous": self._previous, "results": data})

    def _size(self, request: Request) -> int:
        given = request.query_params.get("page_size")
        if given is None:
            return self.page_size
        try:
            size: int = serializers.IntegerField(min_value=1).run_validation(given)
        except ValidationError as error:
            raise ValidationError({"page_size": error.detail}) from error
        return min(size, self.max_page_size)

    def _position(self, request: Request) -> "_Position | None":
        cursor = request.query_params.get("cursor")
        if cursor is None:
            return None
        try:
            value, *rest = signing.loads(cursor, salt=_SALT)
        except signing.BadSignature as error:
            raise ValidationError({"cursor": [_("This cursor is not one of ours.")]}) from error
        return _Position(parse_datetime(value), *rest)

    def _at(self, session: Session, *, backwards: bool) -> "_Position":
        return _Position(getattr(session, self.order_field), str(session.pk), backwards)

    def _link(self, position: "_Position") -> str:
        value, *rest = astuple(position)
        cursor = signing.dumps([value.isoformat(), *rest], salt=_SALT)
        return replace_query_param(self._url, "cursor", cursor)


@dataclass(frozen=True, slots=True)
class _Position:
    """Between two sessions, or with ``inclusive`` right on one, and which way the page goes."""

    value: Any
    pk: str
    backwards: bool
    inclusive: bool = False

    def beyond(self, field: str) -> Q:
        """Return which sessions are on the page or after it."""
        comparison = "gt" if self.backwards else "lt"
        later = Q(**{f"{field}__{comparison}": self.value})
        same = Q(**{f"pk__{comparison}{'e' if self.inclusive else ''}": self.pk})
        return Q(**{f"{field}__{comparison}e": self.value}) & (later | same)
