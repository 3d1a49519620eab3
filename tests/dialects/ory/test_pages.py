"""In Ory's dialect: pages by offset and by keyset, and the headers that link them."""

import base64
import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from sessions_api.dialects.identifiers import uuid_of
from sessions_api.models import EndReason, Session
from tests.dialects.callers import ids_in
from tests.dialects.ory import expected
from tests.dialects.ory.clients import TokenClient, sessions_of
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

at_the_root = pytest.mark.urls("sessions_api.dialects.ory.urls")

SESSIONS = "/ory/sessions"
ADMIN = "/ory/admin/sessions"
TOTAL = "X-Total-Count"
WALKS = [(1_000, 250), (60, 7)]
"""How many sessions there are, and how many of them on a page."""


def token(offset):
    """Return Ory's token of a page."""
    content = f'{{"offset":"{offset}","v":2}}'
    return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")


def links(response):
    """Return the URLs of a Link header by their relations, in its order."""
    found = re.findall(r'<([^>]*)>; rel="(\w+)"', response.headers["Link"])
    assert ",".join(f'<{url}>; rel="{name}"' for url, name in found) == response.headers["Link"]
    return {name: url for url, name in found}


def in_order(rows):
    """Return the ids of sessions, the latest first, and in order of id where that is the same."""
    rows = sorted(rows, key=lambda row: row.pk)
    return [str(row.pk) for row in sorted(rows, key=lambda row: row.created_at, reverse=True)]


def walk(client, path):
    """Follow rel="next", and return the pages."""
    pages = []
    while path is not None:
        response = client.get(path)
        pages.append(ids_in(response))
        path = links(response).get("next")
    return pages


def flat(pages):
    return [pk for page in pages for pk in page]


def end(rows):
    """End every third of these sessions, and have another third be those of no engine session."""
    ended = [row.pk for row in rows[::3]]
    Session.objects.filter(pk__in=ended).update(
        ended_at=timezone.now(), end_reason=EndReason.REVOKED
    )
    lost = [row.pk for row in rows[1::3]]
    Session.objects.filter(pk__in=lost).update(kind="browser")
    return rows[2::3]


@at_the_root
def test_the_links_of_a_first_page_of_three_are_as_ory_writes_them(alice):
    sessions_of(alice, 5)
    response = TokenClient(alice).get("/sessions?page_size=2")
    assert response.headers["Link"] == (
        "</sessions?page=1&page_size=2&page_token=eyJvZmZzZXQiOiIyIiwidiI6Mn0&per_page=2>;"
        ' rel="next",'
        "</sessions?page=2&page_size=2&page_token=eyJvZmZzZXQiOiI0IiwidiI6Mn0&per_page=2>;"
        ' rel="last"'
    )
    assert response.headers[TOTAL] == "5"


@at_the_root
def test_the_link_of_an_only_page_is_as_ory_writes_it(alice):
    sessions_of(alice, 3)
    response = TokenClient(alice).get("/sessions")
    assert response.headers["Link"] == (
        "</sessions?page=0&page_size=3&page_token=eyJvZmZzZXQiOiIwIiwidiI6Mn0&per_page=3>;"
        ' rel="first"'
    )
    assert response.headers[TOTAL] == "3"


@at_the_root
def test_no_link_leads_away_from_an_empty_page(alice):
    """Ory links a next page there, too, after which there would always be another."""
    response = TokenClient(alice).get("/sessions")
    assert response.json() == []
    assert response.headers["Link"] == (
        "</sessions?page=0&page_size=0&page_token=eyJvZmZzZXQiOiIwIiwidiI6Mn0&per_page=0>;"
        ' rel="first"'
    )
    assert response.headers[TOTAL] == "0"


