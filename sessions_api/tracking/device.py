"""The device of a sign-in: the cookie that it is known by, and what is told of a new one."""

import re

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from sessions_api import payload
from sessions_api.lifecycle import devices, events
from sessions_api.lifecycle.devices import Met
from sessions_api.models import Session

MOST = 5
"""How many users' devices one browser can be. The one used longest ago is forgotten first."""

AGE = 400 * 24 * 60 * 60
"""How long a browser keeps the cookie after a sign-in, in seconds. No browser keeps one longer."""

_VALUE = re.compile("[A-Za-z0-9_-]{43}")


def met(request: HttpRequest, session: Session, *, has_response: bool = True) -> Met | None:
    """Return the device from which a request signs in. None where nothing is to be noted of it.

    Somebody who takes another user's place has no device of theirs. Nor is it a sign-in when a session
    goes on under another id.
    """
    if not _is_noted(request) or session.authenticated_at is not None:
        return None
    return devices.met(session, session.user, _cookies(request) if has_response else None)


def met_without_response(request: HttpRequest, session: Session) -> Met | None:
    """Do the same for a sign-in after which no cookie can be set.

    The request of a script, as of ``force_login()``, has come from nowhere.
    """
    if not request.META.get("REMOTE_ADDR") and not request.META.get("HTTP_USER_AGENT"):
        return None
    return met(request, session, has_response=False)


def settle(request: HttpRequest, response: HttpResponseBase, session: Session, met: Met) -> None:
    """Have the browser keep the cookie, and tell of the device if it is new."""
    if met.cookie:
        _keep(request, response, met.cookie)
    if met.is_new:
        events.new_device(session, request)


def settle_adopted(request: HttpRequest, response: HttpResponseBase, session: Session) -> None:
    """Have the browser of an adopted session be known from now on."""
    if not _is_noted(request):
        return
    met = devices.meet_adopted(session)
    if met.cookie:
        _keep(request, response, met.cookie)


def _is_noted(request: HttpRequest) -> bool:
    return devices.are_noted() and not payload.is_impersonated(request.session)


def _name() -> str:
    return f"{settings.SESSION_COOKIE_NAME}_device"


def _cookies(request: HttpRequest) -> list[str]:
    values = request.COOKIES.get(_name(), "").split(".", MOST)[:MOST]
    return [value for value in values if _VALUE.fullmatch(value)]


def _keep(request: HttpRequest, response: HttpResponseBase, cookie: str) -> None:
    values = list(dict.fromkeys([cookie, *_cookies(request)]))[:MOST]
    response.set_cookie(
        _name(),
        ".".join(values),
        max_age=AGE,
        domain=settings.SESSION_COOKIE_DOMAIN,
        path=settings.SESSION_COOKIE_PATH,
        secure=True,
        httponly=True,
        samesite="Lax",
    )
