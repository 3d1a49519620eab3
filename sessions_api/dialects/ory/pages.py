"""Ory's two kinds of pages: by offset with a total, and by keyset. Links are in the headers.

Ory gives the first page for the numbers 0 and 1, the second one for 2, but counts from 0 in its links
(ory/kratos#3883). Here the number means the same, and ``page_token``, which all links have, goes
before it: following them gives each page once.
"""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.encoding import escape_uri_path
from rest_framework.request import Request

from sessions_api.dialects.ory.errors import OryError

DEFAULT_SIZE = 250
MAX_SIZE = 1_000
MAX_OFFSET = 2**62
"""More than any table holds, and less than any database refuses."""


@dataclass(frozen=True, slots=True)
class OffsetPage:
    """The rows that were asked for: where they begin, and how many."""

    offset: int
    size: int

    @classmethod
    def of(cls, request: Request) -> "OffsetPage":
        """Read page_token and page_size or, without them, page and per_page. Nothing is refused."""
        query = request.query_params
        if "page_token" in query or "page_size" in query:
            size = _size(query.get("page_size", ""))
            offset = _offset_in(query.get("page_token", ""))
        else:
            size = _size(query.get("per_page", ""))
            number = _number(query.get("page", "")) or 0
            offset = max(number - 1, 0) * size
        return cls(offset if 0 <= offset <= MAX_OFFSET else 0, size)

    @property
    def part(self) -> slice:
        """Return the page as a slice of all rows."""
        return slice(self.offset, self.offset + self.size)

    def headers(self, request: Request, total: int) -> dict[str, str]:
        """Return Link and X-Total-Count. ``total`` is how many rows there are on all pages."""
        if total <= self.size:
            relations = {"first": OffsetPage(0, total)}
        else:
            last = (total - 1) // self.size * self.size
            previous = min(max(self.offset - self.size, 0), last)
            relations = {}
            if self.offset > 0:
                relations["first"] = OffsetPage(0, self.size)
            if self.offset < last:
                relations["next"] = OffsetPage(self.offset + self.size, self.size)
            if self.offset > 0:
                relations["prev"] = OffsetPage(previous, self.size)
            if self.offset < last:
                relations["last"] = OffsetPage(last, self.size)
        links = (_link(request, page._query(), name) for name, page in relations.items())
        return {"Link": ",".join(links), "X-Total-Count": str(total)}

    def _query(self) -> dict[str, Any]:
        content = json.dumps({"offset": str(self.offset), "v": 2}, separators=(",", ":"))
        return {
            "page": self.offset // self.size if self.size else 0,
            "page_size": self.size,
            "page_token": base64.urlsafe_b64encode(content.encode()).decode().rstrip("="),
            "per_page": self.size,
        }


def keyset_size(request: Request) -> int:
    """Return how many rows a page may have. Raises OryError."""
    size = _number(request.query_params.get("page_size", str(DEFAULT_SIZE)))
    if size is None:
        raise OryError(400, message="could not parse parameter page_size")
    return min(size, MAX_SIZE) if size > 0 else DEFAULT_SIZE


def keyset_headers(request: Request, *, size: int, next_token: str | None) -> dict[str, str]:
    """Return Link: to the first page and, if there is one, to the next page."""
    first = _link(request, {"page_size": size, "page_token": ""}, "first")
    if next_token is None:
        return {"Link": first}
    following = _link(request, {"page_size": size, "page_token": next_token}, "next")
    return {"Link": f"{first},{following}"}


def _link(request: Request, changes: Mapping[str, Any], relation: str) -> str:
    query = QueryDict(mutable=True)
    for name in sorted({*request.query_params, *changes}):
        values = [changes[name]] if name in changes else request.query_params.getlist(name)
        query.setlist(name, [str(value) for value in values])
    return f'<{escape_uri_path(request.path)}?{query.urlencode()}>; rel="{relation}"'


def _size(text: str) -> int:
    size = _number(text)
    return DEFAULT_SIZE if size is None else min(max(size, 1), MAX_SIZE)


def _offset_in(token: str) -> int:
    try:
        content = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        return int(content["offset"])
    except (LookupError, OverflowError, RecursionError, TypeError, ValueError):
        return 0


def _number(text: str) -> int | None:
    # int() also takes underscores, white space and digits of all scripts; Ory 64 bits at most.
    return int(text) if re.fullmatch("[+-]?[0-9]{1,18}", text) else None
