"""A user, their browsers, and a way to compare what is listed with what is true."""

import os
import re
import time
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from asgiref.sync import async_to_sync
from django.apps import apps
from django.conf import settings
from django.contrib.admin import site
from django.db import connection
from django.test import AsyncClient, Client, RequestFactory
from rest_framework.test import APIClient

from sessions_api import payload, validity
from sessions_api.dialects.identifiers import uuid_of
from sessions_api.models import Session
from sessions_api.validity import State
from tests.factories import UserFactory
from tests.site import views


@contextmanager
def session_files_dated_by_the_clock():
    """Have files written meanwhile bear the time that the clock shows, which tests move on."""
    before = _written()
    yield
    for path, written in _written().items():
        if before.get(path) != written:
            os.utime(path, (time.time(), time.time()))


def _written():
    files = Path(settings.SESSION_FILE_PATH).iterdir()
    return {path: path.stat().st_mtime_ns for path in files}


class Browser:
    """A browser: it keeps its cookies and sends them along."""

    def __init__(self, *, is_async):
        self.is_async = is_async
        client = AsyncClient if is_async else Client
        self.client: Any = client(raise_request_exception=False)
        self.environ = {}
        self.headers = {}

    def get(self, path):
        """Request a path, through the sync or the async handler."""
        with session_files_dated_by_the_clock():
            if self.is_async:
                return async_to_sync(self._aget)(path)
            return self.client.get(path, **self.environ)

    async def _aget(self, path):
        return await self.client.get(path, headers=self.headers)

    def remote_user(self, name):
        """Have the web server say who it is that uses this browser."""
        self.headers = {"remote-user": name} if name else {}
        self.environ = {"REMOTE_USER": name} if name else {}

    def do(self, *steps, status=200, view=None):
        """Have the site's view take these steps with the browser's session."""
        view = view or ("ado" if self.is_async else "do")
        return self.get(f"/{view}/{','.join(steps)}/?status={status}")

    def login(self, user, **kwargs):
        """Sign in as a user."""
        return self.do(f"login:{user.pk}", **kwargs)

    def user_name(self):
        """Return whom the site takes this browser for: a user name, or ""."""
        return self.do("user").content.decode()

    @property
    def cookie(self):
        """Return the session cookie's value, or None."""
        morsel = self.client.cookies.get(settings.SESSION_COOKIE_NAME)
        return morsel.value if morsel is not None and morsel.value else None

    @cookie.setter
    def cookie(self, value):
        self.client.cookies[settings.SESSION_COOKIE_NAME] = value

    def session(self):
        """Return the engine session behind the cookie, as a script would open it."""
        return import_module(settings.SESSION_ENGINE).SessionStore(self.cookie)

    def session_id(self):
        """Return the id that the engine session carries, or None."""
        return payload.session_id(self.session()) if self.cookie else None


def listed_by_api(caller, path):
    """Return the state of each session in a list of the API, by its id."""
    api = APIClient()
    api.force_authenticate(caller)
    listed: dict[UUID, str] = {}
    while path is not None:
        page = api.get(path).json()
        listed |= {UUID(row["id"]): row["state"] for row in page["results"]}
        path = page["next"]
    return listed


def active_among(states):
    """Return the ids of the sessions whose state is active."""
    return {pk for pk, state in states.items() if state == "active"}


def listed_by_dialects(staff, user):
    """Return the ids of a user's sessions that the dialects show, which must agree."""
    api, uuid = APIClient(), uuid_of(user.pk)
    api.force_authenticate(staff)
    ory = api.get(f"/ory/admin/identities/{uuid}/sessions").json()
    hanko = api.get(f"/hanko/users/{uuid}/sessions").json()
    torii = api.get(f"/torii/api/server/v1/users/{uuid}/sessions").json()
    api.force_authenticate(type(user).objects.get(pk=user.pk))
    flashback = api.get("/flashback/sessions").json()["sessions"]
    active = [row for row in ory if row["active"]]
    listed = {UUID(row["id"]) for row in active}
    for rows in (hanko, torii, flashback):
        assert {UUID(row["id"]) for row in rows} == listed
    return listed


