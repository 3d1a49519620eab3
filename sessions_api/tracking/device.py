"""The device of a sign-in: the cookie that it is known by, and what is told of a new one."""

from django.http import HttpRequest, HttpResponseBase

from sessions_api import payload
from sessions_api.client import device_cookie
from sessions_api.lifecycle import devices, events
from sessions_api.lifecycle.devices import Met
from sessions_api.models import Session


def met(request: HttpRequest, session: Session, *, has_response: bool = True) -> Met | None:
    """Return the device from which a request signs in. None where nothing is to be noted of it.

    Somebody who takes another user's place has no device of theirs. Nor is it a sign-in when a session
    goes on under another id.
    """
    if not _is_noted(request) or session.authenticated_at is not None:
        return None
    return devices.met(
        session, session.user, device_cookie.values(request) if has_response else None
    )


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
        device_cookie.keep(request, response, met.cookie)
    if met.is_new:
        events.new_device(session, request)


def settle_adopted(request: HttpRequest, response: HttpResponseBase, session: Session) -> None:
    """Have the browser of an adopted session be known from now on."""
    if not _is_noted(request):
        return
    met = devices.meet_adopted(session)
    if met.cookie:
        device_cookie.keep(request, response, met.cookie)


def _is_noted(request: HttpRequest) -> bool:
    return devices.are_noted() and not payload.is_impersonated(request.session)
