"""The cookie that tells the page for signing in why its user was signed out.

It holds one word of ``description.END_MESSAGES``, for a minute, and is deleted once it was shown.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from sessions_api import description
from sessions_api.models import EndReason
from sessions_api.tracking import over
from sessions_api.tracking.state import Over, RequestState, SignedIn, TokenIssued, state_of

AGE = 60
"""How long a browser keeps the cookie, in seconds."""


def name() -> str:
    """Return the name of the cookie. It follows that of the session's."""
    return f"{settings.SESSION_COOKIE_NAME}_ended"


def read(request: HttpRequest) -> str:
    """Return the word that says why the user of a request was signed out, or "".

    The page that asks is going to show it, so the browser forgets it. "" for whoever is signed in.
    """
    state = state_of(request)
    if state is None or state.is_settled or request.user.is_authenticated:
        return ""
    found = over.find(request)
    word = request.COOKIES.get(name(), "") if found is None else _word(found)
    if word not in description.END_MESSAGES:
        return ""
    state.is_notice_read = True
    return word


def settle(request: HttpRequest, response: HttpResponseBase, state: RequestState) -> None:
    """Leave the cookie with a browser whose session is over.

    Delete it once it was read, and once somebody has signed in: it may be another user.
    """
    if isinstance(state.token, TokenIssued):
        return
    if state.is_notice_read or isinstance(state.browser, SignedIn):
        if name() in request.COOKIES:
            response.delete_cookie(
                name(),
                domain=settings.SESSION_COOKIE_DOMAIN,
                path=settings.SESSION_COOKIE_PATH,
                samesite="Lax",
            )
    elif state.over is not None and (word := _word(state.over)) in description.END_MESSAGES:
        response.set_cookie(
            name(),
            word,
            max_age=AGE,
            domain=settings.SESSION_COOKIE_DOMAIN,
            path=settings.SESSION_COOKIE_PATH,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def _word(found: Over) -> str:
    if found.reason is EndReason.REVOKED and found.is_by_another:
        return description.ENDED_BY_STAFF
    return found.reason.value
