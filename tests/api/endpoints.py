"""Every endpoint of the API, who asks it, and what each of them gets."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.test import Client

from sessions_api.models import Session
from tests.factories import PASSWORD, UserFactory
from tests.helpers import browser_with_password, session_id, staff_with

CALLERS = [
    "anonymous",
    "wrong user",
    "staff without permission",
    "staff who may change alone",
    "staff against a superuser",
    "right caller",
]


def permitted_staff(people):
    return browser_with_password(staff_with("view_session", "change_session", "end_session"))


MAKE = {
    "anonymous": lambda people: Client(),
    "wrong user": lambda people: browser_with_password(UserFactory.create()),
    "staff without permission": lambda people: browser_with_password(staff_with()),
    "staff who may change alone": lambda people: browser_with_password(
        staff_with("change_session")
    ),
    "staff against a superuser": permitted_staff,
    "right caller": lambda people: people.alices[0],
    "right staff": permitted_staff,
}


class People:
    """Alice, whose sessions are at stake, a superuser, and whoever comes for them."""

    def __init__(self):
        self.alice, self.root = UserFactory.create(), staff_with(is_superuser=True)
        self.alices, self.roots = (
            [browser_with_password(self.alice), browser_with_password(self.alice)],
            browser_with_password(self.root),
        )
        self.clients: dict[str, Client] = {}

    def client(self, caller):
        """Return the browser of a caller, who signs in when first asked for."""
        if caller not in self.clients:
            self.clients[caller] = MAKE[caller](self)
        return self.clients[caller]

    def names(self, caller):
        """Return what paths and bodies speak of: the sessions and the user a caller is after."""
        is_root = caller == "staff against a superuser"
        return {
            "id": session_id(self.roots if is_root else self.alices[1]),
            "current": session_id(self.alices[0]),
            "user_id": (self.root if is_root else self.alice).pk,
            "user_name": self.alice.username,
            "query": "",
        }

    def ask(self, endpoint, caller, **changes):
        """Send the request in the name of a caller."""
        is_right_staff = caller == "right caller" and endpoint.is_for_staff
        client = self.client("right staff" if is_right_staff else caller)
        names = self.names(caller) | changes
        body = names.get("body", endpoint.body(names) if endpoint.body else None)
        return client.generic(
            names.get("method", endpoint.method),
            endpoint.path.format(**names),
            b"" if body is None else json.dumps(body),
            content_type="application/json",
        )

    def at_stake(self):
        """Return what can be changed of the sessions of Alice and the superuser, by their ids."""
        rows = Session.objects.filter(user__in=[self.alice, self.root])
        return {str(row.pk): (row.ended_at, row.label, row.expires_at) for row in rows}


@dataclass
class Endpoint:
    """One method of one path, and what each caller gets."""

    method: str
    path: str
    answers: dict[str, int]
    """The status for each of CALLERS."""
    malformed: dict[str, tuple[Any, int, str]]
    """What to change, the status, and what the answer must name, by what is wrong."""
    ends: tuple[str, ...] = ()
    """Which sessions the right caller's call ends, by their names."""
    body: Callable[[dict[str, Any]], Any] | None = None

    @property
    def is_for_staff(self):
        return "/admin/" in self.path


OWN = {
    "anonymous": 401,
    "wrong user": 200,
    "staff without permission": 200,
    "staff who may change alone": 200,
    "staff against a superuser": 200,
    "right caller": 200,
}
OWN_ONE = {**OWN, **dict.fromkeys(CALLERS[1:5], 404)}
STAFF = {
    "anonymous": 401,
    "wrong user": 403,
    "staff without permission": 403,
    "staff who may change alone": 403,
    "staff against a superuser": 403,
    "right caller": 200,
}
STAFF_SEES = {**STAFF, "staff against a superuser": 200}
NO_CONTENT = {"right caller": 204}

