"""Who presents credentials to the site: browsers and holders of tokens."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.test import Client

from tests.helpers import CURRENT, bearer
from tests.matrix.world import session_files_dated_by_the_clock


class Browser:
    """A browser with its cookies, and an IP address of its own."""

    def __init__(self, number: int) -> None:
        environ: Any = {"REMOTE_ADDR": f"192.0.2.{number}", "HTTP_USER_AGENT": f"Browser/{number}"}
        self.client: Any = Client(raise_request_exception=False, **environ)

    def do(self, steps: str, *, status: int = 200) -> int:
        """Have a view take steps with the browser's session. Returns the status of the answer."""
        return int(self._get(f"/do/{steps}/?status={status}").status_code)

    def session_id(self) -> UUID | None:
        """Return the id of the session that the site takes the browser's requests for."""
        return _current(self._get(CURRENT))

    @property
    def cookie(self) -> str | None:
        morsel = self.client.cookies.get(settings.SESSION_COOKIE_NAME)
        return morsel.value if morsel is not None and morsel.value else None

    def copy(self, number: int) -> "Browser":
        """Return a thief's browser that has the same cookie."""
        twin = Browser(number)
        if self.cookie is not None:
            twin.client.cookies[settings.SESSION_COOKIE_NAME] = self.cookie
        return twin

    def delete(self, path: str) -> int:
        with session_files_dated_by_the_clock():
            return int(self.client.delete(path).status_code)

    def _get(self, path: str) -> Any:
        with session_files_dated_by_the_clock():
            return self.client.get(path)


class Holder:
    """A program that holds a token."""

    def __init__(self, token: str) -> None:
        self.client: Any = Client(headers=bearer(token))

    def session_id(self) -> UUID | None:
        """Return the id of the session that the site takes the token for."""
        return _current(self.client.get(CURRENT))

    def delete(self, path: str) -> int:
        return int(self.client.delete(path).status_code)


def _current(response: Any) -> UUID | None:
    if response.status_code == 200:
        return UUID(response.json()["id"])
    assert response.status_code in (401, 403), response.content
    return None