@pytest.mark.parametrize(
    "style", ["page={number}&per_page={size}", "page_size={size}&page_token={token}"]
)
@pytest.mark.parametrize(
    ("total", "size", "page", "relations"),
    [
        (1, 1, 0, {"first": 0}),
        (2, 2, 0, {"first": 0}),
        (2, 3, 5, {"first": 0}),
        (2, 1, 0, {"next": 1, "last": 1}),
        (2, 1, 1, {"first": 0, "prev": 0}),
        (6, 2, 0, {"next": 1, "last": 2}),
        (6, 2, 1, {"first": 0, "next": 2, "prev": 0, "last": 2}),
        (6, 2, 2, {"first": 0, "prev": 1}),
        (7, 2, 2, {"first": 0, "next": 3, "prev": 1, "last": 3}),
        (7, 2, 3, {"first": 0, "prev": 2}),
        (7, 2, 4, {"first": 0, "prev": 3}),
        (7, 2, 99, {"first": 0, "prev": 3}),
        (30, 5, 3, {"first": 0, "next": 4, "prev": 2, "last": 5}),
    ],
)
def test_a_page_links_to_those_there_are(alice, total, size, page, relations, style):
    rows = sessions_of(alice, total)
    query = style.format(number=page + 1, size=size, token=token(page * size))
    response = TokenClient(alice).get(f"{SESSIONS}?{query}")
    assert ids_in(response) == in_order(rows)[page * size : page * size + size]
    assert response.headers[TOTAL] == str(total)
    linked = min(size, total)
    assert list(links(response).items()) == [
        (
            name,
            f"{SESSIONS}?page={number}&page_size={linked}"
            f"&page_token={token(number * size)}&per_page={linked}",
        )
        for name, number in relations.items()
    ]


def test_a_link_keeps_the_rest_of_the_query_and_sorts_it(admin, alice):
    sessions_of(alice, 3)
    of_alice = f"/ory/admin/identities/{uuid_of(alice.pk)}/sessions"
    query = "z=%C3%A9%0A&page=0&active=true&a=2&a=1&per_page=2&empty=&%3Cb%3E=%22"
    assert links(admin.get(f"{of_alice}?{query}"))["next"] == (
        f"{of_alice}?%3Cb%3E=%22&a=2&a=1&active=true&empty=&page=1&page_size=2"
        f"&page_token={token(2)}&per_page=2&z=%C3%A9%0A"
    )


def test_a_link_is_a_url_however_the_uuid_is_written(admin, alice):
    [row] = sessions_of(alice, 1)
    path = f"/ory/admin/identities/%7B{uuid_of(alice.pk)}%7D/sessions"
    response = admin.get(path)
    assert links(response)["first"].startswith(f"{path}?page=0&")
    assert ids_in(admin.get(links(response)["first"])) == [str(row.pk)]


@pytest.mark.parametrize(
    ("query", "first", "size"),
    [
        ("", 0, 250),
        ("page=0", 0, 250),
        ("page=0&per_page=2", 0, 2),
        ("page=1&per_page=2", 0, 2),
        ("page=2&per_page=2", 2, 2),
        ("page=3&per_page=3", 6, 3),
        ("per_page=x", 0, 250),
        ("per_page=", 0, 250),
        ("per_page=1.5", 0, 250),
        ("per_page=0", 0, 1),
        ("per_page=-3", 0, 1),
        ("page=-1&per_page=2", 0, 2),
        ("page=x&per_page=2", 0, 2),
        ("page=&per_page=2", 0, 2),
        (f"page=2&per_page=3&page_size=2&page_token={token(4)}", 4, 2),
        (f"page=2&per_page=3&page_token={token(4)}", 4, 250),
        ("page=2&per_page=3&page_size=2", 0, 2),
        ("page=2&per_page=3&page_size=", 0, 250),
        ("page=2&per_page=3&page_token=", 0, 250),
        ("page_size=x", 0, 250),
        ("page_size=0", 0, 1),
        ("page_size=-1", 0, 1),
        (f"page_size={'9' * 5000}", 0, 250),
        ("page_size=1_0", 0, 250),
        ("page=1_0&per_page=2", 0, 2),
        ("page=%201&per_page=2", 0, 2),
        ("page=%D9%A1&per_page=2", 0, 2),
        (f"page_size=2&page_token={token(3)}", 3, 2),
        (f"page_size=2&page_token={token(4)}==", 4, 2),
    ],
)
def test_sizes_and_pages_are_clamped_or_ignored(alice, query, first, size):
    rows = sessions_of(alice, 9)
    response = TokenClient(alice).get(f"{SESSIONS}?{query}")
    assert ids_in(response) == in_order(rows)[first : first + size]
    assert response.headers[TOTAL] == "9"


