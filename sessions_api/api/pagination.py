"""Keyset pagination: a page begins where the one before it ended, however many rows there are."""

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
        value, pk, backwards = self._position(request)
        comparison = "gt" if backwards else "lt"
        if pk is not None:
            at_or_beyond = Q(**{f"{self.order_field}__{comparison}e": value})
            beyond = Q(**{f"{self.order_field}__{comparison}": value})
            queryset = queryset.filter(at_or_beyond, beyond | Q(**{f"pk__{comparison}": pk}))
        sign = "" if backwards else "-"
        rows = list(queryset.order_by(f"{sign}{self.order_field}", f"{sign}pk")[: size + 1])
        more, page = len(rows) > size, rows[:size]
        if backwards:
            page.reverse()
        self._url = request.build_absolute_uri()
        self._next = self._link(page, -1) if more or backwards else None
        self._previous = self._link(page, 0) if (more if backwards else pk is not None) else None
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

    def _position(self, request: Request) -> tuple[Any, str | None, bool]:
        cursor = request.query_params.get("cursor")
        if cursor is None:
            return None, None, False
        try:
            value, pk, backwards = signing.loads(cursor, salt=_SALT)
        except signing.BadSignature as error:
            raise ValidationError({"cursor": [_("This cursor is not one of ours.")]}) from error
        return parse_datetime(value), pk, backwards

    def _link(self, page: list[Session], position: int) -> str | None:
        if not page:
            return None
        edge = page[position]
        value = getattr(edge, self.order_field).isoformat()
        cursor = signing.dumps([value, str(edge.pk), position == 0], salt=_SALT)
        return replace_query_param(self._url, "cursor", cursor)
