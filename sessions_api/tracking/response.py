"""The response phase: the rows are brought in line with what the request has done.

It runs once the view has answered, outside the view's transaction and below SessionMiddleware. Each
event has a module of its own: ``login``, ``logout``, ``rotation``, ``use`` and ``token``.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from sessions_api import engines, payload, recent, users
from sessions_api.lifecycle import adopting
from sessions_api.tracking import delivery, login, logout, rotation, token, use
from sessions_api.tracking.state import Refused, RequestState, SignedIn


def is_due(request: HttpRequest, state: RequestState) -> bool:
    """Tell whether there may be anything to do. Costs no query and loads no session."""
    return state.has_deferred or token.is_due(state) or _browser_is_due(request, state)


def settle(request: HttpRequest, response: HttpResponseBase, state: RequestState) -> None:
    """Bring the rows in line with what the browser is about to get, and with what was presented."""
    state.do_deferred()
    token.settle(request, state)
    if _browser_is_due(request, state):
        _settle_browser(request, response, state)


def _browser_is_due(request: HttpRequest, state: RequestState) -> bool:
    if isinstance(state.browser, SignedIn):
        return True
    if isinstance(state.browser, Refused):
        return False
    session = request.session
    if settings.SESSION_SAVE_EVERY_REQUEST and session.session_key is not None:
        return True  # Django loads and saves it all the same, which moves its expiry
    if not session.accessed:
        return False
    admitted = state.admitted
    return (
        session.modified
        or session.session_key != state.key
        or (admitted is not None and admitted.row is not None)
        or (
            admitted is not None
            and admitted.recent is not None
            and admitted.recent.touch_is_due(recent.now())
        )
    )


def _settle_browser(request: HttpRequest, response: HttpResponseBase, state: RequestState) -> None:
    session = request.session
    row = state.admitted.row if state.admitted is not None else None
    if row is not None and state.admitted is not None and state.admitted.is_adopted:
        adopting.keep(row)
    if row is not None and row.cookie_is_due and response.status_code < 500:
        session.modified = True  # so that SessionMiddleware sends the cookie again
    if isinstance(state.browser, SignedIn):
        login.settle(state, state.browser, session, response)
    elif not payload.names_a_user(session):
        logout.settle(state, session, response)
    elif _account_was_closed(state):
        session.flush()
    elif session.session_key != state.key and not engines.is_client_side():
        rotation.settle(state, session, response)
    else:
        use.settle(request, response, state)


def _account_was_closed(state: RequestState) -> bool:
    """Tell whether the view has deleted or deactivated its own user, and so ended the session."""
    if state.admitted is None:
        return False
    user = state.admitted.user
    is_closed = user.pk is None or users.is_deactivated(user)
    return is_closed and delivery.is_gone(state.key)
