"""Staff in a real browser: find a user's sessions, see which are alive, end them, see it logged."""

import re
from collections.abc import Callable
from itertools import product
from typing import Literal

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.pages import assert_out_at_next_click, current_session, sign_in

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SESSIONS = "/admin/sessions_api/session/"
LONG_NAME = "n" * 150
LONG_LABEL = "L" * 100
LONG_USER_AGENT = f"Mozilla/5.0 (Linux; Android 14; {'M' * 64}) Chrome/156.0.0.0 {'U' * 430}"

# WCAG 2.2, 1.4.3: how far the lightness of a text is from that of what it stands on.
CONTRASTS = """
() => {
  const lightness = (color) => {
    const [r, g, b] = color.match(/[0-9.]+/g).slice(0, 3).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
  };
  return [...document.querySelectorAll(".session-state")].map((badge) => {
    const style = getComputedStyle(badge);
    const pair = [lightness(style.color), lightness(style.backgroundColor)];
    return Math.max(...pair) / Math.min(...pair);
  });
}
"""
WIDTHS = """
() => [document.documentElement, ...document.querySelectorAll(".results")].map(
  (element) => [element.scrollWidth, element.clientWidth]
)
"""
UNDER_HISTORY = """
() => {
  const title = document.createRange();
  title.selectNodeContents(document.querySelector("#content h1"));
  const button = document.querySelector(".historylink").getBoundingClientRect();
  return [...title.getClientRects()].some((line) => line.right > button.left
    && line.left < button.right && line.bottom > button.top && line.top < button.bottom);
}
"""


def test_staff_find_a_users_sessions_end_them_and_see_it_in_the_log(
    new_profile: Callable[[], Page],
) -> None:
    alice, staff = new_profile(), new_profile()
    sign_in(alice, "alice")
    session_id = current_session(alice)
    sign_in(staff, "staff")

    count = go_to_user(staff, "alice")
    staff.get_by_role("link", name="See all").click()
    expect(staff.locator(".session-state-active")).to_have_count(count)
    end_ticked(staff, session_id, whose="alice")
    expect(row(staff, session_id)).to_contain_text("not active: ended from elsewhere")
    assert_out_at_next_click(alice)

    sign_in(alice, "alice")
    assert go_to_user(staff, "alice") == count
    staff.get_by_role("link", name="End all sessions").click()
    expect(
        staff.get_by_text(f"All sessions of alice will be ended, for good. {count}")
    ).to_be_visible()
    staff.get_by_role("button", name="Yes, end all sessions").click()
    expect(staff.get_by_text("All sessions of alice have ended.")).to_be_visible()
    expect(staff.get_by_text("0 active sessions")).to_be_visible()
    assert_out_at_next_click(alice)

    staff.goto("/admin/")
    recent = staff.locator("#recent-actions-module")
    expect(recent.get_by_role("link", name="alice", exact=True)).to_be_visible()
    recent.get_by_role("link", name=re.compile("^alice: .*Chrome.*127.0.0.1")).first.click()
    staff.get_by_role("link", name="History").click()
    expect(staff.get_by_text("Ended the session of alice: ")).to_be_visible()


def test_staff_end_one_session_from_its_page_and_their_own_last(
    new_profile: Callable[[], Page],
) -> None:
    bob, staff = new_profile(), new_profile()
    sign_in(bob, "bob")
    sign_in(staff, "staff")
    own_id = current_session(staff)

    end_on_its_page(staff, current_session(bob))
    expect(staff.get_by_text("1 session ended.")).to_be_visible()
    expect(staff.get_by_text("not active: ended from elsewhere")).to_be_visible()
    expect(staff.get_by_role("button", name="End this session")).to_have_count(0)
    assert_out_at_next_click(bob)

    end_on_its_page(staff, own_id, warning="you will be signed out")
    expect(staff.get_by_role("button", name="Log in")).to_be_visible()


@pytest.mark.parametrize("site", ["db"], indirect=True)
def test_the_list_can_be_read_on_any_screen(new_profile: Callable[[], Page]) -> None:
    bob, staff = new_profile(), new_profile()
    sign_in(bob, "bob")
    sign_in(staff, "staff")
    end_on_its_page(staff, current_session(bob))
    staff.goto(SESSIONS)
    assert staff.locator(".session-state").count() >= 2
    ended = staff.locator(".session-state", has_text="not active:").first
    for scheme, width in product(SCHEMES, (400, 900, 1280, 1400)):
        staff.emulate_media(color_scheme=scheme)
        staff.set_viewport_size({"width": width, "height": 900})
        assert all(content <= room for content, room in staff.evaluate(WIDTHS))
        assert all(contrast >= 4.5 for contrast in staff.evaluate(CONTRASTS))
        ended.scroll_into_view_if_needed()
        expect(ended).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("site", ["db"], indirect=True)
def test_the_list_is_a_table_from_900_pixels_on_and_cards_below(
    new_profile: Callable[[], Page],
) -> None:
    staff = new_profile()
    sign_in(staff, "staff")
    staff.goto(SESSIONS)
    heads = staff.locator("#result_list thead").get_by_role("columnheader")
    for width in (900, 1024, 1280, 1600):
        staff.set_viewport_size({"width": width, "height": 900})
        expect(heads.filter(visible=True)).to_have_count(7)
    staff.set_viewport_size({"width": 400, "height": 900})
    expect(heads.filter(has_text="Device")).to_be_hidden()
    expect(row(staff, current_session(staff)).get_by_text("last used")).to_be_visible()


