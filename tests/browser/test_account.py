"""The pages for users in a browser: with and without scripts, under a strict policy for content."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.chromium import MILLISECONDS_TO_ACT
from tests.browser.pages import assert_out_at_next_click, assert_still_in, sign_in

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SESSIONS = "/account/sessions/"


def open_sessions(page: Page) -> None:
    """Go to the user's sessions."""
    page.goto(SESSIONS)
    expect(page.get_by_role("heading", name="Where you are signed in")).to_be_visible()


def other_cards(page: Page) -> int:
    """Return how many sessions are listed beside the page's own."""
    assert page.get_by_text("This device", exact=True).count() == 1
    return page.get_by_role("article").count() - 1


def test_another_browser_is_signed_out_in_a_dialog(new_profile: Callable[[], Page]) -> None:
    own, other = new_profile(), new_profile()
    sign_in(own, "alice")
    sign_in(other, "alice")
    open_sessions(own)
    number = other_cards(own)
    link = own.get_by_role("link", name="Sign it out").first
    link.click()
    dialog = own.get_by_role("dialog", name="Sign it out?")
    expect(dialog).to_be_visible()
    own.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(link).to_be_focused()
    own.keyboard.press("Enter")
    dialog.get_by_role("button", name="Sign it out").click()
    expect(own.get_by_role("status")).to_contain_text("is signed out.")
    assert other_cards(own) == number - 1
    assert_out_at_next_click(other)
    assert_still_in(own, "alice")


def test_all_others_are_signed_out(new_profile: Callable[[], Page]) -> None:
    own, other = new_profile(), new_profile()
    sign_in(own, "carol")
    sign_in(other, "carol")
    open_sessions(own)
    own.get_by_role("link", name="Sign out everywhere else").click()
    own.get_by_role("dialog").get_by_role("button", name="Sign out everywhere else").click()
    expect(own.get_by_role("status")).to_contain_text("signed out.")
    assert other_cards(own) == 0
    assert_out_at_next_click(other)


def test_a_session_is_named_and_a_token_is_made_and_copied(
    new_profile: Callable[[], Page],
) -> None:
    page = new_profile()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sign_in(page, "bob")
    open_sessions(page)
    page.get_by_role("link", name="Rename").first.click()
    page.get_by_role("dialog").get_by_label("Name").fill("My laptop")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="My laptop")).to_be_visible()

    page.get_by_role("link", name="Tokens").click()
    page.get_by_role("link", name="New token").click()
    page.get_by_label("Name").fill("Backup script")
    page.get_by_role("button", name="Make the token").click()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    token = page.get_by_label("Token").input_value()
    assert page.evaluate("navigator.clipboard.readText()") == token
    answer = page.request.get(
        "/api/sessions/current/", headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.json()["label"] == "Backup script"


@pytest.fixture
def without_scripts(chromium: Browser, site: str) -> Iterator[Page]:
    """Open the site in a browser that runs no scripts."""
    context = chromium.new_context(base_url=site, java_script_enabled=False)
    context.set_default_timeout(MILLISECONDS_TO_ACT)
    page = context.new_page()
    page.goto("/")
    yield page
    context.close()


def test_everything_can_be_done_without_scripts(
    without_scripts: Page, new_profile: Callable[[], Page]
) -> None:
    page, other = without_scripts, new_profile()
    sign_in(page, "alice")
    sign_in(other, "alice")
    open_sessions(page)
    page.get_by_role("link", name="Rename").first.click()
    page.get_by_label("Name").fill("No scripts here")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="No scripts here")).to_be_visible()
    page.get_by_role("link", name="Sign out everywhere else").click()
    expect(page.get_by_role("heading", name="Sign out everywhere else?")).to_be_visible()
    page.get_by_role("button", name="Sign out everywhere else").click()
    expect(page.get_by_role("status")).to_contain_text("signed out.")
    assert_out_at_next_click(other)
    page.get_by_role("link", name="Tokens").click()
    page.get_by_role("link", name="New token").click()
    page.get_by_label("Name").fill("CI")
    page.get_by_role("button", name="Make the token").click()
    assert page.get_by_label("Token").input_value().startswith("session_")
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)
    page.get_by_role("link", name="Signed in").click()
    page.get_by_role("link", name="Sign out", exact=True).click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are not signed in.")).to_be_visible()


@pytest.mark.parametrize("site", ["db"], indirect=True)
def test_nothing_breaks_a_strict_policy_for_content(new_profile: Callable[[], Page]) -> None:
    page = new_profile()
    sign_in(page, "bob")
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))

    def with_policy(route: Route) -> None:
        response = route.fetch()
        headers = {**response.headers, "content-security-policy": POLICY}
        route.fulfill(response=response, headers=headers)

    page.route("**/account/sessions/**", with_policy)
    open_sessions(page)
    colour = "getComputedStyle(document.querySelector('.sessions-mark')).borderRadius"
    assert page.evaluate(colour) == "16px"  # the style sheet was taken
    page.get_by_role("link", name="Sign out everywhere else").click()
    page.get_by_role("dialog").get_by_role("button", name="Sign out everywhere else").click()
    expect(page.get_by_role("status")).to_be_visible()
    for name in ("history/", "tokens/", "tokens/new/", "confirm/"):
        page.goto(f"{SESSIONS}{name}")
    assert problems == []
