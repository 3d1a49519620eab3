"""A Python client, with types made from the example site's own description of its API."""

import shutil
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.example_site import schema_of, serve_demo, token_without_proof
from tests.programs import run

HERE = Path(__file__).parent
GENERATOR = Path(sysconfig.get_path("scripts"), "openapi-python-client")


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the directory of the site."""
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="module")
def site(directory: Path) -> Iterator[str]:
    """Serve the demo, and return its URL."""
    with serve_demo(directory, engine="django.contrib.sessions.backends.db") as url:
        yield url


@pytest.fixture(scope="module")
def program(site: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory with a client made from the site's schema, and what walks by it."""
    made = tmp_path_factory.mktemp("program")
    (made / "schema.json").write_text(schema_of(site))
    (made / "config.yml").write_text("post_hooks: []")  # nobody reads its code
    run(
        str(GENERATOR),
        *("generate", "--path", "schema.json", "--config", "config.yml", "--fail-on-warning"),
        *("--meta", "none", "--output-path", "site_client"),
        directory=made,
    )
    for name in ("walk.py", "mypy.ini"):
        shutil.copy(HERE / name, made)
    return made


def test_its_types_are_strict_and_refuse_what_the_api_refuses(program: Path) -> None:
    run(sys.executable, "-m", "mypy", "walk.py", "site_client", directory=program)


def test_it_goes_all_ways(site: str, directory: Path, program: Path) -> None:
    token = token_without_proof(directory, "bob")
    said = run(sys.executable, "walk.py", site, token, directory=program)
    assert "renamed one, ended them all, signed in by a code, and made tokens" in said