BAD_IDS = {
    "no UUID": ({"id": "x"}, 404, "detail"),
    "unknown": ({"id": "01890000-0000-7000-8000-000000000000"}, 404, "detail"),
    "NUL": ({"id": "%00"}, 404, "detail"),
}
BAD_USERS = {
    "no number": ({"user_id": "x"}, 404, "detail"),
    "unknown": ({"user_id": 99_999_999}, 404, "detail"),
    "beyond any number": ({"user_id": "9" * 40}, 404, "detail"),
    "NUL": ({"user_id": "%00"}, 404, "detail"),
}


def bad_query(*names):
    """Return lists asked for with nonsense in one parameter."""
    return {name: ({"query": f"?{name}=%20x%2F"}, 400, name) for name in names}


FILTERED = {
    "a filter": ({"query": "?kind=token"}, 400, "kind"),
    "a dry run": ({"query": "?dry_run=true"}, 400, "dry_run"),
    "a filter among others": ({"query": "?include_current=true&format=json&ip=::1"}, 400, "ip"),
}


LIST_PARAMETERS = [
    "state",
    "kind",
    "ip",
    "device_type",
    "adopted",
    "created_after",
    "created_before",
    "last_used_after",
    "last_used_before",
    "expires_after",
    "expires_before",
    "page_size",
    "cursor",
    "ordering",
]

