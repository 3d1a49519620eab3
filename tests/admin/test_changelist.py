"""The list of sessions: its pages, and what they cost."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sessions_api.models import Session
from tests.admin.pages import CHANGELIST, end_selected, html_of, listed, said
from tests.factories import SessionFactory, UserFactory
from tests.helpers import browser_of, session_of, staff_with

pytestmark = pytest.mark.django_db

PAGE = 25


def link(response, name):
    """Return the query string behind "Newer" or "Older", or None."""
    found = re.search(rf'href="(\?[^"]*)"[^>]*>{name}</a>', html_of(response))
    return found and found[1]


def rows(count, **fields):
    """Return sessions, the most recently used first."""
    now = timezone.now()
    return [
        SessionFactory.create(last_used=now + timedelta(hours=count - number), **fields)
        for number in range(count)
    ]


def ids_of(sessions):
    return [str(session.pk) for session in sessions]


def queries(browser, path=CHANGELIST):
    with CaptureQueriesContext(connection) as captured:
        html_of(browser.get(path))
    return [query["sql"] for query in captured]


def test_a_page_of_25_users_costs_three_queries_beyond_djangos_own():
    browser = browser_of(staff_with("view_session", "end_session"))
    for _ in range(PAGE + 5):
        browser_of(UserFactory.create())
    for session in Session.objects.all():
        Session.objects.filter(pk=session.pk).update(impersonator=UserFactory.create())
    queries(browser)  # once, so that the gate has let it in
    djangos_own = len(queries(browser, "/admin/password_change/"))  # of any page of the admin
    assert len(listed(browser.get(CHANGELIST))) == PAGE
    for path in ("", "?state=active", "?last_used=day&browser=other&os=other", "?q=user"):
        executed = queries(browser, CHANGELIST + path)
        # A search looks for its users first.
        assert len(executed) - djangos_own == 3 + ("q=" in path), executed
        assert not re.search("COUNT|OFFSET|DISTINCT", "".join(executed))


def test_the_list_costs_the_same_on_every_page(admin_client):
    browser_of(UserFactory.create())
    queries(admin_client)  # once, so that the gate has let it in
    with_two = len(queries(admin_client))
    for _ in range(PAGE + 5):
        browser_of(UserFactory.create())
    second = link(admin_client.get(CHANGELIST), "Older")
    assert len(queries(admin_client)) == with_two
    assert len(queries(admin_client, CHANGELIST + second)) == with_two


def sorting_link(response, column):
    """Return the query string behind the head of a column, or None."""
    head = rf'<th scope="col" class="sortable column-{column}[ "].*?<div class="text"><a[^>]*href="([^"]*)"'
    found = re.search(head, html_of(response), re.DOTALL)
    return found and found[1]


@pytest.mark.parametrize(
    ("column", "field"), [("signed_in", "created_at"), ("used_last", "last_used")]
)
def test_a_column_that_an_index_serves_sorts_page_after_page(column, field, admin_client):
    now = timezone.now()
    for number in range(PAGE + 5):
        SessionFactory.create(
            created_at=now - timedelta(minutes=number * 7 % 31),
            last_used=now - timedelta(minutes=number * 11 % 31),
        )
    ascending = admin_client.get(CHANGELIST + sorting_link(admin_client.get(CHANGELIST), column))
    rest = admin_client.get(CHANGELIST + link(ascending, "Newer"))
    expected = ids_of(Session.objects.order_by(field))
    assert listed(ascending) + listed(rest) == expected
    assert listed(admin_client.get(CHANGELIST + link(rest, "Older"))) == listed(ascending)
    descending = admin_client.get(CHANGELIST + sorting_link(ascending, column))
    assert listed(descending) == expected[::-1][:PAGE]


def test_no_other_column_sorts(admin_client):
    rows(3)
    response = admin_client.get(CHANGELIST)
    assert html_of(response).count('class="sortable ') == 2
    for number in (0, 1, 2, 3, 6, 99, -1):
        assert listed(admin_client.get(f"{CHANGELIST}?o={number}")) == listed(response)


def test_the_list_is_sorted_by_one_column_and_shows_no_other_as_sorted(admin_client):
    rows(3)
    both = admin_client.get(f"{CHANGELIST}?o=-4.5")
    assert html_of(both).count(" sorted ") == 1
    assert listed(both) == ids_of(Session.objects.order_by("-created_at"))


def test_a_cursor_of_one_order_is_none_of_another(admin_client):
    rows(PAGE + 3)
    second = link(admin_client.get(CHANGELIST), "Older")
    response = admin_client.get(f"{CHANGELIST}{second}&o=5")
    assert said(response) == [("warning", "There is no such page. This is the first one.")]


def test_walking_the_pages_meets_every_session_once_both_ways(admin_client):
    expected = [*ids_of(rows(2 * PAGE + 10)), str(session_of(admin_client).pk)]
    first = admin_client.get(CHANGELIST)
    second = admin_client.get(CHANGELIST + link(first, "Older"))
    third = admin_client.get(CHANGELIST + link(second, "Older"))
    assert listed(first) + listed(second) + listed(third) == expected
    assert link(first, "Newer") is None
    assert link(third, "Older") is None
    assert listed(admin_client.get(CHANGELIST + link(third, "Newer"))) == listed(second)
    assert "25 sessions on this page" in html_of(first)
    assert "11 sessions on this page" in html_of(third)


def test_the_pages_keep_the_filters_and_a_new_filter_begins_at_the_first(admin_client):
    rows(PAGE + 3, kind="token", device_type="mobile")
    rows(PAGE + 3, kind="browser", device_type="mobile")
    second = link(admin_client.get(f"{CHANGELIST}?kind=token&q=user"), "Older")
    assert "kind=token" in second
    assert "q=user" in second
    response = admin_client.get(CHANGELIST + second)
    assert len(listed(response)) == 3
    others = set(re.findall(r'href="(\?[^"]*)"', html_of(response)))
    assert any("device_type=mobile" in other for other in others)
    assert [other for other in others if "cursor=" in other] == [link(response, "Newer")]
    assert 'name="cursor"' not in html_of(response)
    assert 'name="kind"' in html_of(response)


def test_a_session_leads_back_to_the_page_it_was_found_on(admin_client):
    rows(PAGE + 3)
    second = link(admin_client.get(CHANGELIST), "Older")
    html = html_of(admin_client.get(CHANGELIST + second))
    (session,) = re.findall(rf'href="({CHANGELIST}[^"]*)"[^>]*>user\d+</a>', html)[:1]
    assert f"{CHANGELIST}?cursor=" in html_of(admin_client.get(session))


def test_the_action_ends_sessions_of_a_later_page(admin_client):
    rows(PAGE)
    last = SessionFactory.create(last_used=timezone.now() - timedelta(days=1))
    second = link(admin_client.get(CHANGELIST), "Older")
    assert str(last.pk) in listed(admin_client.get(CHANGELIST + second))
    response = end_selected(admin_client, last, path=CHANGELIST + second)
    assert said(response) == [("success", "1 session ended.")]
    assert response.redirect_chain == [(CHANGELIST + second, 302)]


@pytest.mark.parametrize("cursor", ["x", "", "%00", "%ED%A0%80", "a:b:c", "a" * 5000])
@pytest.mark.parametrize("more", ["", "&e=1"])
def test_a_cursor_that_is_none_leads_to_the_first_page(cursor, more, admin_client):
    session = SessionFactory.create(last_used=timezone.now() + timedelta(hours=1))
    response = admin_client.get(f"{CHANGELIST}?cursor={cursor}{more}")
    assert listed(response)[0] == str(session.pk)
    assert said(response) == [("warning", "There is no such page. This is the first one.")]


def test_nothing_pretends_to_know_how_many_sessions_there_are(admin_client):
    rows(PAGE + 3)
    for query in ("", "?q=user", "?all=", "?_facets=True", "?p=2", "?o=1"):
        html = html_of(admin_client.get(CHANGELIST + query))
        assert "Select all" not in html.replace("Select all objects on this page", "")
        assert "results" not in re.sub(r"<[^>]*>", "", html)
        assert "0 of 25 selected" in html


def test_an_empty_list_says_so(admin_client):
    response = admin_client.get(f"{CHANGELIST}?kind=token")
    assert "No sessions found." in html_of(response)
    assert "end_selected" not in html_of(response)