@pytest.mark.parametrize("site", ["db"], indirect=True)
def test_no_word_of_a_user_is_too_long_for_any_screen(new_profile: Callable[[], Page]) -> None:
    staff, user = new_profile(), new_profile()
    sign_in(staff, "admin")
    add_user(staff, LONG_NAME, password="a demo of long words")
    user_page = staff.url
    session_id = sign_in_at_length(user, password="a demo of long words")
    staff.goto(user_page)
    (part,) = staff.locator(".field-sessions_link").filter(has_text="1 active session").all()
    for width in (400, 1280):
        staff.set_viewport_size({"width": width, "height": 900})
        assert part.evaluate("(element) => element.scrollWidth <= element.clientWidth")

    links = [staff.get_by_role("link", name=name) for name in ("See all", "End all sessions")]
    listed, end_all = (link.get_attribute("href") or "" for link in links)
    one = f"{SESSIONS}{session_id}"
    for path in (listed, f"{SESSIONS}?q={LONG_NAME}", f"{one}/change/", f"{one}/end/", end_all):
        staff.goto(path)
        expect(staff.get_by_text(LONG_NAME).first).to_be_visible()
        assert_fits(staff)

    staff.goto(f"{one}/change/")
    assert not staff.evaluate(UNDER_HISTORY)
    staff.goto(listed)
    tick(staff, session_id)
    expect(staff.get_by_text(LONG_LABEL).first).to_be_visible()
    assert_fits(staff)
    staff.get_by_role("button", name="Yes, end this session").click()
    expect(staff.get_by_text("1 session ended.")).to_be_visible()
    assert_fits(staff)
    staff.goto(f"{one}/history/")
    expect(staff.get_by_text(f"Ended the session of {LONG_NAME}")).to_be_visible()
    assert_fits(staff)


@pytest.mark.parametrize("site", ["db"], indirect=True)
def test_all_pages_say_at_the_same_place_where_one_is(new_profile: Callable[[], Page]) -> None:
    staff = new_profile()
    sign_in(staff, "staff")
    one = f"{SESSIONS}{current_session(staff)}"
    go_to_user(staff, "alice")
    end_all = staff.get_by_role("link", name="End all sessions").get_attribute("href") or ""
    for width in (400, 900, 1280):
        staff.set_viewport_size({"width": width, "height": 900})
        places = set()
        for path in (SESSIONS, f"{one}/change/", f"{one}/end/", f"{one}/history/", end_all):
            staff.goto(path)
            box = staff.locator(".breadcrumbs").get_by_role("link").first.bounding_box()
            assert box is not None
            places.add(box["x"])
        assert len(places) == 1, width


def add_user(staff: Page, username: str, *, password: str) -> None:
    """Add a user in the admin, and go to the user's page."""
    staff.goto("/admin/auth/user/add/")
    staff.locator("#id_username").fill(username)
    for field in ("#id_password1", "#id_password2"):
        staff.locator(field).fill(password)
    staff.locator("input[name=_save]").first.click()
    expect(staff.get_by_text("was added successfully")).to_be_visible()


def sign_in_at_length(user: Page, *, password: str) -> str:
    """Sign the user with the long name in, with a label and a device to match."""
    answer = user.request.post(
        "/api/sessions/",
        data={"username": LONG_NAME, "password": password, "label": LONG_LABEL},
        headers={"User-Agent": LONG_USER_AGENT},
    )
    assert answer.status == 201, answer.text()
    session_id: str = answer.json()["id"]
    return session_id


def assert_fits(staff: Page) -> None:
    """Check that nothing on the page is wider than the screen, narrow or wide."""
    for width in (400, 1280, 1400):
        staff.set_viewport_size({"width": width, "height": 900})
        assert all(content <= room for content, room in staff.evaluate(WIDTHS)), staff.url


def go_to_user(staff: Page, username: str) -> int:
    """Go to a user's page from the admin's front page. Return how many sessions are active."""
    staff.goto("/admin/")
    staff.locator("#content").get_by_role("link", name="Users", exact=True).click()
    staff.locator("#result_list").get_by_role("link", name=username, exact=True).click()
    text = staff.locator(".field-sessions_link .readonly").inner_text()
    return int(text.split()[0])


def row(staff: Page, session_id: str) -> Locator:
    """Return the row of a session in the list."""
    box = staff.locator(f"input[name=_selected_action][value='{session_id}']")
    return staff.locator("#result_list tbody tr").filter(has=box)


def tick(staff: Page, session_id: str) -> None:
    """Tick one session of the list, and run the action that ends it once that is confirmed."""
    staff.locator(f"input[name=_selected_action][value='{session_id}']").check()
    staff.locator("select[name=action]").first.select_option("end_selected")
    staff.get_by_role("button", name=re.compile("^(Go|Run)")).first.click()


def end_ticked(staff: Page, session_id: str, *, whose: str) -> None:
    """Tick one session of the list, end it with the action, and answer yes."""
    tick(staff, session_id)
    expect(staff.get_by_text("1 session will be ended, for good:")).to_be_visible()
    expect(staff.get_by_role("heading", name=whose, level=2)).to_be_visible()
    staff.get_by_role("button", name="Yes, end this session").click()
    expect(staff.get_by_text("1 session ended.")).to_be_visible()


def end_on_its_page(staff: Page, session_id: str, *, warning: str = "") -> None:
    """End one session with the button on its page, and answer yes."""
    staff.goto(f"{SESSIONS}{session_id}/change/")
    staff.get_by_role("button", name="End this session").first.click()
    expect(staff.get_by_text(warning or "1 session will be ended").first).to_be_visible()
    staff.get_by_role("button", name="Yes, end this session").click()
