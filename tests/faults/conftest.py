"""Servers for the tests to break: each process of pytest has its own, and heals them for each test."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.faults.servers.databases import (
    Database,
    MariaDB,
    PostgreSQL,
    serve_mariadb,
    serve_postgresql,
)
from tests.faults.servers.redis import Redis, serve_cluster, serve_redis
from tests.faults.sites import Site, copied, sqlite

ENGINES = {
    name: f"django.contrib.sessions.backends.{name}"
    for name in ("db", "cached_db", "cache", "file", "signed_cookies")
}
DJANGOS_REDIS = "django.core.cache.backends.redis.RedisCache"


def cache_of(url: str, **given: Any) -> dict[str, Any]:
    """Return Django's settings for a cache in Redis whose server may be away, or slow."""
    options = {"socket_timeout": 0.3, "socket_connect_timeout": 0.3}
    return {"default": {"BACKEND": DJANGOS_REDIS, "LOCATION": url, "OPTIONS": options, **given}}


@pytest.fixture(scope="session")
def redis_server() -> Iterator[Redis]:
    with serve_redis() as server:
        yield server


@pytest.fixture
def redis(redis_server: Redis) -> Iterator[Redis]:
    """Return a Redis that works and is empty."""
    redis_server.heal()
    yield redis_server
    redis_server.heal()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Sequence[Redis]]:
    """Return the three nodes of a cluster."""
    with serve_cluster() as nodes:
        yield nodes


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgreSQL]:
    with serve_postgresql() as server:
        directory = tmp_path_factory.mktemp("postgresql")
        Site(directory, DATABASES={"default": server.settings}).make_tables()
        yield server


@pytest.fixture(scope="session")
def mariadb_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaDB]:
    with serve_mariadb() as server:
        directory = tmp_path_factory.mktemp("mariadb")
        Site(directory, DATABASES={"default": server.settings}).make_tables()
        yield server


@pytest.fixture(params=["postgresql", "mariadb"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """Return a database server that works, with the site's tables and people, and no session."""
    server: Database = request.getfixturevalue(f"{request.param}_server")
    server.heal()
    yield server
    server.heal()


@pytest.fixture
def postgresql(postgresql_server: PostgreSQL) -> Iterator[PostgreSQL]:
    """Return ``database`` where only PostgreSQL will do."""
    postgresql_server.heal()
    yield postgresql_server
    postgresql_server.heal()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database of SQLite with the site's tables and people."""
    directory = tmp_path_factory.mktemp("template")
    path = directory / "site.sqlite3"
    Site(directory, DATABASES={"default": sqlite(path)}).make_tables()
    return path


@pytest.fixture
def site(tmp_path: Path, template: Path) -> Site:
    """Return a site on SQLite, with Django's default engine."""
    files = tmp_path / "sessions"
    files.mkdir()
    return Site(
        tmp_path,
        DATABASES={"default": copied(template, tmp_path)},
        SESSION_FILE_PATH=str(files),
    )


@pytest.fixture
def site_with_redis(site: Site, redis: Redis) -> Site:
    """Return a site on SQLite that has Redis for its cache, and its sessions there."""
    return site.but(SESSION_ENGINE=ENGINES["cache"], CACHES=cache_of(redis.url))
