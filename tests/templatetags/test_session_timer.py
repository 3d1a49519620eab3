"""What a page tells the script that warns before its session ends."""

import re
from pathlib import Path

import pytest
from django.core.cache import cache
from django.template import Context, Template, TemplateSyntaxError
from django.test import Client

import sessions_api
from tests.api.clients import on_each_engine
from tests.helpers import later, name_of, old_session, session_id, signed_in

PAGE = "/timed-page/"


def data_of(browser, page=PAGE):
    """Return what the page says, by the names of attributes."""
    return dict(re.findall(r'data-([a-z-]+)="([^"]*)"', browser.get(page).content.decode()))


@on_each_engine
def test_a_page_says_when_its_session_ends_as_far_as_the_process_knows(engine, settings, alice):
    settings.SESSIONS_API = {"IDLE_TIMEOUT": 600}
    browser = signed_in(alice)
    assert int(data_of(browser)["seconds-left"]) == pytest.approx(600, abs=2)
    with later(seconds=50):
        assert int(data_of(browser)["seconds-left"]) == pytest.approx(550, abs=2)


def test_a_page_takes_no_query_of_its_own(alice, django_assert_num_queries):
    browser = signed_in(alice)
    name_of(browser)
    with django_assert_num_queries(2):  # the engine session and its user
        browser.get(PAGE)


def test_a_page_says_where_to_ask_and_where_to_go(alice):
    browser = signed_in(alice)
    said = data_of(browser)
    assert 'href="/accounts/login/?next=/timed-page/"' in browser.get(PAGE).content.decode()
    assert said["status-url"] == "/api/sessions/current/status/"
    assert said["keep-alive-url"] == "/api/sessions/current/keep-alive/"
    assert said["session-id"] == session_id(browser)
    assert said["warning"] == "120"


def test_a_keep_alive_from_the_page_has_its_csrf_token(alice):
    browser = signed_in(alice, enforce_csrf_checks=True)
    said = data_of(browser)
    assert browser.post(said["keep-alive-url"]).status_code == 403
    headers = {said["csrf-header"]: said["csrf-token"]}
    assert browser.post(said["keep-alive-url"], headers=headers).status_code == 200


def test_a_session_that_was_just_adopted_is_timed(alice):
    assert int(data_of(old_session(alice))["seconds-left"]) > 0


def test_whoever_is_not_signed_in_gets_nothing(db):
    assert Client().get(PAGE).content.strip() == b""
    assert Template("{% load sessions_api %}{% session_timer %}").render(Context()).strip() == ""


@pytest.mark.parametrize("warning", [0, 19, 3600])
def test_too_short_or_too_long_a_warning_is_refused(alice, warning):
    browser = signed_in(alice)
    with pytest.raises(TemplateSyntaxError, match="between 20 seconds and an hour"):
        browser.get(PAGE, {"warning": warning})


@pytest.mark.parametrize("warning", [20, 3599])
def test_a_warning_can_be_as_long_as_people_need(alice, warning):
    said = data_of(signed_in(alice), f"{PAGE}?warning={warning}")
    assert said["warning"] == str(warning)


def test_the_script_is_small():
    script = Path(sessions_api.__file__).parent / "static" / "sessions_api" / "session-timer.js"
    assert script.stat().st_size <= 3000


def test_a_page_that_is_kept_for_all_is_not_kept_with_a_timer(alice, settings):
    settings.ROOT_URLCONF = "tests.site.urls_cached"
    cache.clear()
    assert "session-id" in data_of(signed_in(alice))
    assert data_of(Client()) == {}


@pytest.mark.parametrize(("idle", "warning"), [(60, "30"), (600, "120")])
def test_a_warning_takes_half_of_a_short_session_at_most(alice, settings, idle, warning):
    settings.SESSIONS_API = {"IDLE_TIMEOUT": idle}
    assert data_of(signed_in(alice))["warning"] == warning
