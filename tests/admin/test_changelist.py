"""The list of sessions: its pages, filters and search, and what they cost."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sessions_api.models import Session
from tests.admin.pages import (
    CHANGELIST,
    browser_of,
    detail,
    end_selected,
    html_of,
    listed,
    said,
    session_of,
    staff_with,
)
from tests.factories import SessionFactory, UserFactory

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


def ids(sessions):
    return [str(session.pk) for session in sessions]


def queries(browser, address=CHANGELIST):
    with CaptureQueriesContext(connection) as captured:
        html_of(browser.get(address))
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
    for address in ("", "?ended=no", "?last_used=day&browser=other&os=other", "?q=user"):
        executed = queries(browser, CHANGELIST + address)
        assert len(executed) - djangos_own == 3, executed
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


def test_walking_the_pages_meets_every_session_once_both_ways(admin_client):
    expected = [*ids(rows(2 * PAGE + 10)), str(session_of(admin_client).pk)]
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
    response = end_selected(admin_client, last, address=CHANGELIST + second)
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


def test_the_filters_select(admin_client):
    now = timezone.now()
    fields: dict[str, dict[str, Any]] = {
        "chrome": {"browser": "Chrome Mobile 156", "os": "Android 14", "device_type": "mobile"},
        "edge": {"browser": "Edge 156", "os": "Windows", "device_type": "desktop"},
        "safari": {"browser": "Mobile Safari 26", "os": "iOS 17.2", "device_type": "tablet"},
        "odd": {"browser": "NetSurf 3", "os": "Haiku"},
        "nothing": {},
        "token": {"kind": "token", "browser": "Firefox 9", "os": "macOS 12.3"},
        "ended": {"ended_at": now},
        "expired": {"expires_at": now - timedelta(days=1)},
        "old": {"last_used": now - timedelta(days=40)},
        "older": {"last_used": now - timedelta(days=8)},
    }
    made = {str(SessionFactory.create(**each).pk): name for name, each in fields.items()}
    made[str(session_of(admin_client).pk)] = "own"
    everything = set(made.values())

    def found(query):
        return {made[pk] for pk in listed(admin_client.get(f"{CHANGELIST}?{query}"))}

    no_name = everything - {"chrome", "edge", "safari", "token"}
    assert found("") == everything
    assert found("ended=no") == everything - {"ended", "expired"}
    assert found("kind=token") == {"token"}
    assert found("kind=browser") == everything - {"token"}
    assert found("device_type=mobile") == {"chrome"}
    assert found("device_type=unknown") == everything - {"chrome", "edge", "safari"}
    assert found("browser=chrome") == {"chrome"}
    assert found("browser=safari") == {"safari"}
    assert found("browser=opera") == set()
    assert found("browser=other") == no_name
    assert found("os=windows") == {"edge"}
    assert found("os=ios") == {"safari"}
    assert found("os=macos") == {"token"}
    assert found("os=other") == no_name
    assert found("last_used=hour") == everything - {"old", "older"}
    assert found("last_used=week") == everything - {"old", "older"}
    assert found("last_used=month") == everything - {"old"}
    assert found("last_used=before") == {"old"}
    assert found("browser=safari&os=ios&device_type=tablet&ended=no") == {"safari"}


def test_one_users_sessions_are_shown_under_the_name_with_the_way_back(admin_client):
    session = SessionFactory.create()
    SessionFactory.create()
    response = admin_client.get(f"{CHANGELIST}?user={session.user_id}")
    assert listed(response) == [str(session.pk)]
    assert f'<a href="?user={session.user_id}">{session.user}</a>' in html_of(response)
    assert '<a href="?">All</a>' in html_of(response)
    assert "By user" not in html_of(admin_client.get(CHANGELIST))
    assert listed(admin_client.get(f"{CHANGELIST}?user={session.user_id + 100}")) == []


def test_the_search_finds_addresses_names_and_e_mail_addresses(admin_client):
    user = UserFactory.create(username="Zoe", email="z@example.org")
    first = str(SessionFactory.create(user=user, ip_address="203.0.113.7").pk)
    second = str(SessionFactory.create(last_ip_address="2001:db8::1").pk)

    def found(term):
        return listed(admin_client.get(CHANGELIST, {"q": term}))

    assert found("203.0.113.7") == found("zo") == found(" Zoe ") == found("Z@EXAMPLE") == [first]
    assert found("2001:DB8:0::1") == [second]
    assert found("203.0.113") == found("oe") == found("'") == []
    assert len(found("  ")) == 3
    help_text = "An exact IP address, or how a user name or e-mail address begins."
    assert help_text in html_of(admin_client.get(CHANGELIST))


def test_every_link_of_the_list_works(admin_client):
    for kind, os in (("browser", "Linux"), ("token", "iOS 17"), ("browser", "")):
        SessionFactory.create(kind=kind, os=os, browser="Firefox & <co>", device_type="mobile")
    html = html_of(admin_client.get(CHANGELIST))
    links = set(re.findall(r'href="(\?[^"]*)"', html))
    assert {"?kind=token", "?device_type=mobile", "?ended=no", "?last_used=before"} <= links
    for each in links:
        html_of(admin_client.get(CHANGELIST + each))


@pytest.mark.parametrize(
    "query",
    [
        "?q=alice",
        "?q=%00",
        "?q=%ED%A0%80",
        "?o=1.2",
        "?p=0",
        "?all=1",
        f"?q={'x' * 300}",
    ],
)
def test_searches_and_pages_that_find_nothing_or_all_are_answered(query, admin_client):
    SessionFactory.create()
    html_of(admin_client.get(CHANGELIST + query))


@pytest.mark.parametrize(
    "query",
    [
        "kind=x",
        "os=x",
        "ended=yes",
        "last_used=",
        "device_type=x",
        "browser=%00",
        "user=x",
        "user=%00",
    ],
)
def test_a_choice_that_is_not_offered_leads_to_the_list_of_all(query, admin_client):
    response = admin_client.get(f"{CHANGELIST}?{query}")
    assert response.status_code == 302
    assert response["Location"] == f"{CHANGELIST}?e=1"


@pytest.mark.parametrize(
    "query",
    [
        "nonsense=1",
        "user__password__startswith=md5",
        "label=%00",
        "backend=x",
        "user__is_superuser=1",
        "kind__exact=token",
    ],
)
def test_a_question_that_no_filter_asks_is_refused(query, admin_client):
    assert admin_client.get(f"{CHANGELIST}?{query}").status_code == 400


def test_an_empty_list_says_so(admin_client):
    response = admin_client.get(f"{CHANGELIST}?kind=token")
    assert "No sessions found." in html_of(response)
    assert "end_selected" not in html_of(response)


def test_times_are_written_for_people_and_machines(admin_client):
    session = SessionFactory.create()
    (moment,) = Session.objects.filter(pk=session.pk).values_list("last_used", flat=True)
    html = html_of(admin_client.get(CHANGELIST))
    assert f'<time datetime="{moment.isoformat()}">' in html
    assert detail(session) in html


def test_a_dash_says_of_what_nothing_is_known(admin_client):
    SessionFactory.create(authenticated_at=None, ip_address=None, last_ip_address=None)
    html = html_of(admin_client.get(CHANGELIST))
    for label in ("IP address", "signed in"):
        assert f'<span class="session-label">{label} </span>-</td>' in html
