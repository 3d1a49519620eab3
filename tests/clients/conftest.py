"""The example site on two session engines, with people to act for, and the vendors' packages."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache, partial
from importlib import import_module
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.chromium import running_chromium
from tests.clients import ory
from tests.clients.site import Site, populate
from tests.example_site import FAST_HASHER, serve_demo
from tests.programs import run

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start Chromium, headless."""
    with running_chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Site]]:
    """Return a function that serves the demo on a session engine, with more people.

    Each engine's site runs until the last test: tests come in any order.
    """
    with pytest.MonkeyPatch.context() as environment, ExitStack() as running:
        environment.setenv("EXAMPLE_PASSWORD_HASHER", FAST_HASHER)

        @cache
        def serve(name: str) -> Site:
            engine = f"django.contrib.sessions.backends.{name}"
            directory = tmp_path_factory.mktemp(name)
            url = running.enter_context(serve_demo(directory, engine=engine))
            database = directory / "example.sqlite3"
            return Site(url, database, populate(database, engine))

        yield serve


@pytest.fixture(params=["db", "cache"])
def site(request: pytest.FixtureRequest, sites: Callable[[str], Site]) -> Site:
    """Return the site on one session engine."""
    return sites(request.param)


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the vendors' npm packages, and return the directory they are installed in."""
    directory = tmp_path_factory.mktemp("packages")
    for name in ("package.json", "ory.cjs"):
        shutil.copy(HERE / name, directory)
    run("npm", "install", "--no-package-lock", "--no-audit", "--no-fund", directory=directory)
    return directory


@pytest.fixture(scope="session")
def in_node(packages: Path) -> Iterator[Callable[[str], ory.Package]]:
    """Return a function that returns one of Ory's packages for Node, run until the last test."""
    with ExitStack() as running:

        @cache
        def start(name: str) -> ory.Package:
            return partial(ory.NodeClient, running.enter_context(ory.node(name, packages)))

        yield start


@pytest.fixture(params=["ory-kratos-client", "ory-client", "@ory/kratos-client"])
def package(request: pytest.FixtureRequest) -> ory.Package:
    """Return one of Ory's packages: of PyPI, or, with an @, of npm."""
    name: str = request.param
    if name.startswith("@"):
        start: Callable[[str], ory.Package] = request.getfixturevalue("in_node")
        return start(name)
    return partial(ory.PythonClient, import_module(name.replace("-", "_")))


@pytest.fixture
def anyone(package: ory.Package, site: Site) -> ory.Client:
    """Return one of Ory's clients, for calls that name their credentials."""
    return package(site.url, "")


@pytest.fixture
def staff(package: ory.Package, site: Site) -> ory.Client:
    """Return one of Ory's clients, with a token of staff for the admin API."""
    return package(site.url, site.staff.tokens[0].secret)
