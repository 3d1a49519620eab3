"""Browsers, and backends with a token, that speak to the site over a socket."""

import socket
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import httpx

PASSWORD = "correct horse battery staple"
COOKIE = "sessionid"
SECONDS_TO_ANSWER = 10


class Reply(NamedTuple):
    """What the site has answered."""

    status: int
    text: str
    headers: Mapping[str, str]
    json: Any


class Browser:
    """A browser with its cookies, or a backend with its token."""

    def __init__(self, url: str, *, token: str | None = None) -> None:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self._http = httpx.Client(base_url=url, headers=headers, timeout=SECONDS_TO_ANSWER)
        self._host = urlsplit(url)

    @property
    def cookies(self) -> dict[str, str]:
        return dict(self._http.cookies)

    @cookies.setter
    def cookies(self, cookies: Mapping[str, str]) -> None:
        for name, value in cookies.items():
            # With the domain, so that the site can replace them.
            self._http.cookies.set(name, value, domain=str(self._host.hostname))

    @property
    def key(self) -> str:
        """The key of the engine session."""
        return self.cookies[COOKIE]

    def get(self, url: str) -> Reply:
        return self._ask("GET", url)

    def delete(self, url: str) -> Reply:
        return self._ask("DELETE", url)

    def sign_in(self, name: str = "alice", *, page: str = "/sign-in/") -> Reply:
        return self.get(sign_in_url(name, page=page))

    def sign_out(self) -> Reply:
        return self.get("/sign-out/")

    def name(self) -> str:
        """Return whom the site takes the browser for. "" is nobody."""
        reply = self.get("/page/")
        assert reply.status == 200, reply.text
        return reply.text

    def session_id(self) -> str:
        """Return the id of the session the browser has."""
        reply = self.get("/api/sessions/current/")
        assert reply.status == 200, reply.text
        return str(reply.json["id"])

    def states(self, query: str = "") -> dict[str, str]:
        """Return the states of the sessions in the user's list, by their ids."""
        reply = self.get(f"/api/sessions/{query}")
        assert reply.status == 200, reply.text
        assert reply.json["next"] is None
        return {session["id"]: session["state"] for session in reply.json["results"]}

    def begin(self, url: str) -> socket.socket:
        """Send a request whose answer nobody has to wait for. Who closes the socket hangs up."""
        address = (str(self._host.hostname), int(self._host.port or 80))
        connection = socket.create_connection(address, timeout=SECONDS_TO_ANSWER)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        lines = [f"GET {url} HTTP/1.1", f"Host: {self._host.netloc}", f"Cookie: {cookies}", "", ""]
        connection.sendall("\r\n".join(lines).encode())
        return connection

    def close(self) -> None:
        self._http.close()

    def _ask(self, method: str, url: str) -> Reply:
        # As a page's own code does; the sign-in has set this cookie.
        headers = {"X-CSRFToken": self.cookies.get("csrftoken", "")}
        answer = self._http.request(method, url, headers=headers)
        is_json = "json" in answer.headers.get("Content-Type", "")
        body = answer.json() if is_json else None
        return Reply(answer.status_code, answer.text, answer.headers, body)


def sign_in_url(name: str, *, page: str = "/sign-in/", **more: str) -> str:
    """Return the URL at which somebody signs in."""
    return f"{page}?{urlencode({'username': name, 'password': PASSWORD, **more})}"