def shown_in_admin(staff, user):
    """Return what the admin's list says of each session of a user: its state in words, by id."""
    request: Any = RequestFactory().get("/admin/sessions_api/session/", {"user": user.pk})
    request.user, request.session = staff, {}
    response: Any = site.get_model_admin(Session).changelist_view(request)
    page = response.render().content.decode()
    shown = {}
    for row in re.findall(r"<tr>(?:(?!</tr>).)*field-state.*?</tr>", page, re.DOTALL):
        pk = re.search(r"/session/([0-9a-f-]{36})/change/", row)
        state = re.search(r'class="field-state[^"]*">(.*?)</t[dh]>', row, re.DOTALL)
        assert pk is not None
        assert state is not None
        shown[UUID(pk[1])] = re.sub(r"<[^>]*>", "", state[1]).strip()
    return shown


class World:
    """One user with their browsers on one session engine."""

    def __init__(self, *, engine, is_async, has_staff):
        self.engine = engine
        self.is_async = is_async
        self.has_staff = has_staff
        self.alice = UserFactory.create()
        self.browsers = []

    @property
    def is_client_side(self):
        """Tell whether the cookie is the session."""
        return self.engine == "signed_cookies"

    def browser(self, *, user=None):
        """Open a browser, and sign in with it."""
        browser = Browser(is_async=self.is_async)
        if user is not None:
            browser.login(user)
        self.browsers.append(browser)
        return browser

    def copy(self, browser):
        """Return another browser that has the same cookie."""
        twin = Browser(is_async=self.is_async)
        twin.cookie = browser.cookie
        return twin

    def listed(self, user=None):
        """Return the ids of the sessions shown as active, which every surface must agree on.

        Lists show what is unknown beside them, unless they are asked for one state.
        """
        user = type(self.alice).objects.get(pk=(user or self.alice).pk)
        listed = {session.pk for session in validity.active_sessions(user)}
        verdicts = validity.judge(Session.objects.for_user(user))
        judged = {pk for pk, verdict in verdicts.items() if verdict is validity.ACTIVE}
        by_api = listed_by_api(user, "/api/sessions/")
        assert listed == judged == active_among(by_api)
        assert set(by_api.values()) <= {"active", "unknown"}
        for state in ("active", "unknown"):
            found = listed_by_api(user, f"/api/sessions/?state={state}")
            assert found == {pk: each for pk, each in by_api.items() if each == state}
        return listed

    def listed_for_staff(self, user):
        """Return the same as staff get to see it, on every surface they have."""
        staff = UserFactory.build(pk=0, is_staff=True, is_superuser=True)
        states = listed_by_api(staff, f"/api/admin/users/{user.pk}/sessions/?state=all")
        assert set(states.values()) <= set(State.values)
        listed = active_among(states)
        unknown = {pk for pk, state in states.items() if state == "unknown"}
        assert listed_by_dialects(staff, user) == listed | unknown
        if apps.is_installed("django.contrib.admin"):
            shown = shown_in_admin(staff, user)
            assert shown.keys() == states.keys()
            assert active_among(shown) == listed
        return listed

    def assert_true(self, *alive, user=None):
        """Assert that exactly these browsers are authenticated, and exactly they are listed."""
        user = user or self.alice
        listed = self.listed(user)
        expected = {browser.session_id() for browser in alive}
        assert None not in expected
        answers = [(b, b.user_name()) for b in self.browsers]
        assert [b for b, name in answers if name == user.username] == [
            b for b in self.browsers if b in alive
        ]
        assert listed == expected
        assert {session.pk for session in validity.active_sessions(user)} == listed
        if self.has_staff:
            assert self.listed_for_staff(user) == listed

    def skip_on(self, *engines, because):
        """Skip a test that has no meaning on some engines."""
        if self.engine in engines:
            pytest.skip(f"{self.engine}: {because}")

    def while_in_flight(self, callback):
        """Have the next ``callback`` step of a request call this."""
        views.callbacks.append(callback)


@contextmanager
def atomic_requests():
    """Run every view in a transaction."""
    connection.settings_dict["ATOMIC_REQUESTS"] = True
    try:
        yield
    finally:
        connection.settings_dict["ATOMIC_REQUESTS"] = False
