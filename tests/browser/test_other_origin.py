"""Pages on another origin: what docs/frontends.md says is enough, and what is missing is refused."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import MILLISECONDS_TO_ACT
from tests.browser.pages import sign_in
from tests.example_site import PROJECT_DIRECTORY, free_port, serve_demo

HERE = Path(__file__).parent / "other_origin"
SCRIPTS = ("token.js", "cookie.js")
EXAMPLE = "https://api.example.com"


@pytest.fixture(scope="module")
def frontend() -> str:
    """Return the origin of the pages. To a browser it is another site than 127.0.0.1."""
    return f"http://localhost:{free_port()}"


@pytest.fixture(scope="module")
def api(frontend: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the example site with CORS, and return its port."""
    directory = tmp_path_factory.mktemp("api")
    more = {
        "DJANGO_SETTINGS_MODULE": "tests.browser.other_origin.settings",
        "FRONTEND": frontend,
    }
    with serve_demo(directory, engine="django.contrib.sessions.backends.db", more=more) as url:
        yield url.rpartition(":")[2]


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """Open an empty browser."""
    context = chromium.new_context()
    context.set_default_timeout(MILLISECONDS_TO_ACT)
    yield context.new_page()
    context.close()


@pytest.fixture
def served(tmp_path: Path, frontend: str) -> Iterator[Path]:
    """Serve a folder at the origin of the pages, and return it."""
    (tmp_path / "index.html").write_text("<!doctype html><title>Frontend</title>")
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    port = int(frontend.rpartition(":")[2])
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield tmp_path
        server.shutdown()
        thread.join()


def put(folder: Path, api: str) -> None:
    """Have the scripts of the documentation call this API."""
    for name in SCRIPTS:
        (folder / name).write_text((HERE / name).read_text().replace(EXAMPLE, api))


def test_a_page_of_another_site_signs_in_lists_and_signs_out_by_a_token(
    page: Page, api: str, frontend: str, served: Path
) -> None:
    put(served, f"http://127.0.0.1:{api}")
    page.goto(frontend)
    seen = page.evaluate(
        """async () => {
            const { signIn, mySessions, signOut } = await import("/token.js");
            const refused = await signIn("alice", "wrong").catch((error) => error.message);
            const token = await signIn("alice", "alice-demo");
            const sessions = await mySessions(token);
            await signOut(token);
            const over = await mySessions(token).catch((error) => error.message);
            return { refused, over, own: sessions.filter((each) => each.is_current).length };
        }"""
    )
    assert seen == {"refused": "invalid_credentials", "over": "401", "own": 1}


def test_a_page_of_the_same_site_uses_the_cookie(
    page: Page, api: str, frontend: str, served: Path
) -> None:
    put(served, f"http://localhost:{api}")
    page.goto(f"http://localhost:{api}/")
    sign_in(page, "bob")
    page.goto(frontend)
    seen = page.evaluate(
        """async () => {
            const { call } = await import("/cookie.js");
            const before = await call("GET", "sessions/current/");
            const ended = await call("DELETE", "sessions/current/");
            const after = await call("GET", "sessions/current/");
            return [before.body.state, ended.status, after.status >= 401];
        }"""
    )
    assert seen == ["active", 204, True]
    page.goto(f"http://localhost:{api}/")
    expect(page.get_by_text("You are not signed in.")).to_be_visible()


def test_a_page_of_an_origin_that_is_not_allowed_reads_nothing(page: Page, api: str) -> None:
    page.goto(f"http://localhost:{api}/api/schema/?format=json")  # an origin beside
    refused = page.evaluate(
        "(url) => fetch(url, {headers: {'X-Session-Token': 'x'}}).catch((error) => `${error}`)",
        f"http://127.0.0.1:{api}/api/sessions/",
    )
    assert "Failed to fetch" in str(refused)


@pytest.mark.parametrize("name", SCRIPTS)
def test_what_is_run_here_is_what_the_page_shows(name: str) -> None:
    shown = (PROJECT_DIRECTORY / "docs" / "frontends.md").read_text()
    assert (HERE / name).read_text() in shown


def test_the_settings_are_those_that_the_page_shows() -> None:
    shown = (PROJECT_DIRECTORY / "docs" / "frontends.md").read_text()
    (block,) = (part for part in shown.split("```python\n")[1:] if "CORS_ALLOWED_ORIGINS" in part)
    wanted = {
        line.partition(" =")[0] for line in block.partition("```")[0].splitlines() if " = " in line
    }
    used = (HERE / "settings.py").read_text()
    assert wanted
    assert all(f"\n{name} = " in used for name in wanted)
