"""Pages of the API's lists."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from sessions_api.listing import keyset
from sessions_api.models import Session


class SessionPagination(BasePagination):
    """Keyset pages, the most recently used first unless ``?ordering=`` says otherwise.

    ``?page_size=`` is 25 by default and at most 250. ``?cursor=`` is opaque and signed. One that this
    site has not made, or has made for another order, is answered with 400.
    """

    page_size = 25
    max_page_size = 250
    orders = ("-last_used", "last_used", "-created_at", "created_at", "-expires_at", "expires_at")
    query_params = ("page_size", "cursor", "ordering")

    def paginate_queryset(  # type: ignore[override]  # the stubs take sequences of any type
        self, queryset: QuerySet[Session], request: Request, view: APIView | None = None
    ) -> list[Session]:
        return self.page_of(queryset, request, list)

    def page_of(
        self,
        queryset: QuerySet[Session],
        request: Request,
        keep: Callable[[list[Session]], list[Session]],
    ) -> list[Session]:
        """Return the sessions of the page that ``keep`` leaves. See ``keyset.page``."""
        cursor = request.query_params.get("cursor")
        try:
            self._page = keyset.page(
                queryset,
                order=self._order(request),
                size=self._size(request),
                cursor=cursor,
                keep=keep,
            )
        except keyset.InvalidCursor as error:
            raise ValidationError(
                {"cursor": [_("This cursor was not made by this site for this order.")]}
            ) from error
        self._url = request.build_absolute_uri()
        return self._page.rows

    def get_paginated_response(self, data: object) -> Response:
        return Response(
            {
                "next": self._link(self._page.next),
                "previous": self._link(self._page.previous),
                "results": data,
            }
        )

    def _size(self, request: Request) -> int:
        given = request.query_params.get("page_size")
        if given is None:
            return self.page_size
        size: int = _validated("page_size", serializers.IntegerField(min_value=1), given)
        return min(size, self.max_page_size)

    def _order(self, request: Request) -> str:
        given = request.query_params.get("ordering", self.orders[0])
        order: str = _validated("ordering", serializers.ChoiceField(self.orders), given)
        return order

    def _link(self, cursor: str | None) -> str | None:
        return None if cursor is None else replace_query_param(self._url, "cursor", cursor)


def _validated(name: str, field: serializers.Field[Any, Any, Any, Any], given: str) -> Any:
    try:
        return field.run_validation(given)
    except ValidationError as error:
        raise ValidationError({name: error.detail}) from error
