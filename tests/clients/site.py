"""The example site as its visitors meet it, and what its database says of them."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener
from uuid import UUID

import pytest

from sessions_api.dialects.identifiers import uuid_of
from tests.clients.population import PASSWORD
from tests.example_site import PROJECT_DIRECTORY

SECONDS_TO_ANSWER = 30
SECONDS_TO_POPULATE = 60


class Token(NamedTuple):
    """A token, and the id of its session."""

    id: str
    secret: str


class Browser(NamedTuple):
    """A browser that has signed in: its Cookie header, and the id of its session."""

    id: str
    cookie: str


@dataclass(frozen=True)
class Person:
    """A user of the site."""

    pk: int
    username: str
    email: str
    tokens: tuple[Token, ...]

    @property
    def uuid(self) -> str:
        """Return what the dialects call them."""
        return str(uuid_of(self.pk))


@dataclass(frozen=True)
class Row:
    """A session as the database holds it."""

    id: str
    user_id: int
    kind: str
    user_agent: str
    ip_address: str | None
    location: str
    methods: str
    aal: int | None
    created_at: datetime
    updated_at: datetime
    authenticated_at: datetime | None
    last_used: datetime
    expires_at: datetime
    ended_at: datetime | None
    end_reason: str
    ended_by_id: int | None

    @property
    def end(self) -> tuple[str, int | None] | None:
        """Return why and by whom it has ended, or None."""
        return None if self.ended_at is None else (self.end_reason, self.ended_by_id)

    @property
    def is_active(self) -> bool:
        """Tell whether nothing in the row speaks against it."""
        return self.ended_at is None and self.expires_at > datetime.now(UTC)


COLUMNS = [field.name for field in fields(Row)]


class Site:
    """A running example site."""

    def __init__(self, url: str, database: Path, people: dict[str, Person]) -> None:
        self.url = url
        self.database = database
        self.admin, self.staff, self.crowd = (
            people.pop(name) for name in ("admin", "staff", "crowd")
        )
        self._strangers = iter(people.values())

    def person(self) -> Person:
        """Return a user whom nobody has met yet, with three tokens."""
        return next(self._strangers)

    def row(self, session_id: str) -> Row:
        """Return a session."""
        (row,) = self._rows("WHERE id = ?", UUID(session_id).hex)
        return row

    def rows(self, person: Person | None = None) -> list[Row]:
        """Return everybody's sessions, or a user's, in the order of their beginning."""
        if person is None:
            return self._rows("ORDER BY created_at")
        return self._rows("WHERE user_id = ? ORDER BY created_at", person.pk)

    def joined(self, person: Person) -> datetime:
        """Return when a user joined."""
        ((joined,),) = self._read("SELECT date_joined FROM auth_user WHERE id = ?", person.pk)
        return moment(joined)

    def sign_in(self, person: Person, user_agent: str = "Netscape 4.79") -> Browser:
        """Sign in by the site's login page, as a browser does."""
        jar = CookieJar()
        browser = build_opener(HTTPCookieProcessor(jar))
        browser.addheaders = [("User-Agent", user_agent)]
        login = f"{self.url}/accounts/login/"
        browser.open(login, timeout=SECONDS_TO_ANSWER).close()
        (csrf_token,) = [cookie.value for cookie in jar if cookie.name == "csrftoken"]
        form = {"username": person.username, "password": PASSWORD}
        data = urlencode({**form, "csrfmiddlewaretoken": csrf_token}).encode()
        browser.open(login, data, timeout=SECONDS_TO_ANSWER).close()
        (key,) = [cookie.value for cookie in jar if cookie.name == "sessionid"]
        return Browser(self.rows(person)[-1].id, f"sessionid={key}")

    def _rows(self, condition: str, *parameters: Any) -> list[Row]:
        query = f"SELECT {', '.join(map(selected, COLUMNS))} FROM sessions_api_session {condition}"  # noqa: S608
        read = (dict(zip(COLUMNS, row, strict=True)) for row in self._read(query, *parameters))
        return [
            Row(**{name: converted(name, value) for name, value in row.items()}) for row in read
        ]

    def _read(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            return connection.execute(query, parameters).fetchall()


def selected(name: str) -> str:
    """Return what to select for a column. A location is that of the sign-in."""
    return f"COALESCE(location_at_sign_in, {name})" if name == "location" else name


def converted(name: str, value: Any) -> Any:
    """Return what Django's SQLite columns stand for."""
    if name == "id":
        return str(UUID(value))
    if value is not None and (name.endswith("_at") or name == "last_used"):
        return moment(value)
    return value


def moment(text: str) -> datetime:
    """Return a time as SQLite has it."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def populate(database: Path, engine: str) -> dict[str, Person]:
    """Add people with tokens to a site's database, and return them by name."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "example_project.settings",
        "EXAMPLE_DATABASE": str(database),
        "EXAMPLE_SESSION_ENGINE": engine,
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.clients.population"],
        cwd=PROJECT_DIRECTORY,
        env=environment,
        capture_output=True,
        text=True,
        timeout=SECONDS_TO_POPULATE,
        check=False,
    )
    if done.returncode != 0:
        pytest.fail(done.stderr, pytrace=False)
    people = {}
    for name, described in json.loads(done.stdout).items():
        tokens = tuple(Token(**token) for token in described.pop("tokens"))
        people[name] = Person(**described, tokens=tokens)
    return people
