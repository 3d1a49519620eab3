"""The response phase: the rows are brought in line with what the request has done.

It runs once the view has answered, outside the view's transaction and below SessionMiddleware, or
once it is known that no answer is sent. Each event has a module of its own: ``login``, ``logout``,
``rotation``, ``use`` and ``token``.
"""

import logging
from collections.abc import Callable
from functools import partial

from django.db import Error
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from sessions_api import engines, logs, payload, users
from sessions_api.client import device_cookie
from sessions_api.exceptions import SessionsUnavailable
from sessions_api.lifecycle import adopting, canary, devices, ending
from sessions_api.tracking import delivery, device, login, logout, notice, rotation, token, use
from sessions_api.tracking.state import Refused, RequestState, SignedIn

logger = logging.getLogger("sessions_api.tracking")


def is_due(request: HttpRequest, state: RequestState) -> bool:
    """Tell whether there may be anything to do. Costs no query and loads no session."""
    return (
        state.is_unavailable
        or state.is_notice_read
        or state.over is not None
        or bool(state.deferred)
        or bool(state.acts)
        or (state.token is not None and token.is_due(request, state))
        or _browser_is_due(request, state)
    )


def settle(
    request: HttpRequest, response: HttpResponseBase, state: RequestState
) -> HttpResponseBase:
    """Bring the rows in line with what the browser is about to get, and with what was presented.

    Returns what it gets: the response, or a 503 where the table had to take a sign-in or admit a
    session, and could not be used. What else the table cannot take is given up and logged.
    """
    is_signed_in = isinstance(state.browser, SignedIn)
    if state.is_unavailable:
        return unavailable()
    if engines.saves_every_request() and not use.is_activity(request):
        # Saving it would keep it alive.
        engines.save_changes_only(request.session)
    for changed in state.acts.new_passwords:
        _give_way(partial(devices.keep_own, changed.user, device_cookie.values(request)))
    for written in state.acts.written:
        _give_way(partial(ending.write_again, written))
    _give_way(state.do_deferred)
    _give_way(partial(token.settle, request, state))
    try:
        if _browser_is_due(request, state):
            _settle_browser(request, response, state)
    except Error:
        logs.warn_once_a_minute(logger, "What a request has done could not be written.")
        if is_signed_in:
            engines.flush(request.session)
            return unavailable()
    notice.settle(request, response, state)
    if is_signed_in or (state.admitted is not None and state.admitted.is_adopted):
        canary.leave(is_sign_in=is_signed_in)
    if afterwards := state.acts.afterwards:
        _do_at_close(response, afterwards)
    return response


def settle_unsent(request: HttpRequest, state: RequestState) -> None:
    """Settle a request that ends without an answer: it is cancelled, or its worker is stopped."""
    if is_due(request, state):
        settle(request, HttpResponse(status=500), state)
        for act in state.acts.afterwards:
            act()


def unavailable() -> HttpResponse:
    """Return 503 in plain words (RFC 9110, section 15.6.4)."""
    text = str(SessionsUnavailable.MESSAGE)
    return HttpResponse(text, status=503, content_type="text/plain; charset=utf-8")


def _do_at_close(response: HttpResponseBase, acts: list[Callable[[], None]]) -> None:
    """Have something done once the server is done with a response: the browser has it by then."""
    close = response.close

    def close_and_act() -> None:
        close()
        for act in acts:
            act()

    response.close = close_and_act  # type: ignore[method-assign]


def _give_way(write: Callable[[], object]) -> None:
    """Do bookkeeping. The page is sent all the same when the table cannot be used."""
    try:
        write()
    except Error:
        logs.warn_once_a_minute(logger, "What a request has done could not be written.")


def _browser_is_due(request: HttpRequest, state: RequestState) -> bool:
    if isinstance(state.browser, SignedIn):
        return True
    if isinstance(state.browser, Refused):
        return False
    session = request.session
    if engines.saves_every_request() and session.session_key is not None:
        return True  # Django loads and saves it all the same, which moves its expiry
    if not session.accessed:
        return False
    admitted = state.admitted
    return (
        session.modified
        or session.session_key != state.key
        or bool(state.acts)
        or (
            admitted is not None
            and (
                admitted.row is not None
                or (admitted.recent is not None and use.is_due(request, admitted.recent))
            )
        )
    )


def _settle_browser(request: HttpRequest, response: HttpResponseBase, state: RequestState) -> None:
    session = request.session
    row = state.admitted.row if state.admitted is not None else None
    if row is not None and state.admitted is not None and state.admitted.is_adopted:
        adopting.keep(row)
        device.settle_adopted(request, response, row)
    is_kept = row is not None and row.cookie_is_due and use.is_activity(request)
    if is_kept and response.status_code < 500:
        session.modified = True  # so that SessionMiddleware sends the cookie again
    if isinstance(state.browser, SignedIn):
        login.settle(request, response, state, state.browser)
    elif not payload.names_a_user(session):
        logout.settle(state, session, response)
    elif delivery.is_sent(session, response) and _has_ended_itself(state, session):
        session.flush()
    elif session.session_key != state.key and not engines.is_client_side():
        rotation.settle(state, session, response)
    else:
        use.settle(request, response, state)


def _has_ended_itself(state: RequestState, session: engines.EngineSession) -> bool:
    """Tell whether this request has ended its own session, or closed its own user's account.

    SessionMiddleware would answer 400 if it had to save such a session.
    """
    if state.acts and delivery.key_digest_of(session) in state.acts.deleted:
        return True
    if state.admitted is None:
        return False
    user = state.admitted.user
    is_closed = user.pk is None or users.is_deactivated(user)
    return is_closed and delivery.is_gone(state.key)
