"""The page for signing in says why its user was signed out, once."""

import pytest
from asgiref.sync import async_to_sync
from django.core.cache import cache
from django.template import Context, Template
from django.test import AsyncClient, Client

from sessions_api import description, lifecycle
from sessions_api.models import EndReason, Session
from tests.api.clients import on_each_engine
from tests.factories import PASSWORD, UserFactory
from tests.helpers import later, name_of, session_of, signed_in

PAGE = "/login-page/"
COOKIE = "sessionid_ended"


def message(browser):
    """Return what the page for signing in says."""
    return browser.get(PAGE).content.decode()[1:-1]


def end_elsewhere(user, row):
    lifecycle.end(row, by=user)


def end_by_staff(user, row):
    lifecycle.end(row, by=UserFactory.create())


def change_password(user, row):
    user.set_password("another")
    user.save()


ENDS = {
    "revoked": (end_elsewhere, "You were signed out from another device."),
    "staff": (end_by_staff, "The staff of this site have signed you out."),
    "credentials": (
        change_password,
        "You were signed out because your password has changed.",
    ),
}


@on_each_engine
@pytest.mark.parametrize("first_page", ["/do/user/", "/api/sessions/current/", PAGE])
@pytest.mark.parametrize("how", ENDS)
def test_a_user_is_told_once_why_they_were_signed_out(engine, alice, how, first_page):
    browser = signed_in(alice)
    end, said = ENDS[how]
    end(alice, session_of(browser))
    if first_page != PAGE:
        browser.get(first_page)
        assert browser.cookies[COOKIE].value == how
    assert message(browser) == said
    assert message(browser) == ""


@on_each_engine
@pytest.mark.parametrize("setting", ["IDLE_TIMEOUT", "ABSOLUTE_TIMEOUT"])
def test_a_user_is_told_of_a_deadline(engine, alice, settings, setting):
    settings.SESSIONS_API = {setting: 600}
    browser = signed_in(alice)
    with later(seconds=601):
        name_of(browser)
        assert message(browser).startswith("You were signed out because")


@pytest.mark.django_db(transaction=True)
def test_the_cookie_holds_a_word_for_a_minute_out_of_reach_of_scripts(alice, settings):
    settings.SESSION_COOKIE_SECURE, settings.SESSION_COOKIE_PATH = True, "/site/"
    browser = signed_in(alice)
    lifecycle.end(session_of(browser), by=alice)
    cookie = browser.get("/do/user/").cookies[COOKIE]
    assert cookie.value == "revoked"
    assert (cookie["max-age"], cookie["path"], cookie["samesite"]) == (60, "/site/", "Lax")
    assert cookie["httponly"]
    assert cookie["secure"]


@pytest.mark.parametrize("word", ["", "x", "logout", "<script>", "revoked\n", "REVOKED"])
def test_a_word_that_is_not_ours_says_nothing(db, word):
    browser = Client()
    browser.cookies[COOKIE] = word
    assert message(browser) == ""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["logout", "another login"])
def test_nobody_is_told_of_what_they_have_done_themselves(alice, how):
    browser = signed_in(alice)
    steps = "logout" if how == "logout" else f"login:{UserFactory.create().pk}"
    browser.get(f"/do/{steps}/")
    assert COOKIE not in browser.cookies
    assert message(browser) == ""


@pytest.mark.django_db(transaction=True)
def test_whoever_has_signed_in_again_is_not_told_any_more(alice):
    browser = signed_in(alice)
    lifecycle.end(session_of(browser), by=alice)
    name_of(browser)
    browser.get(f"/do/login:{alice.pk}/")
    assert message(browser) == ""
    browser.get("/do/logout/")
    assert message(browser) == ""


@pytest.mark.django_db(transaction=True)
def test_a_page_that_does_not_ask_for_the_user_sets_no_cookie(alice):
    browser = signed_in(alice)
    lifecycle.end(session_of(browser), by=alice)
    assert COOKIE not in browser.get("/static-page/").cookies


def test_the_words_of_reasons_are_those_of_the_reasons():
    assert set(description.END_MESSAGES) - {description.ENDED_BY_STAFF} <= set(EndReason.values)


def test_a_template_without_a_request_says_nothing():
    assert Template("{% load sessions_api %}{% session_end_message %}").render(Context()) == ""


@on_each_engine
@pytest.mark.parametrize("steps", ["login:{pk}", "user,login:{pk}"])
def test_the_next_user_of_the_browser_is_told_nothing(engine, alice, steps):
    browser = signed_in(alice)
    lifecycle.end(session_of(browser), by=alice)
    if "user" not in steps:
        name_of(browser)
    browser.get(f"/do/{steps.format(pk=UserFactory.create().pk)}/")
    browser.get("/do/logout/")
    assert message(browser) == ""


@pytest.mark.django_db(transaction=True)
def test_a_sign_in_for_a_token_leaves_no_notice(alice):
    browser = signed_in(alice)
    lifecycle.end(session_of(browser), by=alice)
    body = {"username": "alice", "password": PASSWORD}
    answer = browser.post("/api/sessions/", body, content_type="application/json")
    assert answer.status_code == 201
    assert COOKIE not in answer.cookies


@pytest.mark.django_db(transaction=True)
def test_a_page_that_is_kept_for_all_says_nothing_to_strangers(alice, settings):
    settings.ROOT_URLCONF = "tests.site.urls_cached"
    cache.clear()
    browser = signed_in(alice)
    lifecycle.end(session_of(browser), by=alice)
    assert message(browser) == "You were signed out from another device."
    assert message(Client()) == ""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("engine", ["file", "signed_cookies"], indirect=True)
@pytest.mark.parametrize("first_page", ["/api/sessions/current/", PAGE])
def test_a_cookie_that_is_too_old_has_expired(engine, alice, settings, first_page):
    browser = signed_in(alice)
    row = session_of(browser)
    settings.SESSION_COOKIE_AGE = -1
    Session.objects.filter(pk=row.pk).update(expires_at=row.created_at)
    if first_page != PAGE:
        assert browser.get(first_page).json()["end_reason"] == "expired"
    assert message(browser) == "You were signed out because your sign-in has expired."
    assert message(browser) == ""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("engine", ["db", "cache"], indirect=True)
def test_an_async_page_is_shown_and_the_next_one_says_why(engine, alice):
    browser = signed_in(alice)
    lifecycle.end(session_of(browser), by=alice)
    own = AsyncClient()
    own.cookies = browser.cookies
    answers = [async_to_sync(own.get)("/async-login-page/") for _ in range(3)]
    said = [answer.content.decode()[1:-1] for answer in answers]
    assert said == ["", "You were signed out from another device.", ""]


@pytest.mark.django_db(transaction=True)
def test_what_has_been_looked_for_is_not_looked_for_again(alice, django_assert_num_queries):
    forged = Client()
    forged.cookies["sessionid"] = "x" * 32
    with django_assert_num_queries(3):  # the engine session twice, and our row
        assert message(forged) == ""
