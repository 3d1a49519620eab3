"""axe-core finds nothing on the pages for users (WCAG 2.2 AA), and nothing reaches over their edge."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.pages import sign_in

pytestmark = pytest.mark.parametrize("site", ["db"], indirect=True)

PAGES = ("", "history/", "tokens/", "tokens/new/", "end-others/", "confirm/", "new-device/unknown/")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (320, 1280, 3840)


def violations(page: Page) -> list[str]:
    """Return what axe-core has to say of a page."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
    return [
        f"{each['id']}: {node['html']} {node['failureSummary']}"
        for each in found.response["violations"]
        for node in each["nodes"]
    ]


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
