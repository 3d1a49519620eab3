"""How schemathesis signs in to the example site: loaded by schemathesis, in a process of its own.

``EXAMPLE_SITE`` is the site's URL, ``EXAMPLE_USER`` who signs in, "" for nobody, and
``EXAMPLE_WAY`` by what: "cookie" or "token".
"""

import os
from collections import deque
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import requests
import schemathesis
from hypothesis import strategies as st

SITE = os.environ["EXAMPLE_SITE"]
USER = os.environ["EXAMPLE_USER"]
WAY = os.environ["EXAMPLE_WAY"]
PASSWORD = f"{USER}-demo"
USERS = 5
SEEN: deque[str] = deque(maxlen=20)
"""Sessions that there are, or have been."""
ORDERS = ("-last_used", "last_used", "-created_at", "created_at", "-expires_at", "expires_at")


class Caller:
    """A caller who signs in again whenever a request has signed them out."""

    def __init__(self) -> None:
        self.credentials: dict[str, str] = {}

    def signed_in(self) -> dict[str, str]:
        """Return the cookies of a session that is alive, or the headers with its token."""
        if not self.credentials:
            self.sign_in()
        return self.credentials

    def sign_in(self) -> None:
        """Sign in through the login form, or for a token."""
        form = {"username": USER, "password": PASSWORD}
        if WAY == "token":
            answer = requests.post(f"{SITE}/api/sessions/", json=form, timeout=10)
            self.present(answer.json()["token"])
            return
        with requests.Session() as client:
            page = f"{SITE}/accounts/login/"
            client.get(page, timeout=10)
            form["csrfmiddlewaretoken"] = str(client.cookies["csrftoken"])
            client.post(page, data=form, timeout=10).raise_for_status()
            self.credentials = {name: str(value) for name, value in client.cookies.items()}

    def present(self, token: str) -> None:
        """Go on with a token."""
        self.credentials = {"Authorization": f"Bearer {token}"}

    def get(self, path: str, **params: str) -> Any:
        """Read from the API."""
        signed_in = self.signed_in()
        headers, cookies = (signed_in, {}) if WAY == "token" else ({}, signed_in)
        answer = requests.get(
            f"{SITE}{path}", params=params, headers=headers, cookies=cookies, timeout=10
        )
        return answer.json()

    def cursors(self) -> dict[str, str]:
        """Return a cursor for each order, as only the site can make them."""
        self.sign_in()  # with that of the next line, two sessions: enough for two pages
        self.sign_in()
        cursors = {}
        for order in ORDERS:
            page = self.get("/api/sessions/", ordering=order, page_size="1")
            (cursors[order],) = parse_qs(urlsplit(page["next"]).query)["cursor"]
        return cursors


def is_uuid(value: Any) -> bool:
    """Tell whether a value is a UUID as text."""
    try:
        return bool(str(UUID(value)) == value)
    except (AttributeError, TypeError, ValueError):
        return False


def is_code(value: Any) -> bool:
    """Tell whether a value has the form of a code."""
    is_text = isinstance(value, str) and 0 < len(value) <= 64
    return is_text and value.isascii() and value.isprintable()


caller = Caller()

if USER:
    CURSORS = caller.cursors()
    schemathesis.openapi.format("cursor", st.sampled_from(sorted(CURSORS.values())))

    @schemathesis.hook
    def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
        """Ask for what exists where what is asked for is well-formed, with the right password."""
        query, path = case.query or {}, case.path_parameters or {}
        order = query.get("ordering", ORDERS[0])
        if order in ORDERS and query.get("cursor") in CURSORS.values():
            query["cursor"] = CURSORS[order]  # a cursor is for one order
        if str(path.get("user_id")).isdecimal():
            path["user_id"] = int(path["user_id"]) % USERS + 1
        if SEEN and is_uuid(path.get("id")) and UUID(path["id"]).int % 2:
            path["id"] = SEEN[UUID(path["id"]).int % len(SEEN)]
        body = case.body if isinstance(case.body, dict) else {}
        if "username" in body:
            return
        if is_code(body.get("otp")):
            # Nobody could guess one. The password proves as much.
            del body["otp"]
            body.setdefault("password", PASSWORD)
        if body.get("password") and isinstance(body["password"], str):
            body["password"] = PASSWORD

    @schemathesis.auth(refresh_interval=None)
    class Credential:
        """The session's cookie and the CSRF token, or a token."""

        def get(self, case: Any, context: Any) -> dict[str, str]:
            return caller.signed_in()

        def set(self, case: Any, data: dict[str, str], context: Any) -> None:
            if WAY == "token":
                case.headers = {**(case.headers or {}), **data}
                return
            case.cookies = {**(case.cookies or {}), **data}
            case.headers = {**(case.headers or {}), "X-CSRFToken": data["csrftoken"]}

    @schemathesis.hook
    def after_call(context: Any, case: Any, response: Any) -> None:
        """Remember sessions, and notice that one is over or goes on under another credential."""
        method, path = response.request.method, case.operation.path
        if method == "GET" and response.status_code == 200:
            page = response.json()
            SEEN.extend(session["id"] for session in page.get("results", [page]))
        if path.endswith("/reauthenticate/") and response.status_code == 200:
            # The key of a cookie has changed, too.
            caller.credentials = {}
        if method in ("DELETE", "POST") and is_signed_out(response):
            caller.credentials = {}


def is_signed_out(response: Any) -> bool:
    """Tell whether a request has ended the session that it was made by."""
    if any('sessionid=""' in cookie for cookie in response.headers.get("set-cookie", [])):
        return True
    if WAY != "token" or response.status_code >= 300:
        return False
    headers = {"Authorization": str(caller.credentials.get("Authorization"))}
    answer = requests.get(f"{SITE}/api/sessions/current/", headers=headers, timeout=10)
    return bool(answer.status_code == 401)
