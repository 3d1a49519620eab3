"""A token, from the request that presents it to the use that is written."""

from django.http import HttpRequest

from sessions_api import credentials, lifecycle, recent, users, validity
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
    recent.add_unwritten(session)
    known = users.given_by_model_backend(session.user)
    return validity.judge([session], known=known)[session.pk]


def reason_to_end(session: Session, verdict: validity.Verdict) -> EndReason | None:
    """Return why a token is to be written as ended. None if it is not over, or is written so."""
    return verdict.evidence if session.ended_at is None else None


def present(request: HttpRequest, session: Session) -> validity.Verdict:
    """Return the verdict on a token that makes a request. What is due is written later."""
    verdict = judge(session)
    state = state_of(request)
    if state is not None:
        if verdict.is_active:
            state.present_token(TokenAdmitted(session, recent.now()))
        elif reason := reason_to_end(session, verdict):
            state.present_token(TokenRefused(session, reason))
    return verdict


def issue(request: HttpRequest) -> None:
    """Note that a token is issued: what is said of its sign-in is not said of the browser."""
    state = state_of(request)
    if state is not None:
        state.issue_token()


def is_due(request: HttpRequest, state: RequestState) -> bool:
    """Tell whether the request's token has anything to write."""
    presented = state.presented
    if not isinstance(presented, TokenAdmitted):
        return isinstance(presented, TokenRefused)
    row = presented.session
    known = recent.known(row.key_digest or b"")
    is_as_known = known is not None and known.used == row.last_used.timestamp()
    return known is None or not is_as_known or use.is_due(request, known)


def settle(request: HttpRequest, state: RequestState) -> None:
    """End the request's token if it was refused for good, or write that it was used."""
    presented = state.presented
    if isinstance(presented, TokenRefused):
        end_refused(presented.session, presented.reason)
    elif isinstance(presented, TokenAdmitted):
        write_use(request, presented.session, at=presented.at)


def end_refused(session: Session, reason: EndReason) -> None:
    """Write the end of a token that is over."""
    if reason is EndReason.DEACTIVATED:
        lifecycle.end_all(session.user, reason=reason)
    else:
        lifecycle.end(session, reason=reason)


def write_use(
    request: HttpRequest,
    session: Session,
    client: Client | None = None,
    *,
    at: float | None = None,
) -> None:
    """Write that a token was used, where that is due.

    ``client`` is who has used it: the client of the request unless given. ``at`` is when the token
    was admitted, in UNIX seconds; now unless given.
    """
    used = use.Use(
        session.pk,
        session.key_digest,
        recent.now() if at is None else at,
        remembered=_remembered(session),
        row=session,
    )
    is_due = used.recent.touch_is_due(used.at)
    used.write(request, _rotated(session) if is_due else {}, client)


def _remembered(session: Session) -> Recent:
    """Return what is known of a token's row, which is read at every request, and of its client."""
    known = recent.known(session.key_digest or b"")
    recent.add_unwritten(session)
    fresh = Recent.of(session)
    if known is None or known.client != fresh.client:
        return fresh
    since = max(known.client_changed, fresh.client_changed)
    return fresh._replace(fingerprint=known.fingerprint, client_changed=since)


def _rotated(session: Session) -> Fields:
    """Return a token's auth digest under SECRET_KEY where it is still under one of its fallbacks."""
    auth_digest = users.auth_digest_of(session.user)
    if auth_digest == session.auth_digest:
        return {}
    if not validity.verifies(session.user, session.auth_digest):
        return {}
    return {"auth_digest": auth_digest, "secret_key_id": credentials.secret_key_id()}