def written(value):
    """Return a token with any JSON in it."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


HOSTILE_OFFSETS: list[Any] = [
    *(None, [], {}, "x", "", "-1", -1, "1.5", "\0", "\ud800", float("nan"), float("-inf")),
    *(2**62 + 1, "9" * 4_000, "9" * 5_000),
]
HOSTILE_TOKENS = [
    "x",
    "%00",
    "%F0%9F%98%80",
    "%FF",
    "%2B%2F",
    "a b",
    "x" * 7_000,
    base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    base64.urlsafe_b64encode(b"[" * 100_000).decode(),
    base64.urlsafe_b64encode(b'{"offset":' + b"9" * 5_000 + b"}").decode(),
    base64.urlsafe_b64encode(b'{"offset":1e999}').decode(),
    written(None),
    written([]),
    written("offset"),
    written({}),
    written({"v": 2}),
    *(written({"offset": offset, "v": 2}) for offset in HOSTILE_OFFSETS),
]


@pytest.mark.parametrize("query", ["page_size=2&page_token={}", "per_page=2&page={}"])
def test_what_no_page_can_be_is_the_first(alice, admin, query):
    client = TokenClient(alice)
    rows = sessions_of(alice, 3)
    of_alice = f"/ory/admin/identities/{uuid_of(alice.pk)}/sessions"
    for text in [*HOSTILE_TOKENS, "9" * 4_000, "-" + "9" * 30]:
        asked = query.format(text)
        assert ids_in(client.get(f"{SESSIONS}?{asked}")) == in_order(rows)[:2]
        assert ids_in(admin.get(f"{of_alice}?{asked}")) == in_order(rows)[:2]


@pytest.mark.parametrize("active", ["", "&active=true", "&active=false"])
def test_a_page_far_behind_the_last_is_empty(alice, admin, active):
    end(sessions_of(alice, 5))
    client = TokenClient(alice)
    of_alice = f"/ory/admin/identities/{uuid_of(alice.pk)}/sessions"
    total = {"": "6", "&active=true": "2", "&active=false": "4"}[active]
    for offset in (10**6, 2**31, 2**62 - 1, 2**62):
        query = f"page_size=1&page_token={token(offset)}{active}"
        own, of_it = client.get(f"{SESSIONS}?{query}"), admin.get(f"{of_alice}?{query}")
        assert (own.json(), own.headers[TOTAL]) == ([], "1")
        assert (of_it.json(), of_it.headers[TOTAL]) == ([], total)


def test_no_more_than_1000_are_on_a_page(alice, admin):
    sessions_of(alice, 1_002)
    of_alice = f"/ory/admin/identities/{uuid_of(alice.pk)}/sessions"
    client = TokenClient(alice)
    for size in ("1001", "9" * 18):
        assert len(ids_in(client.get(f"{SESSIONS}?page_size={size}"))) == 1_000
        assert len(ids_in(client.get(f"{SESSIONS}?per_page={size}"))) == 1_000
        assert len(ids_in(admin.get(f"{of_alice}?page_size={size}"))) == 1_000
        assert len(ids_in(admin.get(f"{ADMIN}?page_size={size}"))) == 1_000
    assert len(ids_in(client.get(SESSIONS))) == 250
    assert len(ids_in(admin.get(of_alice))) == 250
    for size in ("0", "-1", "-" + "9" * 18):
        assert len(ids_in(admin.get(f"{ADMIN}?page_size={size}"))) == 250
    assert len(ids_in(admin.get(ADMIN))) == 250


@pytest.mark.parametrize(("count", "size"), WALKS)
def test_whoever_follows_next_meets_each_of_their_sessions_once(alice, count, size):
    rows = end(sessions_of(alice, count))
    pages = walk(TokenClient(alice), f"{SESSIONS}?page_size={size}")
    assert flat(pages) == in_order(rows)
    assert {len(page) for page in pages[:-1]} <= {size}
    assert pages[-1]


@pytest.mark.parametrize(("count", "size"), WALKS)
@pytest.mark.parametrize("active", ["", "true", "false"])
def test_staff_who_follow_next_meet_each_session_of_a_user_once(alice, admin, count, size, active):
    rows = sessions_of(alice, count)
    living = end(rows)
    wanted = {
        "": rows,
        "true": living,
        "false": [row for row in rows if row not in set(living)],
    }[active]
    of_alice = f"/ory/admin/identities/{uuid_of(alice.pk)}/sessions"
    pages = walk(admin, f"{of_alice}?page_size={size}&active={active}")
    assert flat(pages) == in_order(wanted)
    assert {len(page) for page in pages[:-1]} <= {size}
    assert pages[-1]


@pytest.mark.parametrize(("count", "size"), WALKS)
@pytest.mark.parametrize("active", ["", "true", "false"])
def test_staff_who_follow_next_meet_everybodys_sessions_once(admin, count, size, active):
    rows = [row for _ in range(4) for row in sessions_of(UserFactory.create(), count // 4)]
    living = end(rows)
    wanted = {
        "": [*rows, admin.row],
        "true": [*living, admin.row],
        "false": [row for row in rows if row not in set(living)],
    }[active]
    pages = walk(admin, f"{ADMIN}?page_size={size}&active={active}")
    met = flat(pages)
    assert sorted(met) == sorted(str(row.pk) for row in wanted)
    begun = {str(row.pk): row.created_at for row in wanted}
    assert [begun[pk] for pk in met] == sorted(begun.values(), reverse=True)
    assert max(map(len, pages)) <= size


@pytest.mark.parametrize("style", ["page={}&per_page=2", "page_size=2&page_token={}"])
def test_the_second_page_is_not_the_first_and_the_last_can_be_reached(alice, style):
    """Ory's links count from 0, its numbers from 1: there the last cannot be reached (#3883)."""
    rows = sessions_of(alice, 5)
    client = TokenClient(alice)
    pages = [page + 1 if "per_page" in style else token(page * 2) for page in range(3)]
    shown = [ids_in(client.get(f"{SESSIONS}?{style.format(page)}")) for page in pages]
    assert shown == [in_order(rows)[:2], in_order(rows)[2:4], in_order(rows)[4:]]
    first = client.get(f"{SESSIONS}?{style.format(pages[0])}")
    assert ids_in(client.get(links(first)["last"])) == in_order(rows)[4:]
    last = client.get(links(first)["last"])
    assert ids_in(client.get(links(last)["prev"])) == in_order(rows)[2:4]
    assert ids_in(client.get(links(last)["first"])) == in_order(rows)[:2]


