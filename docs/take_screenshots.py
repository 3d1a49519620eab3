"""Take the pictures of the README anew: ``uv run --group browser python docs/take_screenshots.py``."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from playwright.sync_api import Browser, Page  # noqa: E402 (after the path)

from tests.browser.chromium import running_chromium  # noqa: E402
from tests.browser.pages import sign_in  # noqa: E402
from tests.example_site import serve_demo  # noqa: E402

FOLDER = PROJECT / "docs" / "screenshots"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:157.0) Gecko/20100101 Firefox/157.0"


def main() -> None:
    """Serve the demo, and take both pictures."""
    FOLDER.mkdir(exist_ok=True)
    engine = "django.contrib.sessions.backends.db"
    with (
        TemporaryDirectory() as directory,
        serve_demo(Path(directory), engine=engine) as url,
        running_chromium() as chromium,
    ):
        take(signed_in(chromium, url, "alice"), "Where you are signed in", "account.png")
        take(signed_in(chromium, url, "staff"), "Everyone", "staff.png")


def signed_in(chromium: Browser, url: str, user_name: str) -> Page:
    """Return a page of a user, in a browser that the site knows by name."""
    page = chromium.new_page(
        base_url=url, user_agent=FIREFOX, viewport={"width": 1280, "height": 860}
    )
    page.goto("/")
    sign_in(page, user_name)
    return page


def take(page: Page, link: str, name: str) -> None:
    """Take a picture of the page that a link leads to."""
    page.get_by_role("link", name=link).click()
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / name)


if __name__ == "__main__":
    main()
