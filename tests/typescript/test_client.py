"""A TypeScript client, with types made from the example site's own description of its API."""

import json
import shutil
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.example_site import PROJECT_DIRECTORY, serve_demo
from tests.typescript.programs import run

HERE = Path(__file__).parent
SOURCES = ("package.json", "tsconfig.json", "client.ts")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the demo, and return its URL."""
    directory = tmp_path_factory.mktemp("site")
    with serve_demo(directory, engine="django.contrib.sessions.backends.db") as url:
        yield url


@pytest.fixture(scope="module")
def schema(site: str) -> str:
    """Return the description of the API that the site serves."""
    with urllib.request.urlopen(f"{site}/api/schema/?format=json", timeout=60) as answer:  # noqa: S310
        text: str = answer.read().decode()
    return text


def test_the_site_serves_what_the_command_makes_without_a_warning(schema: str) -> None:
    made = run(
        sys.executable,
        *("manage.py", "spectacular", "--settings", "example_project.settings"),
        *("--validate", "--fail-on-warn", "--format", "openapi-json"),
        directory=PROJECT_DIRECTORY,
    )
    assert json.loads(schema)["paths"] == json.loads(made)["paths"]


def test_a_client_compiles_strictly_and_lists_renames_and_ends(
    site: str, schema: str, tmp_path: Path
) -> None:
    for name in SOURCES:
        shutil.copy(HERE / name, tmp_path)
    (tmp_path / "schema.json").write_text(schema)
    run("npm", "install", "--no-package-lock", "--no-audit", "--no-fund", directory=tmp_path)
    run("npm", "run", "types", directory=tmp_path)
    run("npm", "run", "compile", directory=tmp_path)
    said = run("node", "client.js", site, directory=tmp_path)
    assert "renamed one, and ended them all" in said
