"""Two real browsers: each sees both sessions, and the one that is ended is out at its next click."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.pages import (
    assert_out_at_next_click,
    assert_still_in,
    current_session,
    fetch,
    sign_in,
)


def test_ends_the_other_browser_through_the_api(new_profile: Callable[[], Page]) -> None:
    first, second = new_profile(), new_profile()
    sign_in(first, "alice")
    sign_in(second, "alice")
    first_id, second_id = current_session(first), current_session(second)
    assert first_id != second_id
    assert_lists_both(first, current=first_id, other=second_id)
    assert_lists_both(second, current=second_id, other=first_id)

    assert fetch(first, "DELETE", f"/api/sessions/{second_id}/")["status"] == 204

    assert_out_at_next_click(second)
    assert_still_in(first, "alice")
    sessions = listed_sessions(first)
    assert first_id in sessions
    assert second_id not in sessions


def test_staff_ends_a_browser_in_the_admin(new_profile: Callable[[], Page]) -> None:
    ended, kept, staff = new_profile(), new_profile(), new_profile()
    sign_in(ended, "bob")
    sign_in(kept, "bob")
    sign_in(staff, "staff")

    end_in_the_admin(staff, current_session(ended))

    assert_out_at_next_click(ended)
    assert_still_in(kept, "bob")
    assert_still_in(staff, "staff")


def listed_sessions(page: Page) -> dict[str, dict[str, Any]]:
    """Return what the page's user sees of their sessions, by id."""
    answer = fetch(page, "GET", "/api/sessions/")
    assert answer["status"] == 200, answer
    return {session["id"]: session for session in answer["body"]["results"]}


def assert_lists_both(page: Page, *, current: str, other: str) -> None:
    """Check that both sessions are listed as active, and only the page's own as current."""
    sessions = listed_sessions(page)
    assert [key for key, session in sessions.items() if session["is_current"]] == [current]
    for session in (sessions[current], sessions[other]):
        assert session["state"] == "active"
        assert "Chrome" in session["user_agent"]
        assert session["ip_address"] == "127.0.0.1"


def end_in_the_admin(staff: Page, session_id: str) -> None:
    """Tick one session in the admin's list and end it with the action."""
    staff.goto("/admin/sessions_api/session/")
    staff.locator(f"input[name=_selected_action][value='{session_id}']").check()
    staff.locator("select[name=action]").first.select_option("end_selected")
    staff.get_by_role("button", name=re.compile("^(Go|Run)")).first.click()
    staff.get_by_role("button", name="Yes, end this session").click()
    expect(staff.locator(".messagelist .success")).to_be_visible()
