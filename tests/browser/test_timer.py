"""The dialog that warns before a session ends, in a browser."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.chromium import MILLISECONDS_TO_ACT
from tests.browser.pages import fetch, sign_in
from tests.browser.test_account import POLICY
from tests.example_site import serve_demo

IDLE_TIMEOUT = 26
"""In seconds. The example site warns 20 before the end."""
MILLISECONDS_TO_END = 40_000


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a demo whose sessions end soon."""
    soon = {"EXAMPLE_IDLE_TIMEOUT": str(IDLE_TIMEOUT), "EXAMPLE_TOUCH_INTERVAL": "5"}
    directory = tmp_path_factory.mktemp("timer")
    engine = "django.contrib.sessions.backends.db"
    with serve_demo(directory, engine=engine, more=soon) as url:
        yield url


def test_a_user_is_warned_and_stays_and_is_told_when_the_session_has_ended(
    new_profile: Callable[[], Page],
) -> None:
    page = new_profile()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "console",
        lambda message: problems.append(message.text) if "401" not in message.text else None,
    )
    sign_in(page, "alice")
    other = page.context.new_page()
    other.goto("/account/sessions/")
    here, there = page.get_by_role("alertdialog"), other.get_by_role("alertdialog")

    expect(here).to_be_visible()
    expect(there).to_be_visible()
    expect(here).to_contain_text("You are about to be signed out")
    expect(here).to_contain_text("Time left: 00:")
    expect(here.get_by_role("button", name="Stay signed in")).to_be_focused()
    page.keyboard.press("Enter")
    expect(here).to_be_hidden()
    expect(there).to_be_hidden()

    expect(here).to_be_visible()
    page.keyboard.press("Escape")
    expect(here).to_be_hidden()
    page.wait_for_url("**/accounts/login/?next=/", timeout=MILLISECONDS_TO_END)
    expect(page.get_by_role("status")).to_contain_text("you have not used this site for a while")
    other.wait_for_url("**/accounts/login/?next=/account/sessions/")
    assert problems == []


def test_whoever_comes_back_to_a_page_finds_out_that_they_were_signed_out_elsewhere(
    new_profile: Callable[[], Page],
) -> None:
    page, other = new_profile(), new_profile()
    sign_in(page, "bob")
    sign_in(other, "bob")
    assert fetch(other, "DELETE", "/api/sessions/")["status"] == 200
    expect(page.get_by_role("alertdialog")).to_be_hidden()
    page.wait_for_url("**/accounts/login/**", timeout=MILLISECONDS_TO_END)
    expect(page.get_by_role("status")).to_contain_text("You were signed out from another device.")


def type_something(page: Page) -> None:
    """Write what nobody wants to lose."""
    page.evaluate("document.querySelector('main').append(document.createElement('textarea'))")
    page.locator("textarea").fill("A long letter")


def test_what_was_typed_stays_when_the_session_has_ended_elsewhere(
    new_profile: Callable[[], Page],
) -> None:
    page, other = new_profile(), new_profile()
    sign_in(page, "bob")
    type_something(page)
    sign_in(other, "bob")
    assert fetch(other, "DELETE", "/api/sessions/")["status"] == 200
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("You are signed out")
    expect(dialog).to_contain_text("What you have typed is still on this page.")
    expect(dialog.get_by_role("button", name="Stay signed in")).to_be_hidden()
    link = dialog.get_by_role("link", name="Sign in")
    assert link.get_attribute("href") == "/accounts/login/?next=/"
    dialog.get_by_role("button", name="Close").click()
    expect(page.locator("textarea")).to_have_value("A long letter")


def test_a_page_of_an_earlier_sign_in_finds_out_that_it_is_one(
    new_profile: Callable[[], Page],
) -> None:
    page = new_profile()
    sign_in(page, "alice")
    other = page.context.new_page()
    other.goto("/")
    other.get_by_role("button", name="Log out").click()
    sign_in(other, "bob")
    page.get_by_text("You are signed in as bob.").wait_for(timeout=MILLISECONDS_TO_END)


@pytest.mark.parametrize("answer", ["no network", "a page", "an error"])
def test_the_user_is_warned_whatever_the_network_answers(
    new_profile: Callable[[], Page], answer: str
) -> None:
    page = new_profile()
    sign_in(page, "carol")
    type_something(page)

    def fail(route: Route) -> None:
        if answer == "no network":
            route.abort()
        elif answer == "a page":
            route.fulfill(body="<!doctype html><p>Back soon", content_type="text/html")
        else:
            route.fulfill(status=503, body="")

    page.route("**/api/sessions/current/*/", fail)
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("Time left: 00:")
    dialog.get_by_role("button", name="Stay signed in").click()
    expect(dialog).to_contain_text("That did not work. Try again.")
    page.unroute("**/api/sessions/current/*/")
    dialog.get_by_role("button", name="Stay signed in").click()
    expect(dialog).to_be_hidden()
    expect(page.locator("textarea")).to_have_value("A long letter")


def test_what_cannot_be_prolonged_is_not_offered(new_profile: Callable[[], Page]) -> None:
    page = new_profile()
    sign_in(page, "carol")
    page.route(
        "**/sessions/current/status/",
        lambda route: route.fulfill(
            json={**route.fetch().json(), "can_keep_alive": False},
        ),
    )
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("It cannot be made to last longer")
    expect(dialog.get_by_role("button", name="Stay signed in")).to_be_hidden()
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()


def test_the_timer_keeps_to_a_strict_policy_for_content(chromium: Browser, site: str) -> None:
    context = chromium.new_context(base_url=site)
    context.set_default_timeout(MILLISECONDS_TO_ACT)
    page = context.new_page()
    problems: list[str] = []
    page.goto("/")
    sign_in(page, "alice")
    page.on("console", lambda message: problems.append(message.text))

    def with_policy(route: Route) -> None:
        response = route.fetch()
        headers = {**response.headers, "content-security-policy": POLICY}
        route.fulfill(response=response, headers=headers)

    page.route("**/account/sessions/", with_policy)
    page.goto("/account/sessions/")
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Stay signed in").click()
    expect(dialog).to_be_hidden()
    assert problems == []
    context.close()
