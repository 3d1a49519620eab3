"""The pages for users are valid HTML, as the standard has it, by html-validate."""

import shutil
from pathlib import Path

import pytest

from sessions_api import lifecycle
from tests.account.pages import IPHONE, browser, url
from tests.account.test_tokens import make
from tests.helpers import session_of
from tests.programs import run

HERE = Path(__file__).parent


@pytest.mark.django_db(transaction=True)
def test_every_page_is_valid(alice, settings, tmp_path):
    settings.ROOT_URLCONF = "tests.site.urls_with_pages"
    own, other = browser(alice), session_of(browser(alice, user_agent=IPHONE))
    lifecycle.rename(other, '<Work> & "laptop"')
    lifecycle.end(session_of(browser(alice)))
    pages = {
        "token_made": make(own),
        "new_token_refused": make(own, label=""),
        "confirm_refused": own.post(url("confirm"), {"password": "wrong"}),
    }
    for name in ("sessions", "history", "tokens", "new_token", "end_others", "confirm"):
        pages[name] = own.get(url(name))
    for name in ("end", "rename"):
        pages[name] = own.get(url(name, other.pk))
    pages["end_own"] = own.get(url("end", session_of(own).pk))
    pages["new_device"] = own.get(url("new_device", "unknown"))
    directory = tmp_path / "pages"
    directory.mkdir()
    for name, response in pages.items():
        (directory / f"{name}.html").write_bytes(response.content)
    for name in ("package.json", "config.json"):
        shutil.copy(HERE / name, tmp_path)
    run("npm", "install", "--no-package-lock", "--no-audit", "--no-fund", directory=tmp_path)
    run("npm", "run", "check", directory=tmp_path)
