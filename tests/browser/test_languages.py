"""The pages in other languages: nothing stays English, nothing overflows, and axe-core finds nothing.

With ALL_LANGUAGES in the environment, in every language that there is.
"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.axe import violations, violations_of_ours
from tests.browser.pages import current_session, sign_in
from tests.locale.catalogues import FOLDERS, LANGUAGES, catalogue

pytestmark = [
    pytest.mark.parametrize("site", ["db"], indirect=True),
    pytest.mark.parametrize(
        "language", LANGUAGES if os.environ.get("ALL_LANGUAGES") else ["de", "ar"]
    ),
]

ACCOUNT = [
    "/",
    *(
        f"/account/sessions/{name}"
        for name in (
            "",
            "history/",
            "tokens/",
            "tokens/new/",
            "end-others/",
            "confirm/",
            "new-device/unknown/",
        )
    ),
]
SESSIONS = "/admin/sessions_api/session/"
TEXTS = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) texts.push(walker.currentNode.data.trim());
  const named = [...document.querySelectorAll("[aria-label], [title], [placeholder]")];
  for (const each of named) {
    texts.push(each.getAttribute("aria-label"), each.title, each.getAttribute("placeholder"));
  }
  return texts.filter(Boolean);
}"""


def speak(page: Page, language: str) -> None:
    """Have a browser ask for a language."""
    page.set_extra_http_headers({"Accept-Language": language.replace("_", "-")})


def english(page: Page, language: str, folders: Sequence[Path] = FOLDERS) -> list[str]:
    """Return the texts of a page that are still English, of those that these folders have."""
    ours = {
        entry.msgid
        for folder in folders
        for entry in catalogue(folder, language)
        if entry.msgstr not in ("", entry.msgid)
    }
    return [text for text in page.evaluate(TEXTS) if text in ours]


def check_edges(page: Page, path: str) -> None:
    """Check that nothing of a page reaches over its edge, on a phone and on a laptop."""
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_pages_for_users_in_other_languages(new_profile: Callable[[], Page], language: str) -> None:
    page, other = new_profile(), new_profile()
    speak(other, language)
    for path in ("/", "/accounts/login/"):
        other.goto(path)
        assert english(other, language) == [], path
        check_edges(other, path)
        assert violations(other) == [], path
    sign_in(page, "alice")
    speak(page, language)
    for path in ACCOUNT:
        page.goto(path)
        assert english(page, language) == [], path
        check_edges(page, path)
        assert violations(page) == [], path


def test_pages_for_staff_in_other_languages(new_profile: Callable[[], Page], language: str) -> None:
    page, other = new_profile(), new_profile()
    sign_in(page, "admin")
    sign_in(other, "alice")
    one = f"{SESSIONS}{current_session(other)}"
    speak(page, language)
    page.set_viewport_size({"width": 1280, "height": 900})
    for path in (
        *(f"{SESSIONS}{each}" for each in ("", "overview/")),
        *(f"{one}/{each}/" for each in ("change", "end", "history")),
        "/admin/auth/user/3/end-sessions/",
    ):
        page.goto(path)
        assert english(page, language, FOLDERS[:1]) == [], path
        assert violations_of_ours(page) == [], path
