"""The filters beside the list of sessions, and its search."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from sessions_api.models import EndReason
from tests.admin.pages import CHANGELIST, html_of, listed
from tests.factories import SessionFactory, UserFactory
from tests.helpers import browser_of, session_of

pytestmark = pytest.mark.django_db


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
        "expired": {"kind": "token", "expires_at": now - timedelta(days=1)},
        "past": {"expires_at": now - timedelta(days=1)},  # the engine may know better
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
    assert found("state=active") == {"own"}  # the engine holds no other
    assert found("state=over") == everything - {"own"}
    assert found("kind=token") == {"token", "expired"}
    assert found("kind=browser") == everything - {"token", "expired"}
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
    assert found("browser=safari&os=ios&device_type=tablet&state=over") == {"safari"}


def test_active_is_what_the_predicate_calls_so_and_over_the_rest(admin_client):
    alive = session_of(browser_of(UserFactory.create()))
    lost, unknown = SessionFactory.create(), SessionFactory.create(sealed_key=b"of another key")
    own = session_of(admin_client)

    def found(state):
        return set(listed(admin_client.get(f"{CHANGELIST}?state={state}")))

    assert found("active") == {str(alive.pk), str(own.pk)}
    assert found("over") == {str(lost.pk)}
    assert found("unknown") == {str(unknown.pk)}


def test_what_is_unknown_and_what_is_pending_can_be_looked_for(admin_client):
    unknown = SessionFactory.create(sealed_key=b"sealed under another SECRET_KEY")
    ended = {"ended_at": timezone.now(), "end_reason": EndReason.REVOKED}
    pending = SessionFactory.create(**ended, sealed_key=b"left")
    SessionFactory.create(**ended)
    assert listed(admin_client.get(f"{CHANGELIST}?state=unknown")) == [str(unknown.pk)]
    assert listed(admin_client.get(f"{CHANGELIST}?state=pending")) == [str(pending.pk)]


def test_one_users_sessions_are_shown_under_the_name_with_the_way_back(admin_client):
    session = SessionFactory.create()
    SessionFactory.create()
    response = admin_client.get(f"{CHANGELIST}?user={session.user_id}")
    assert listed(response) == [str(session.pk)]
    assert f'<a href="?user={session.user_id}">{session.user}</a>' in html_of(response)
    assert '<a href="?">All</a>' in html_of(response)
    assert "By user" not in html_of(admin_client.get(CHANGELIST))
    assert listed(admin_client.get(f"{CHANGELIST}?user={session.user_id + 100}")) == []


def test_the_search_finds_ip_addresses_names_and_e_mail_addresses(admin_client):
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
    assert {"?kind=token", "?device_type=mobile", "?state=active", "?last_used=before"} <= links
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
        "state=yes",
        "state=ended",
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
        "ended=yes",
    ],
)
def test_a_question_that_no_filter_asks_is_refused(query, admin_client):
    assert admin_client.get(f"{CHANGELIST}?{query}").status_code == 400


def test_a_country_is_typed_in(admin_client, settings):
    settings.SESSIONS_API = {**settings.SESSIONS_API, "LOCATION": "builtins.print"}
    french = SessionFactory.create(country="FR", location="Lyon, FR", browser="Firefox 9")
    SessionFactory.create(country="DE", location="Munich, DE", browser="Firefox 9")
    for typed in ("FR", "fr"):
        page = admin_client.get(f"{CHANGELIST}?country={typed}&browser=firefox")
        assert listed(page) == [str(french.pk)]
    html = html_of(page)
    assert 'name="country" value="fr"' in html
    assert '<input type="hidden" name="browser" value="firefox">' in html
    assert "Lyon, FR</td>" in html
    assert len(listed(admin_client.get(f"{CHANGELIST}?country=&browser=firefox"))) == 2


def test_listing_asks_for_no_place(admin_client, settings):
    SessionFactory.create(ip_address="203.0.113.7", last_ip_address="203.0.113.7")
    settings.SESSIONS_API = {**settings.SESSIONS_API, "LOCATION": "tests.admin.test_filters.fail"}
    assert admin_client.get(CHANGELIST).status_code == 200
    assert asked == []


asked: list[str] = []


def fail(request, ip_address):
    """Note that somebody has asked where an IP address is, for LOCATION."""
    asked.append(ip_address)


@pytest.mark.parametrize("value", ["France", "F", "F1", "é", "%00", "../.."])
def test_a_country_that_is_none_leads_to_the_whole_list(admin_client, value):
    response = admin_client.get(f"{CHANGELIST}?country={value}")
    assert response.status_code == 302
    assert response.url.endswith("?e=1")


def test_the_form_for_a_country_is_not_shown_where_there_are_none(admin_client):
    assert 'name="country"' not in html_of(admin_client.get(CHANGELIST))


def test_a_search_for_an_ip_address_says_that_it_stands_for_its_network(admin_client, settings):
    session = SessionFactory.create(ip_address="203.0.113.0", last_ip_address="203.0.113.0")
    SessionFactory.create(ip_address="203.0.114.0", last_ip_address="203.0.114.0")
    assert listed(admin_client.get(f"{CHANGELIST}?q=203.0.113.9")) == []
    settings.SESSIONS_API = {**settings.SESSIONS_API, "RECORD_IP": "network"}
    page = admin_client.get(f"{CHANGELIST}?q=203.0.113.9")
    assert listed(page) == [str(session.pk)]
    html = html_of(page)
    assert "These are the sessions of 203.0.113.0/24." in html
    assert "203.0.113.0/24</td>" in html
    assert "as networks" not in html_of(admin_client.get(f"{CHANGELIST}?q=nobody"))
