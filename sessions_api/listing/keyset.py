"""Keyset pages: each begins where the one before it ended, however many rows there are."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.core import signing
from django.db.models import Model, Q, QuerySet
from django.utils.dateparse import parse_datetime

CHUNK = 250
MOST_READ = 500
"""How many rows are read, at least, before a page is given up as short."""

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


def page(
    queryset: QuerySet[Row],
    *,
    order: str,
    size: int,
    cursor: str | None,
    keep: Callable[[list[Row]], list[Row]] = list,
) -> Page[Row]:
    """Return ``size`` rows in the order of a time that is never null, those of one time by id.

    ``order`` is a field name, with "-" before it for the latest first. ``cursor`` comes from another
    page of the same order; None is the first page. Raises InvalidCursor.

    ``keep`` returns which of some rows the page is to have, in their order. Where it leaves any out,
    the rows that follow are read, too, until the page is full or MOST_READ were read: a page can be
    short, and still have others after it. One query, and one more for each CHUNK.
    """
    position = None if cursor is None else _read(cursor, order)
    backwards = position is not None and position.backwards
    descending = order.startswith("-") != backwards
    field, sign = order.removeprefix("-"), "-" if descending else ""
    ordered = queryset.order_by(f"{sign}{field}", f"{sign}pk")

    found = _fill(ordered, position, field, descending=descending, size=size, keep=keep)
    rows, first, last, more = found.rows, found.first, found.last, found.more
    if backwards:
        rows.reverse()
        first, last = last, first
    following: _Position | None = None
    preceding: _Position | None = None
    if last is not None and (more or backwards):
        following = _Position.at(last, field, backwards=False)
    if first is not None and (more if backwards else position is not None):
        preceding = _Position.at(first, field, backwards=True)
    if position is not None and first is None:
        # Every row of this page is gone. The way back begins where the page was to begin.
        turned = replace(position, backwards=not backwards, inclusive=True)
        following, preceding = (turned, None) if backwards else (None, turned)
    return Page(rows, _write(following, order), _write(preceding, order))


@dataclass(slots=True)
class _Found(Generic[Row]):
    """The rows of a page, between which rows they lie, and whether others follow."""

    rows: list[Row]
    first: Row | None = None
    last: Row | None = None
    more: bool = True


def _fill(
    ordered: QuerySet[Row],
    begins: "_Position | None",
    field: str,
    *,
    descending: bool,
    size: int,
    keep: Callable[[list[Row]], list[Row]],
) -> _Found[Row]:
    """Read on from a position until a page is full, or until enough was read for it."""
    page: _Found[Row] = _Found([])
    wanted, read = size, 0
    while page.more and len(page.rows) < size and read < MOST_READ:
        beyond = begins.beyond(field, descending=descending) if begins else Q()
        found = list(ordered.filter(beyond)[: wanted + 1])
        page.more, found = len(found) > wanted, found[:wanted]
        kept, room = keep(found), size - len(page.rows)
        if len(kept) > room:
            kept, page.more = kept[:room], True
            found = found[: found.index(kept[-1]) + 1]
        page.rows += kept
        read += len(found)
        if found:
            page.first, page.last = page.first or found[0], found[-1]
            begins = _Position.at(page.last, field, backwards=False)
        wanted = CHUNK
    return page


@dataclass(frozen=True, slots=True)
class _Position:
    """Between two rows, or with ``inclusive`` on one of them, and which way the page goes."""

    value: datetime
    pk: str
    backwards: bool
    inclusive: bool = False

    @classmethod
    def at(cls, row: Model, field: str, *, backwards: bool) -> "_Position":
        """Return the position behind a row, in the direction of the page."""
        return cls(getattr(row, field), str(row.pk), backwards)

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
