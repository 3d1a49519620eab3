"""What a site's pages do with a session and its user.

``?wait=2`` has a page go on for so many seconds, at most MAX_WAIT, once it has done its work. It says
so in the log first, with the words of ``?says=``: from there on a test may cut it off.
"""

import asyncio
import logging
import time

from django.contrib.auth import (
    aauthenticate,
    alogin,
    alogout,
    authenticate,
    get_user_model,
    login,
    logout,
)
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import ensure_csrf_cookie

logger = logging.getLogger("faults.views")

MAX_WAIT = 5.0
BACKEND = "django.contrib.auth.backends.ModelBackend"


def page(request: HttpRequest) -> HttpResponse:
    """Show who the user is, and change nothing."""
    name = request.user.get_username()
    _go_on(request)
    return HttpResponse(name)


def write(request: HttpRequest) -> HttpResponse:
    """Write something into the session of whoever it is."""
    request.session["count"] = request.session.get("count", 0) + 1
    return HttpResponse(request.user.get_username())


@ensure_csrf_cookie
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in with a password; 403 for a wrong one."""
    user = authenticate(request, **_credentials(request))
    if user is None:
        return HttpResponse(status=403)
    login(request, user)
    _go_on(request)
    return HttpResponse(user.get_username())


def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out."""
    logout(request)
    _go_on(request)
    return HttpResponse()


def register(request: HttpRequest) -> HttpResponse:
    """Make a user, and sign them in."""
    user = get_user_model()._default_manager.create_user(**_credentials(request))
    login(request, user, backend=BACKEND)
    return HttpResponse(user.get_username())


def close_account(request: HttpRequest) -> HttpResponse:
    """Delete the account of the user, by another object than the request's."""
    assert request.user.is_authenticated
    get_user_model()._default_manager.get(pk=request.user.pk).delete()
    return HttpResponse("closed")


async def apage(request: HttpRequest) -> HttpResponse:
    """Do what ``page`` does."""
    user = await request.auser()
    await _ago_on(request)
    return HttpResponse(user.get_username())


async def asign_in(request: HttpRequest) -> HttpResponse:
    """Do what ``sign_in`` does."""
    user = await aauthenticate(request, **_credentials(request))
    if user is None:
        return HttpResponse(status=403)
    await alogin(request, user)
    await _ago_on(request)
    return HttpResponse(user.get_username())


async def asign_out(request: HttpRequest) -> HttpResponse:
    """Do what ``sign_out`` does."""
    await alogout(request)
    await _ago_on(request)
    return HttpResponse()


def _credentials(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET[name] for name in ("username", "password")}


def _go_on(request: HttpRequest) -> None:
    if seconds := _seconds(request):
        time.sleep(seconds)


async def _ago_on(request: HttpRequest) -> None:
    if seconds := _seconds(request):
        await asyncio.sleep(seconds)


def _seconds(request: HttpRequest) -> float:
    """Return how long the page goes on, and say that it does."""
    seconds = min(float(request.GET.get("wait", 0)), MAX_WAIT)
    if words := request.GET.get("says"):
        logger.info(words)
    return seconds
