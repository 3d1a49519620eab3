"""The cookie by which a browser is known as a device of its users."""

import re

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

MOST = 5
"""How many users' devices one browser can be. The one used longest ago is forgotten first."""

AGE = 400 * 24 * 60 * 60
"""How long a browser keeps the cookie after a sign-in, in seconds. No browser keeps one longer."""

_VALUE = re.compile("[A-Za-z0-9_-]{43}")


def name() -> str:
    """Return the name of the cookie. It follows that of the session's."""
    return f"{settings.SESSION_COOKIE_NAME}_device"


def values(request: HttpRequest) -> list[str]:
    """Return the values that a request brings, one for each user, the latest first."""
    found = request.COOKIES.get(name(), "").split(".", MOST)[:MOST]
    return [value for value in found if _VALUE.fullmatch(value)]


def keep(request: HttpRequest, response: HttpResponseBase, value: str) -> None:
    """Have the browser keep one value more."""
    kept = list(dict.fromkeys([value, *values(request)]))[:MOST]
    response.set_cookie(
        name(),
        ".".join(kept),
        max_age=AGE,
        domain=settings.SESSION_COOKIE_DOMAIN,
        path=settings.SESSION_COOKIE_PATH,
        secure=True,
        httponly=True,
        samesite="Lax",
    )
