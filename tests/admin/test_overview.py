"""The overview of all sessions: who gets it, and what it says."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from sessions_api.admin import figures
from tests.admin.pages import CHANGELIST, html_of
from tests.factories import SessionFactory, UserFactory
from tests.helpers import browser_of, staff_with

pytestmark = pytest.mark.django_db

OVERVIEW = reverse("admin:sessions_api_session_overview")


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()
    yield
    cache.clear()


def rows(html, caption):
    """Return what the lines of a table say, without its head."""
    (table,) = re.findall(
        rf"<table[^>]*>\s*<caption>{caption}</caption>(.*?)</table>", html, re.DOTALL
    )
    lines = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)[1:]
    return [re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", line) for line in lines]


def test_the_list_leads_to_the_overview(staff_browser):
    assert f'href="{OVERVIEW}"' in html_of(staff_browser.get(CHANGELIST))
    html_of(staff_browser.get(OVERVIEW))


@pytest.mark.parametrize("codenames", [(), ("end_session", "change_session", "view_user")])
def test_who_may_not_view_sessions_gets_no_figures_not_even_kept_ones(codenames, staff_browser):
    html_of(staff_browser.get(OVERVIEW))
    assert browser_of(staff_with(*codenames)).get(OVERVIEW).status_code == 403
    for browser in (Client(), browser_of(UserFactory.create())):
        assert browser.get(OVERVIEW)["Location"].startswith("/admin/login/")


def test_it_says_what_came_and_went_on_each_day(staff_browser):
    now = timezone.now()
    old = {"created_at": now - timedelta(days=40)}
    SessionFactory.create(**old, ended_at=now - timedelta(days=3), end_reason="idle")
    SessionFactory.create(**old, ended_at=now - timedelta(days=3), end_reason="")
    html = html_of(staff_browser.get(OVERVIEW))
    days = rows(html, "Sign-ins and ends per day")
    assert len(days) == 14
    assert days[0][1:] == ["1", "0"]  # the staff's own
    then = date_format(timezone.localtime(now - timedelta(days=3)), "SHORT_DATE_FORMAT")
    assert days[3] == [then, "0", "2"]
    assert sorted(rows(html, "Ends by reason")) == [
        ["not used for too long", "1"],
        ["unknown", "1"],
    ]
    assert "not counted" not in html
    assert "were read" not in html


def test_it_says_on_which_devices_and_where_sessions_are_now(staff_browser):
    for device_type, country in (("desktop", "FR"), ("desktop", "FR"), ("tablet", "DE")):
        SessionFactory.create(device_type=device_type, country=country)
    html = html_of(staff_browser.get(OVERVIEW))
    assert "4 sessions are not over, as far as the table of sessions tells." in html
    assert rows(html, "Devices")[0] == ["desktop", "2"]
    assert sorted(rows(html, "Devices")) == [["desktop", "2"], ["tablet", "1"], ["unknown", "1"]]
    assert sorted(rows(html, "Countries")) == [["DE", "1"], ["FR", "2"], ["unknown", "1"]]


def test_of_many_countries_the_rest_is_one_line(staff_browser):
    for number in range(15):
        SessionFactory.create(country=f"A{chr(ord('A') + number)}")
    countries = rows(html_of(staff_browser.get(OVERVIEW)), "Countries")
    assert len(countries) == 13
    assert countries[-1] == ["other countries", "4"]


def test_a_limit_that_is_reached_is_told(staff_browser, monkeypatch):
    monkeypatch.setattr(figures, "MOST_COUNTED", 1)
    monkeypatch.setattr(figures, "MOST_RECENT", 1)
    now = timezone.now()
    for _ in range(2):
        SessionFactory.create(ended_at=now, end_reason="logout")
    html = html_of(staff_browser.get(OVERVIEW))
    days = rows(html, "Sign-ins and ends per day")
    assert {tuple(day[1:]) for day in days} == {("not counted", "not counted")}
    for text in ("sign-ins were read.", "ends were read.", "that were used last were read."):
        assert text in html


def test_the_drawings_have_names_and_no_style_or_script_of_their_own(staff_browser):
    SessionFactory.create()
    html = html_of(staff_browser.get(OVERVIEW))
    content = html[html.index('<div id="content-main">') :]
    assert 'aria-labelledby="session-days-chart"' in content
    assert '<title id="session-days-chart">Sign-ins and ends on each' in content
    assert 'role="img" aria-label="100 %"' in content
    assert "style=" not in content
    assert "<script" not in content[: content.index("</section>")]


@pytest.mark.parametrize("language", ["de", "ar", "fr-ch"])
def test_no_language_writes_the_numbers_of_a_drawing_in_its_own_way(
    language, staff_browser, settings
):
    settings.LANGUAGE_CODE, settings.USE_THOUSAND_SEPARATOR = language, True
    html = html_of(staff_browser.get(OVERVIEW))
    drawn = html[html.index('<figure class="session-chart">') : html.index('<p class="quiet">')]
    numbers = re.findall(r' (?:viewBox|width|height|x|y|x1|x2|y1|y2)="([^"]*)"', drawn)
    assert len(numbers) > 100
    assert all(re.fullmatch(r"[0-9 ]+", number) for number in numbers)


def test_it_costs_five_queries_beyond_djangos_own(staff_browser):
    staff_browser.get(OVERVIEW)
    with CaptureQueriesContext(connection) as djangos_own:
        staff_browser.get("/admin/password_change/")
    cache.clear()
    with CaptureQueriesContext(connection) as captured:
        staff_browser.get(OVERVIEW)
    assert len(captured) - len(djangos_own) == 5
