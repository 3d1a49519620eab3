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
SOURCES = ("package.json", "tsconfig.json", "client.ts", "linter.yaml", "timer.ts")
STATIC = PROJECT_DIRECTORY / "sessions_api" / "static" / "sessions_api"


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


@pytest.fixture(scope="module")
def packages(site: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory with our sources, the site's description of its API, and the packages."""
    packages = tmp_path_factory.mktemp("packages")
    for name in SOURCES:
        shutil.copy(HERE / name, packages)
    for name in ("session-timer.js", "session-timer.d.ts"):
        shutil.copy(STATIC / name, packages)
    (packages / "schema.json").write_text(schema_of(site))
    run("npm", "install", "--no-package-lock", "--no-audit", "--no-fund", directory=packages)
    return packages


def test_a_strict_linter_finds_nothing_of_ours(packages: Path) -> None:
    run("npm", "run", "lint", directory=packages)


def test_the_types_of_the_timer_are_those_of_the_script(packages: Path) -> None:
    run("npm", "run", "timer", directory=packages)
    script = (packages / "session-timer.js").read_text()
    for name in ("export function follow(dialog)", "return { check, keepAlive };"):
        assert name in script


def test_a_client_compiles_strictly_and_goes_all_ways(
    site: str, directory: Path, packages: Path
) -> None:
    run("npm", "run", "types", directory=packages)
    run("npm", "run", "compile", directory=packages)
    said = run("node", "client.js", site, token_without_proof(directory, "bob"), directory=packages)
    assert "renamed one, ended them all, signed in by a code, and made tokens" in said
