"""axe-core finds nothing on the pages for users (WCAG 2.2 AA), and nothing reaches over their edge.

On the pages for staff it finds nothing but what Django's own pages have, too.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.axe import violations, violations_of_ours
from tests.browser.pages import current_session, sign_in

pytestmark = pytest.mark.parametrize("site", ["db"], indirect=True)

PAGES = ("", "history/", "tokens/", "tokens/new/", "end-others/", "confirm/", "new-device/unknown/")
WIDTHS = (320, 1280, 3840)
SESSIONS = "/admin/sessions_api/session/"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(new_profile: Callable[[], Page], scheme: str) -> None:
    page, other = new_profile(), new_profile()
    sign_in(page, "alice")
    sign_in(other, "alice")
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for name in PAGES:
        page.goto(f"/account/sessions/{name}")
        assert violations(page) == [], name
    page.goto("/account/sessions/")
    page.get_by_role("link", name="Sign it out").first.click()
    page.get_by_role("dialog").wait_for()
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_of_ours_on_the_pages_for_staff(
    new_profile: Callable[[], Page], scheme: str
) -> None:
    page, other = new_profile(), new_profile()
    sign_in(page, "admin")
    sign_in(other, "alice")
    one = f"{SESSIONS}{current_session(other)}"
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": 1280, "height": 900})
    for path in (
        *(f"{SESSIONS}{each}" for each in ("", "?country=FR", "overview/")),
        *(f"{one}/{each}/" for each in ("change", "end", "history")),
        "/admin/auth/user/3/end-sessions/",
    ):
        page.goto(path)
        assert violations_of_ours(page) == [], path


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_reaches_over_the_edge(new_profile: Callable[[], Page], width: int) -> None:
    page = new_profile()
    sign_in(page, "alice")
    page.set_viewport_size({"width": width, "height": 800})
    for name in PAGES:
        page.goto(f"/account/sessions/{name}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name


def test_targets_are_large_enough_for_a_thumb(new_profile: Callable[[], Page]) -> None:
    page = new_profile()
    sign_in(page, "alice")
    page.goto("/account/sessions/")
    for button in page.locator(".sessions-button").all():
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 44
