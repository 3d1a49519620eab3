"""Ory's Python clients follow the Link headers through 1,000 sessions, and meet each of them once."""

from itertools import pairwise
from math import ceil
from typing import Any

import pytest

from tests.clients.ory import Answer, Client, walk
from tests.clients.population import CROWD
from tests.clients.site import Site

pytestmark = [
    pytest.mark.parametrize("package", ["ory-kratos-client", "ory-client"], indirect=True),
    pytest.mark.parametrize("size", [250, 77]),
]


def test_list_my_sessions_meets_each_of_the_others_once(
    site: Site, anyone: Client, size: int
) -> None:
    mine = site.crowd.tokens[1]
    others = {row.id for row in site.rows(site.crowd)} - {mine.id}
    assert len(others) == CROWD
    pages = walk(anyone, "list_my_sessions", page_size=size, x_session_token=mine.secret)
    assert_each_is_met_once(pages, others, size=size)
    assert {page.headers["x-total-count"] for page in pages} == {str(CROWD)}


def test_list_identity_sessions_meets_each_once(site: Site, staff: Client, size: int) -> None:
    owned = {row.id for row in site.rows(site.crowd)}
    pages = walk(staff, "list_identity_sessions", page_size=size, id=site.crowd.uuid)
    assert_each_is_met_once(pages, owned, size=size)
    assert {page.headers["x-total-count"] for page in pages} == {str(CROWD + 1)}


def test_list_sessions_meets_each_once(site: Site, staff: Client, size: int) -> None:
    everybodys = {row.id for row in site.rows() if row.end_reason != "deleted"}
    assert len(everybodys) > CROWD
    pages = walk(staff, "list_sessions", page_size=size)
    assert_each_is_met_once(pages, everybodys, size=size)


def assert_each_is_met_once(pages: list[Answer], expected: set[str], *, size: int) -> None:
    """Check that full pages, and a last one that may be shorter, hold these sessions."""
    met: list[Any] = [session for page in pages for session in page.data]
    assert len(met) == len(expected)
    assert {session["id"] for session in met} == expected
    assert [len(page.data) for page in pages[:-1]] == [size] * (ceil(len(expected) / size) - 1)
    for one, next_one in pairwise(met):
        assert one["issued_at"] >= next_one["issued_at"]
