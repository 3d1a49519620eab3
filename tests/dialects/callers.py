"""Those who call a dialect, and what becomes of their sessions."""

import json
from contextlib import contextmanager
from datetime import UTC, timedelta

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.db import OperationalError, connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sessions_api import lifecycle, payload, recent
from sessions_api.dialects.ory.deletion import delete_many
from sessions_api.models import Kind, Session
from tests.helpers import FIREFOX, lose

NOBODYS = [
    "c339547d-e17d-4ba7-8a1d-b3d5a4d17c1c",
    "01931a74-1234-7000-8000-0000000000aa",
    "01931a74-1234-8000-8000-0000000000aa",
    "00000000-0000-0000-0000-000000000000",
]
"""UUIDs that no session and no user has. MariaDB takes the third for malformed."""


class Caller(Client):
    """A client that has no CSRF token, sends JSON, and gets the page of an error."""

    def __init__(self, **headers):
        super().__init__(
            enforce_csrf_checks=True, raise_request_exception=False, headers=headers or None
        )

    def ask(self, method, path, body=None, **headers):
        data = "" if body is None else json.dumps(body)
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.generic(method, path, data, content_type="application/json", headers=headers)


class SignedIn(Caller):
    """A client that has a session."""

    pk: str

    @property
    def row(self):
        return Session.objects.get(pk=self.pk)

    @property
    def user_name(self):
        """Return whom the site takes the client for, or ""."""
        is_somebody = self.get("/api/sessions/current/").status_code == 200
        return self.row.user.username if is_somebody else ""


class Browser(SignedIn):
    """A browser that a user has signed in with. It says of what it sends that a page here has sent it."""

    def __init__(self, user):
        super().__init__(**{"user-agent": FIREFOX})
        assert self.get(f"/do/login:{user.pk}/").status_code == 200
        self.pk = self.session[payload.ID_KEY]

    def generic(self, method, path, *args, headers=None, **kwargs):
        told = {name.lower() for name in headers or {}} & {"origin", "sec-fetch-site", "referer"}
        if method not in ("GET", "HEAD") and not told:
            headers = {"origin": "http://testserver", **(headers or {})}
        return super().generic(method, path, *args, headers=headers, **kwargs)


class TokenClient(SignedIn):
    """A client with a token of a user's."""

    def __init__(self, user, **issuing):
        issued = lifecycle.issue_token(user, **issuing)
        self.token, self.pk = issued.token, str(issued.session.pk)
        super().__init__(authorization=f"Bearer {issued.token}")


CALLERS = [("superuser", 1), ("staff", 3)]
"""Who may list others' sessions, and how many queries tell who that is.

One reads the token and its user, and two the permissions: the user's own, and their groups'. Django
reads none for a superuser.
"""


def ids_in(response):
    """Return the ids of the sessions in a list, in its order."""
    assert response.status_code == 200
    return [item["id"] for item in response.json()]


def answer(response):
    """Return the status of a response and what its JSON says."""
    return response.status_code, response.json()


def written(time):
    """Return a time as RFC 3339 writes it, in UTC."""
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}".replace(".000000Z", "Z")


def change(session, **fields):
    Session.objects.filter(pk=session.pk).update(**fields)


def queries(ask):
    """Return how many queries a request makes that is answered with 200."""
    with CaptureQueriesContext(connection) as captured:
        assert ask().status_code == 200
    return len(captured)


@contextmanager
def failing(table, verb="SELECT", after=0):
    """Have the database fail at such a statement on a table, once ``after`` of them have passed.

    The first SELECT of a request with a token is the one that says who the caller is.
    """
    passed = 0

    def execute_or_fail(execute, sql, params, many, context):
        nonlocal passed
        if sql.startswith(verb) and table in sql:
            passed += 1
            if passed > after:
                raise OperationalError("The database is down.")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(execute_or_fail):
        yield


def _change_password(browser):
    User.objects.filter(pk=browser.row.user_id).update(password=make_password("another"))


def _deactivate(browser):
    User.objects.filter(pk=browser.row.user_id).update(is_active=False)


def _expire(client):
    row = client.row
    change(row, expires_at=_long_ago())
    if row.kind == Kind.BROWSER:
        lose(client)  # else the engine, which enforces its expiry itself, would know better


def _long_ago():
    return timezone.now() - timedelta(hours=2)


OVER = {
    "ended": lambda browser: lifecycle.end(browser.row),
    "deleted": lambda browser: delete_many(Session.objects.filter(pk=browser.pk)),
    "expired": _expire,
    "idle": lambda browser: change(browser.row, last_used=_long_ago()),
    "open for too long": lambda browser: change(browser.row, authenticated_at=_long_ago()),
    "lost by the engine": lose,
    "of another password": _change_password,
    "of a deactivated user": _deactivate,
    "on its way to the browser": lambda browser: change(browser.row, expires_at=None),
}
"""What makes the session of a browser one that is over, or not there yet."""

TIMEOUTS = {"IDLE_TIMEOUT": 3600, "ABSOLUTE_TIMEOUT": 3600}


@contextmanager
def over(way, browser):
    """Bring a browser's session there, on a site with timeouts."""
    with override_settings(SESSIONS_API=TIMEOUTS):
        OVER[way](browser)
        recent.clear()
        yield
