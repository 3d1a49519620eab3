"""What tests do on the pages of the example site."""

from typing import Any

from playwright.sync_api import Page, expect

FETCH = """
async ({method, path}) => {
  const cookie = document.cookie.split("; ").find((pair) => pair.startsWith("csrftoken="));
  const response = await fetch(path, {
    method,
    headers: {"Accept": "application/json", "X-CSRFToken": cookie?.split("=")[1] ?? ""},
  });
  const body = await response.text();
  return {status: response.status, body: body ? JSON.parse(body) : null};
}
"""


def sign_in(page: Page, username: str) -> None:
    """Sign a demo user in through the login page."""
    page.get_by_role("link", name="Log in").first.click()
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(f"{username}-demo")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text(f"You are signed in as {username}.")).to_be_visible()


def fetch(page: Page, method: str, path: str) -> dict[str, Any]:
    """Call the API from within the page, as the site's own JavaScript would."""
    answer: dict[str, Any] = page.evaluate(FETCH, {"method": method, "path": path})
    return answer


def current_session(page: Page) -> str:
    """Return the id of the page's own session."""
    answer = fetch(page, "GET", "/api/sessions/current/")
    assert answer["status"] == 200, answer
    session_id: str = answer["body"]["id"]
    return session_id


def assert_out_at_next_click(page: Page) -> None:
    """Check that a page, still open and signed in to the eye, is asked to log in when used."""
    page.get_by_role("link", name="Change password").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    page.goto("/")
    expect(page.get_by_text("You are not signed in.")).to_be_visible()


def assert_still_in(page: Page, username: str) -> None:
    """Check that a page is signed in, not only to the eye."""
    page.goto("/accounts/password/")
    expect(page.get_by_role("heading", name="Change password")).to_be_visible()
    page.goto("/")
    expect(page.get_by_text(f"You are signed in as {username}.")).to_be_visible()
