"""Keyset pages: each begins where the one before it ended, however many rows there are."""

from datetime import timedelta

import pytest
from django.core import signing
from django.utils import timezone

from sessions_api.listing import keyset
from sessions_api.models import Session
from tests.factories import SessionFactory, UserFactory

pytestmark = pytest.mark.django_db

ORDERS = ["-last_used", "last_used", "-created_at", "created_at"]


@pytest.fixture
def rows():
    """Make eleven sessions, of which some were used at the same time."""
    now, user = timezone.now(), UserFactory.create()
    return [
        SessionFactory.create(
            user=user,
            last_used=now - timedelta(minutes=number // 3),
            created_at=now - timedelta(hours=number * 7 % 11),
        )
        for number in range(11)
    ]


def page(order="-last_used", size=3, cursor=None, keep=list):
    return keyset.page(Session.objects.all(), order=order, size=size, cursor=cursor, keep=keep)


def in_order(order):
    sign = "-" if order.startswith("-") else ""
    return list(Session.objects.order_by(order, f"{sign}pk"))


def forwards(order, size, keep=list):
    """Return the pages from the first on."""
    pages = [page(order, size, keep=keep)]
    while pages[-1].next is not None:
        pages.append(page(order, size, pages[-1].next, keep))
    return pages


@pytest.mark.parametrize("size", [1, 2, 3, 10, 11, 12])
@pytest.mark.parametrize("order", ORDERS)
def test_each_row_is_on_one_page_in_order(rows, order, size):
    pages = forwards(order, size)
    assert [row for each in pages for row in each.rows] == in_order(order)
    assert all(len(each.rows) == size for each in pages[:-1])


@pytest.mark.parametrize("size", [1, 2, 3, 10, 11, 12])
@pytest.mark.parametrize("order", ORDERS)
def test_the_way_back_meets_the_same_pages(rows, order, size):
    pages = forwards(order, size)
    back = pages[-1]
    for each in pages[-2::-1]:
        assert back.previous is not None
        back = page(order, size, back.previous)
        assert back.rows == each.rows
    assert back.previous is None


def test_a_first_page_has_none_before_it_and_a_last_page_none_after_it(rows):
    first, *_, last = forwards("-last_used", 3)
    assert first.previous is None
    assert last.next is None


def test_an_empty_list_has_one_page_that_leads_nowhere():
    assert page() == keyset.Page([], None, None)


KEPT = {
    "all": lambda number: True,
    "none": lambda number: False,
    "every other": lambda number: number % 2,
    "the last": lambda number: number == 10,
    "the first four": lambda number: number < 4,
}


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(keyset, "CHUNK", 2)


@pytest.fixture(params=KEPT)
def keep(request, rows):
    """Return what keeps some of the rows."""
    kept = {row.pk for number, row in enumerate(rows) if KEPT[request.param](number)}
    return lambda some: [row for row in some if row.pk in kept]


@pytest.mark.parametrize("size", [1, 2, 3, 12])
@pytest.mark.parametrize("order", ORDERS)
def test_pages_are_filled_with_the_rows_that_are_kept(small_chunks, keep, order, size):
    wanted = keep(in_order(order))
    pages = forwards(order, size, keep)
    assert [row for each in pages for row in each.rows] == wanted
    assert [len(each.rows) for each in pages[:-1]] == [size] * (len(pages) - 1)


@pytest.mark.parametrize("size", [1, 2, 3, 12])
@pytest.mark.parametrize("order", ORDERS)
def test_the_way_back_meets_each_row_that_is_kept(small_chunks, keep, order, size):
    wanted = keep(in_order(order))
    back = forwards(order, size, keep)[-1]
    met = back.rows
    while back.previous is not None:
        back = page(order, size, back.previous, keep)
        met = back.rows + met
    assert met == wanted


@pytest.mark.parametrize("size", [1, 3])
def test_a_page_is_given_up_as_short_before_all_rows_are_read(rows, size, monkeypatch):
    monkeypatch.setattr(keyset, "CHUNK", 2)
    monkeypatch.setattr(keyset, "MOST_READ", 4)
    read = []

    def keep(some):
        read.extend(some)
        return [row for row in some if row.pk == rows[10].pk]

    first = page(size=size, keep=keep)
    assert first.rows == []
    assert 4 <= len(read) <= 5
    assert read == in_order("-last_used")[: len(read)]
    met: list[Session] = []
    cursor = first.next
    while cursor is not None:
        following = page(size=size, cursor=cursor, keep=keep)
        met, cursor = met + following.rows, following.next
    assert met == [rows[10]]


@pytest.mark.parametrize("size", [1, 3, 20])
def test_a_page_takes_one_query(rows, size, django_assert_num_queries):
    with django_assert_num_queries(1):
        cursor = page(size=size).next
    if cursor is not None:
        with django_assert_num_queries(1):
            page(size=size, cursor=cursor)


def test_the_row_that_a_page_ended_with_may_vanish(rows):
    first = page()
    expected = in_order("-last_used")[3:6]
    first.rows[-1].delete()
    assert page(cursor=first.next).rows == expected


def test_a_page_whose_rows_are_all_gone_leads_back(rows):
    first = page(size=8)
    second = page(size=8, cursor=first.next)
    Session.objects.filter(pk__in=[row.pk for row in second.rows]).delete()
    empty = page(size=8, cursor=first.next)
    assert empty.rows == []
    assert empty.next is None
    assert page(size=8, cursor=empty.previous).rows == first.rows


def test_a_cursor_is_good_for_its_own_order_only(rows):
    with pytest.raises(keyset.InvalidCursor):
        page("last_used", cursor=page("-last_used").next)


@pytest.mark.parametrize(
    "cursor",
    ["", "x", ":", "a:b:c", signing.dumps(["-last_used", "x"], salt="another")],
    ids=["empty", "a letter", "a colon", "no signature", "another salt"],
)
def test_a_cursor_that_this_site_has_not_made_is_refused(rows, cursor):
    with pytest.raises(keyset.InvalidCursor):
        page(cursor=cursor)


def test_a_cursor_outlives_a_secret_key_that_is_a_fallback(rows, settings):
    cursor = page().next
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"
    assert page(cursor=cursor).rows == in_order("-last_used")[3:6]
