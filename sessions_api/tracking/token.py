"""A token, from the request that presents it to the use that is written."""

from django.http import HttpRequest

from sessions_api import lifecycle, recent, users, validity
from sessions_api.client import client_of
from sessions_api.lifecycle import rows, updating
from sessions_api.lifecycle.rows import Fields
from sessions_api.models import Client, EndReason, Session
from sessions_api.recent import Recent
from sessions_api.tracking import use
from sessions_api.tracking.state import (
    RequestState,
    TokenAdmitted,
    TokenRefused,
    state_of,
)


def judge(session: Session) -> validity.Verdict:
    """Return the verdict on a token session that was read with its user."""
    known = users.given_by_model_backend(session.user)
    return validity.judge([session], known=known)[session.pk]


def reason_to_end(session: Session, verdict: validity.Verdict) -> EndReason | None:
    """Return why a token is to be written as ended. None if it is not over, or is written so."""
    return verdict.reason if session.ended_at is None else None


def present(request: HttpRequest, session: Session) -> bool:
    """Tell whether a token's session authenticates the request. What is due is written later."""
    verdict = judge(session)
    state = state_of(request)
    if state is not None:
        if verdict.is_active:
            state.present_token(TokenAdmitted(session))
        elif reason := reason_to_end(session, verdict):
            state.present_token(TokenRefused(session, reason))
    return verdict.is_active


def issue(request: HttpRequest) -> None:
    """Note that a token is issued: what is said of its sign-in is not said of the browser."""
    state = state_of(request)
    if state is not None:
        state.issue_token()


def is_due(state: RequestState) -> bool:
    """Tell whether the request's token has anything to write."""
    presented = state.presented
    if isinstance(presented, TokenAdmitted):
        return Recent.of(presented.session).touch_is_due(recent.now())
    return isinstance(presented, TokenRefused)


def settle(request: HttpRequest, state: RequestState) -> None:
    """End the request's token if it was refused for good, or write that it was used."""
    presented = state.presented
    if isinstance(presented, TokenRefused):
        end_refused(presented.session, presented.reason)
    elif isinstance(presented, TokenAdmitted):
        write_use(request, presented.session)


def end_refused(session: Session, reason: EndReason) -> None:
    """Write the end of a token that is over."""
    if reason is EndReason.DEACTIVATED:
        lifecycle.end_all(session.user, reason=reason)
    else:
        lifecycle.end(session, reason=reason)


def write_use(request: HttpRequest, session: Session, client: Client | None = None) -> None:
    """Write that a token was used, where that is due.

    ``client`` is who has used it: the client of the request unless given.
    """
    if not Recent.of(session).touch_is_due(recent.now()) or not use.is_activity(request):
        return
    previous = session.last_client
    changes = {**use.touched_by(client or client_of(request), session), **_rotated(session)}
    if updating.follow(session.pk, session.key_digest, changes):
        rows.assign(session, changes)
        use.tell_if_changed(session, previous)


def _rotated(session: Session) -> Fields:
    """Return a token's auth digest under SECRET_KEY where it is still under one of its fallbacks."""
    auth_digest = users.auth_digest_of(session.user)
    if auth_digest == session.auth_digest:
        return {}
    if not validity.verifies(session.user, session.auth_digest):
        return {}
    return {"auth_digest": auth_digest}
