"""Keyset pages: each begins where the one before it ended, however many rows there are."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.core import signing
from django.db.models import Model, Q, QuerySet
from django.utils.dateparse import parse_datetime

_SALT = "sessions_api.keyset"

Row = TypeVar("Row", bound=Model)


class InvalidCursor(ValueError):
    """The cursor is not one that this site made for this order."""


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows, and the cursors of the pages before and after: opaque, signed, None for no page."""

    rows: list[Row]
    next: str | None
    previous: str | None


def page(queryset: QuerySet[Row], *, order: str, size: int, cursor: str | None) -> Page[Row]:
    """Return ``size`` rows in the order of a time that is never null, those of one time by id.

    ``order`` is a field name, with "-" before it for the latest first. ``cursor`` comes from another
    page of the same order; None is the first page. Raises InvalidCursor. One query.
    """
    position = None if cursor is None else _read(cursor, order)
    backwards = position is not None and position.backwards
    descending = order.startswith("-") != backwards
    field, sign = order.removeprefix("-"), "-" if descending else ""
    if position is not None:
        queryset = queryset.filter(position.beyond(field, descending=descending))
    rows = list(queryset.order_by(f"{sign}{field}", f"{sign}pk")[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    following: _Position | None = None
    preceding: _Position | None = None
    if rows and (more or backwards):
        following = _Position(getattr(rows[-1], field), str(rows[-1].pk), backwards=False)
    if rows and (more if backwards else position is not None):
        preceding = _Position(getattr(rows[0], field), str(rows[0].pk), backwards=True)
    if position is not None and not rows:
        # Every row of this page is gone. The way back begins where the page was to begin.
        turned = replace(position, backwards=not backwards, inclusive=True)
        following, preceding = (turned, None) if backwards else (None, turned)
    return Page(rows, _write(following, order), _write(preceding, order))


@dataclass(frozen=True, slots=True)
class _Position:
    """Between two rows, or with ``inclusive`` on one of them, and which way the page goes."""

    value: datetime
    pk: str
    backwards: bool
    inclusive: bool = False

    def beyond(self, field: str, *, descending: bool) -> Q:
        """Return which rows are on the page or after it."""
        comparison = "lt" if descending else "gt"
        later = Q(**{f"{field}__{comparison}": self.value})
        same = Q(**{f"pk__{comparison}{'e' if self.inclusive else ''}": self.pk})
        return Q(**{f"{field}__{comparison}e": self.value}) & (later | same)


def _write(position: _Position | None, order: str) -> str | None:
    if position is None:
        return None
    content = [
        order,
        position.value.isoformat(),
        position.pk,
        position.backwards,
        position.inclusive,
    ]
    return signing.dumps(content, salt=_SALT)


def _read(cursor: str, order: str) -> _Position:
    try:
        content: list[Any] = signing.loads(cursor, salt=_SALT)
    except signing.BadSignature as error:
        raise InvalidCursor(cursor) from error
    made_for, value, *rest = content
    moment = parse_datetime(value)
    if made_for != order or moment is None:
        raise InvalidCursor(cursor)
    return _Position(moment, *rest)