ENDPOINTS = [
    Endpoint("GET", "/api/sessions/{query}", OWN, bad_query(*LIST_PARAMETERS)),
    Endpoint(
        "POST",
        "/api/sessions/",
        dict.fromkeys(CALLERS, 201),
        {
            "no password": ({"body": {"username": "x"}}, 400, "password"),
            "no user name": ({"body": {"password": "x"}}, 400, "username"),
            "wrong ones": ({"body": {"username": "x", "password": "x"}}, 401, "detail"),
            "no object": ({"body": [1]}, 400, "non_field_errors"),
        },
        body=lambda names: {"username": names["user_name"], "password": PASSWORD},
    ),
    Endpoint(
        "DELETE",
        "/api/sessions/{query}",
        OWN,
        bad_query("include_current") | FILTERED,
        ends=("id",),
    ),
    Endpoint(
        "GET", "/api/sessions/current/", OWN, {"no method": ({"method": "PUT"}, 405, "detail")}
    ),
    Endpoint(
        "DELETE",
        "/api/sessions/current/",
        {**dict.fromkeys(CALLERS, 204), "anonymous": 401},
        {"no method": ({"method": "PUT"}, 405, "detail")},
        ends=("current",),
    ),
    Endpoint(
        "GET",
        "/api/sessions/current/status/{query}",
        OWN,
        {"a parameter": ({"query": "?page=2"}, 400, "page")},
    ),
    Endpoint(
        "POST",
        "/api/sessions/current/keep-alive/",
        OWN,
        {
            "a body": ({"body": {"lifetime": 60}}, 400, "lifetime"),
            "no object": ({"body": [1]}, 400, "non_field_errors"),
        },
    ),
    Endpoint(
        "POST",
        "/api/sessions/current/reauthenticate/",
        OWN,
        {
            "no password": ({"body": {}}, 400, "password"),
            "a wrong one": ({"body": {"password": "x"}}, 400, "password"),
            "no text": ({"body": {"password": ["x"]}}, 400, "password"),
            "no code": ({"body": {"otp": "é"}}, 400, "otp"),
            "no object": ({"body": [1]}, 400, "non_field_errors"),
        },
        body=lambda names: {"password": PASSWORD},
    ),
    Endpoint(
        "POST",
        "/api/sessions/tokens/",
        {**dict.fromkeys(CALLERS, 201), "anonymous": 401},
        {
            "no number": ({"body": {"lifetime": "x"}}, 400, "lifetime"),
            "no time": ({"body": {"lifetime": 0}}, 400, "lifetime"),
            "too long": ({"body": {"lifetime": 10**12}}, 400, "lifetime"),
            "no text": ({"body": {"label": ["x"]}}, 400, "label"),
            "no object": ({"body": [1]}, 400, "non_field_errors"),
        },
        body=lambda names: {"label": "Backup", "lifetime": 3600},
    ),
    Endpoint("GET", "/api/sessions/{id}/", OWN_ONE, BAD_IDS),
    Endpoint(
        "PATCH",
        "/api/sessions/{id}/",
        OWN_ONE,
        {
            **BAD_IDS,
            "no label": ({"body": {}}, 400, "label"),
            "no text": ({"body": {"label": ["x"]}}, 400, "label"),
            "null": ({"body": {"label": None}}, 400, "label"),
            "too long": ({"body": {"label": "x" * 101}}, 400, "label"),
            "NUL": ({"body": {"label": "\0"}}, 400, "label"),
            "a surrogate": ({"body": {"label": "\ud800"}}, 400, "label"),
            "no object": ({"body": ["label"]}, 400, "non_field_errors"),
        },
        body=lambda names: {"label": "Work laptop"},
    ),
    Endpoint(
        "DELETE",
        "/api/sessions/{id}/",
        {**OWN_ONE, **NO_CONTENT},
        BAD_IDS,
        ends=("id",),
    ),
    Endpoint(
        "GET",
        "/api/admin/sessions/{query}",
        STAFF_SEES,
        bad_query(*LIST_PARAMETERS, "user") | {"search": ({"query": "?search=%00"}, 400, "search")},
    ),
    Endpoint(
        "POST",
        "/api/admin/sessions/end/",
        STAFF_SEES,
        {
            "nothing": ({"body": {}}, 400, "all"),
            "all and a filter": ({"body": {"all": True, "kind": "browser"}}, 400, "all"),
            "only a state": ({"body": {"state": "active"}}, 400, "all"),
            "an unknown filter": ({"body": {"ipp": "203.0.113.7"}}, 400, "ipp"),
            "a blank filter": ({"body": {"user": ""}}, 400, "user"),
            "a null filter": ({"body": {"user": None, "kind": "browser"}}, 400, "user"),
            "a list": ({"body": {"user": [1]}}, 400, "user"),
            "no address": ({"body": {"ip": "203.0.113"}}, 400, "ip"),
            "no user": ({"body": {"user": "x"}}, 400, "user"),
            "a surrogate": ({"body": {"search": "\ud800"}}, 400, "search"),
            "NUL": ({"body": {"browser": "\0"}}, 400, "browser"),
            "a time out of time": (
                {"body": {"created_after": "0001-01-01T00:00:00+14:00"}},
                400,
                "created_after",
            ),
            "no truth": ({"body": {"kind": "browser", "dry_run": "perhaps"}}, 400, "dry_run"),
            "dead ones": ({"body": {"kind": "browser", "state": "ended"}}, 400, "state"),
            "no object": ({"body": [1]}, 400, "non_field_errors"),
        },
        ends=(
            "id",
            "current",
        ),
        body=lambda names: {"user": names["user_id"]},
    ),
    Endpoint("GET", "/api/admin/sessions/{id}/", STAFF_SEES, BAD_IDS),
    Endpoint(
        "DELETE",
        "/api/admin/sessions/{id}/",
        {**STAFF, **NO_CONTENT},
        BAD_IDS,
        ends=("id",),
    ),
    Endpoint(
        "POST",
        "/api/admin/sessions/{id}/extend/",
        STAFF,
        {**BAD_IDS, "a body": ({"body": {"expires_at": "2030-01-01"}}, 400, "expires_at")},
    ),
    Endpoint(
        "GET",
        "/api/admin/users/{user_id}/sessions/{query}",
        STAFF_SEES,
        {**BAD_USERS, **bad_query(*LIST_PARAMETERS)},
    ),
    Endpoint(
        "DELETE",
        "/api/admin/users/{user_id}/sessions/{query}",
        STAFF,
        {**BAD_USERS, **FILTERED, **bad_query("include_current")},
        ends=(
            "id",
            "current",
        ),
    ),
]


ROWS = {f"{endpoint.method} {endpoint.path}": endpoint for endpoint in ENDPOINTS}
MALFORMED = [(name, wrong) for name, endpoint in ROWS.items() for wrong in endpoint.malformed]