def test_the_admin_list_links_to_the_first_page_and_the_next_and_counts_nothing(admin, alice):
    sessions_of(alice, 4)
    first = admin.get(f"{ADMIN}?page_size=2&expand=devices&expand=identity&active=true")
    assert TOTAL not in first.headers
    assert list(links(first)) == ["first", "next"]
    kept = f"{ADMIN}?active=true&expand=devices&expand=identity&page_size=2&page_token="
    assert links(first)["first"] == kept
    assert links(first)["next"].startswith(kept)
    assert ids_in(admin.get(links(first)["first"])) == ids_in(first)
    second = admin.get(links(first)["next"])
    third = admin.get(links(second)["next"])
    assert list(links(second)) == ["first", "next"]
    assert list(links(third)) == ["first"]
    assert [len(ids_in(page)) for page in (first, second, third)] == [2, 2, 1]


def test_a_page_of_the_admin_list_begins_where_the_last_one_ended_whatever_began_since(
    admin, alice
):
    before = sessions_of(alice, 4)
    first = admin.get(f"{ADMIN}?page_size=3")
    sessions_of(alice, 3)
    rest = flat(walk(admin, links(first)["next"]))
    assert sorted([*ids_in(first), *rest]) == sorted(str(row.pk) for row in [*before, admin.row])


def test_the_token_of_one_list_is_none_of_the_other(admin, alice):
    sessions_of(alice, 4)
    of_alice = f"/ory/admin/identities/{uuid_of(alice.pk)}/sessions"
    first = admin.get(f"{ADMIN}?page_size=2")
    [keyset] = parse_qs(urlsplit(links(first)["next"]).query)["page_token"]
    assert len(ids_in(admin.get(of_alice, {"page_size": 2, "page_token": keyset}))) == 2
    response = admin.get(ADMIN, {"page_token": token(2)})
    reason = "The page_token is not one of this site's."
    assert response.json() == expected.error(400, expected.MALFORMED, reason=reason)
