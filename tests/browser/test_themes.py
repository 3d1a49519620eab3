"""The staff pages in the themes that many sites give their admin: all of them can be read and used."""

import re
from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.chromium import MILLISECONDS_TO_ACT
from tests.browser.pages import current_session, sign_in
from tests.example_site import serve_demo

SESSIONS = "/admin/sessions_api/session/"
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

# WCAG 2.2, 1.4.3: a text against what it stands on, colours that show through included.
CONTRAST = """
(element) => {
  const rgba = (color) => {
    const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
    canvas.fillStyle = color;
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = ([r, g, b, a], below) => [r, g, b].map((part, n) => part * a + below[n] * (1 - a));
  const grounds = [];
  for (let each = element; each; each = each.parentElement) {
    grounds.unshift(rgba(getComputedStyle(each).backgroundColor));
  }
  const ground = grounds.reduce((below, color) => over(color, below), [255, 255, 255]);
  const text = over(rgba(getComputedStyle(element).color), ground);
  const lightness = (color) => {
    const [r, g, b] = color.map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
  };
  const pair = [lightness(text), lightness(ground)];
  return Math.max(...pair) / Math.min(...pair);
}
"""
KEEP_SCHEME = """
(scheme) => {
  localStorage.setItem("jazzmin-theme-mode", scheme);
  localStorage.setItem("_x_adminTheme", JSON.stringify(scheme));
}
"""


@pytest.fixture(scope="module", params=["unfold", "jazzmin"])
def theme(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def site(theme: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the example site in a theme, and return its URL."""
    more = {"DJANGO_SETTINGS_MODULE": f"tests.browser.themes.{theme}"}
    directory = tmp_path_factory.mktemp(theme)
    with serve_demo(directory, engine="django.contrib.sessions.backends.db", more=more) as url:
        yield url


@pytest.fixture(params=SCHEMES)
def staff(
    request: pytest.FixtureRequest, chromium: Browser, new_profile: Callable[[], Page]
) -> Page:
    """Return a page that staff have signed in on, wide enough for a table, light or dark."""
    page = new_profile()
    sign_in(page, "staff")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme=request.param)
    page.evaluate(KEEP_SCHEME, request.param)
    page.set_default_timeout(MILLISECONDS_TO_ACT)
    return page


def assert_button(element: Locator) -> None:
    """Check that something looks like a button: it has room around its words, and can be read."""
    expect(element).to_be_visible()
    box = element.bounding_box()
    assert box is not None
    assert box["height"] >= 28
    ground = element.evaluate("(element) => getComputedStyle(element).backgroundColor")
    assert ground not in ("rgba(0, 0, 0, 0)", "transparent")
    assert_readable(element)


def assert_readable(element: Locator) -> None:
    assert element.evaluate(CONTRAST) >= 4.5, element.inner_text()


def test_staff_find_a_session_in_the_list_and_end_it_by_the_action(
    new_profile: Callable[[], Page], staff: Page
) -> None:
    alice = new_profile()
    sign_in(alice, "alice")
    session_id = current_session(alice)
    staff.goto(f"{SESSIONS}?state=active&user=3")
    heads = staff.locator("#result_list thead th").filter(visible=True)
    expect(heads).to_have_count(7)
    for badge in staff.locator(".session-state").all():
        assert_readable(badge)

    staff.locator(f"input[name=_selected_action][value='{session_id}']").check()
    staff.locator("select[name=action]").first.select_option("end_selected", force=True)
    run = staff.locator("button[name=index]").first
    assert_button(run)
    run.click()

    expect(staff.get_by_role("heading", name="End the session of alice")).to_be_visible()
    expect(staff.locator(".session-lines")).to_contain_text("127.0.0.1")
    assert_button(staff.get_by_role("button", name="No, take me back"))
    yes = staff.get_by_role("button", name="Yes, end this session")
    assert_button(yes)
    yes.click()
    expect(staff.get_by_text("1 session ended.")).to_be_visible()


def test_the_list_marks_ones_own_session_and_filters_by_state(staff: Page, theme: str) -> None:
    staff.goto(SESSIONS)
    own = staff.locator("#result_list .session-own")
    expect(own).to_have_text("this session")
    assert_readable(own)
    if theme == "unfold":
        staff.get_by_text("Filters").first.click()
        staff.get_by_role("link", name="Over", exact=True).click()
    else:
        staff.locator("select[data-name=state]").select_option("Over", force=True)
        staff.get_by_role("button", name="Search").click()
    staff.wait_for_url(re.compile("state=over"))
    expect(staff.locator(".session-state-active")).to_have_count(0)


def test_staff_read_one_session_and_end_it_from_its_page(
    new_profile: Callable[[], Page], staff: Page
) -> None:
    bob = new_profile()
    sign_in(bob, "bob")
    staff.goto(f"{SESSIONS}{current_session(bob)}/change/")
    expect(staff.get_by_role("heading", name="session of bob")).to_be_visible()
    assert_readable(staff.locator(".session-state").first)
    end = staff.get_by_role("button", name="End this session").first
    assert_button(end)
    end.click()
    assert_button(staff.get_by_role("button", name="Yes, end this session"))
    staff.get_by_role("button", name="Yes, end this session").click()
    expect(staff.get_by_text("1 session ended.")).to_be_visible()


def test_the_overview_is_found_and_can_be_read(staff: Page) -> None:
    staff.goto(SESSIONS)
    staff.get_by_role("link", name="Overview").click()
    expect(staff.get_by_role("heading", name="Overview of sessions")).to_be_visible()
    chart = staff.get_by_role("img", name="Sign-ins and ends on each of the last 14 days")
    expect(chart).to_be_visible()
    box = chart.bounding_box()
    assert box is not None
    assert box["height"] > 80
    bar = chart.locator(".session-bar").last
    ground = "(bar) => { bar.style.color = getComputedStyle(bar).fill; }"
    bar.evaluate(ground)
    assert bar.evaluate(CONTRAST) >= 3
    for text in staff.locator(".session-figures :is(caption, th, td):not(:has(*))").all():
        assert_readable(text)
    assert staff.evaluate("document.documentElement.scrollWidth") <= 1280
