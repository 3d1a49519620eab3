"""A TypeScript client, with types made from the example site's own description of its API."""

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.example_site import PROJECT_DIRECTORY, schema_of, serve_demo, token_without_proof
from tests.programs import run

HERE = Path(__file__).parent
SOURCES = ("package.json", "tsconfig.json", "client.ts")


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the directory of the site."""
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="module")
def site(directory: Path) -> Iterator[str]:
    """Serve the demo, and return its URL."""
    with serve_demo(directory, engine="django.contrib.sessions.backends.db") as url:
        yield url


def test_the_site_serves_what_the_command_makes_without_a_warning(site: str) -> None:
    made = run(
        sys.executable,
        *("manage.py", "spectacular", "--settings", "example_project.settings"),
        *("--validate", "--fail-on-warn", "--format", "openapi-json"),
        directory=PROJECT_DIRECTORY,
    )
    assert json.loads(schema_of(site))["paths"] == json.loads(made)["paths"]


def test_a_client_compiles_strictly_and_goes_all_ways(
    site: str, directory: Path, tmp_path: Path
) -> None:
    for name in SOURCES:
        shutil.copy(HERE / name, tmp_path)
    (tmp_path / "schema.json").write_text(schema_of(site))
    run("npm", "install", "--no-package-lock", "--no-audit", "--no-fund", directory=tmp_path)
    run("npm", "run", "types", directory=tmp_path)
    run("npm", "run", "compile", directory=tmp_path)
    said = run("node", "client.js", site, token_without_proof(directory, "bob"), directory=tmp_path)
    assert "renamed one, ended them all, signed in by a code, and made tokens" in said
