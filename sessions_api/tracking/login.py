"""A login, from Django's signal to the browser's cookie."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import Error
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase, HttpResponseForbidden
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.utils.functional import LazyObject

from sessions_api import engines, lifecycle, payload, recent, users
from sessions_api.client import client_of, fingerprint_of
from sessions_api.client.location import location_of
from sessions_api.engines import EngineSession
from sessions_api.exceptions import SessionLimitReached, SessionsUnavailable
from sessions_api.lifecycle import canary, events, rows, starting, tokens
from sessions_api.lifecycle.devices import Met
from sessions_api.lifecycle.organization import organization_of
from sessions_api.models import EndReason, Session
from sessions_api.tracking import delivery, device
from sessions_api.tracking.current import presented_by
from sessions_api.tracking.state import (
    RequestState,
    SignedIn,
    SignedOut,
    TokenIssued,
    state_of,
)


def begin(request: HttpRequest | None, user: AbstractBaseUser) -> None:
    """Start a row for the login that Django has just told of.

    Other code sends the signal for logins that are not this session's, such as tokens of its own:
    those are left alone (docs/life-cycle.md, 28). Raises SessionLimitReached, and SessionsUnavailable
    where the table cannot take the row.
    """
    if request is None or not _is_login_of_its_session(request, user):
        return
    session = request.session
    state = state_of(request)
    if state is not None and isinstance(state.token, TokenIssued):
        return
    if state is not None and session is not state.session:
        # No response carries this session. allauth's sessions for apps are of that kind.
        state = None
    superseded = _superseded(session, state, user)
    if state is not None and isinstance(state.browser, SignedIn):
        starting.discard(state.browser.row)
        superseded = state.browser.superseded
    _give_new_key(session, state)
    row = _start(request, user, superseded)
    if state is not None and not state.is_settled:
        state.sign_in(row, superseded)
    else:
        # By code outside our middleware, or in a streaming body: no response settles it.
        _settle_now(request, row, superseded)


def _start(request: HttpRequest, user: AbstractBaseUser, superseded: Q) -> Session:
    try:
        return starting.start(
            request.session,
            user,
            client=client_of(request),
            method=_method(request, user),
            organization=organization_of(user, request),
            superseded=superseded,
            goes_on=_goes_on(request, user),
        )
    except SessionLimitReached:
        _undo(request)
        raise
    except Error as error:
        _undo(request)
        raise SessionsUnavailable from error


def _method(request: HttpRequest, user: AbstractBaseUser) -> str:
    """Return what the user has signed in by. Whoever returns from somebody's place is asked nothing."""
    state = state_of(request)
    before = state.browser if state is not None else None
    if isinstance(before, SignedOut) and before.was_impersonated:
        return ""
    return users.authentication_method(user, request)


def _goes_on(request: HttpRequest, user: AbstractBaseUser) -> bool:
    """Tell whether somebody is signed in again as the very object that their session has given.

    Whoever authenticates somebody has got another object. django-otp's page signs in so who gives a
    code alone, and has the user name a backend.
    """
    state = state_of(request)
    admitted = state.admitted if state is not None else None
    return admitted is not None and _bare(user) is _bare(admitted.user)


def _bare(user: object) -> object:
    while isinstance(user, LazyObject):
        user = vars(user)["_wrapped"]
    return user


def _settle_now(request: HttpRequest, row: Session, superseded: Q) -> None:
    met = device.met_without_response(request, row)
    if starting.bind(row, request.session, _noted(request, row, met)):
        recent.remember(row)
        if met is not None and met.is_new:
            events.new_device(row, request)
    if superseded:
        tokens.take_place(Session.objects.filter(superseded), row)
    canary.leave(is_sign_in=True)


def _noted(request: HttpRequest, row: Session, met: Met | None) -> rows.Fields:
    """Return what is known of a login, once its view's transaction is over, beside its session."""
    if row.authenticated_at is not None:  # It goes on under another id.
        return {}
    place = rows.at(location_of(request, row.ip_address))
    return place if met is None else {**place, "device_digest": met.digest}


def go_on_as(request: HttpRequest, row: Session, *, superseded: Q) -> None:
    """Have the request's browser session go on under another row, as after a login."""
    state = state_of(request)
    if state is None:
        return
    if isinstance(state.browser, SignedIn):
        superseded |= state.browser.superseded
    state.sign_in(row, superseded)


def settle(
    request: HttpRequest, response: HttpResponseBase, state: RequestState, login: SignedIn
) -> None:
    """Bind the row if the browser gets the session, and discard it if not."""
    session, fingerprint = request.session, fingerprint_of(request)
    is_sent = delivery.new_key_is_sent(session, response)
    is_carried = payload.session_id(session) != login.row.pk
    if payload.user_id(session) == login.row.user_id and is_carried:
        session.update(login.marks)  # code has carried older ones over this login
    is_of_row = payload.session_id(session) == login.row.pk and payload.names_a_user(session)
    if is_sent and is_of_row:
        met = device.met(request, login.row)
        if starting.bind(login.row, session, _noted(request, login.row, met)):
            recent.remember(login.row, fingerprint)
            if met is not None:
                device.settle(request, response, login.row, met)
        else:
            session.flush()
    else:
        starting.discard(login.row)
        delivery.drop_unsent_key(state, session, response)
    if login.superseded and (is_sent or session.is_empty() or delivery.is_gone(state.key)):
        superseded = Session.objects.filter(login.superseded)
        if is_sent and is_of_row and login.reason is EndReason.REPLACED:
            tokens.take_place(superseded, login.row)
        else:
            lifecycle.end_many(superseded, reason=login.reason)


def answer_refusal(request: HttpRequest, refusal: SessionLimitReached) -> HttpResponseForbidden:
    """Return the page for a login that the limit has refused: 403 with the reason.

    It is plain text on a site whose engines find no template, as on one that is all API.
    """
    reason = str(refusal)
    try:
        template = get_template("sessions_api/limit_reached.html")
    except TemplateDoesNotExist:
        return HttpResponseForbidden(reason, content_type="text/plain; charset=utf-8")
    context = {"reason": reason, "limit": refusal.limit}
    return HttpResponseForbidden(template.render(context, request))


def _is_login_of_its_session(request: HttpRequest, user: AbstractBaseUser) -> bool:
    """Tell whether ``login()`` has just signed the user in to the request's session.

    ``login()`` writes the session and has a new CSRF token sent. A view that issues a token of its
    own may have written the session, but sends none.
    """
    session = getattr(request, "session", None)
    if session is None or payload.user_id(session) != user.pk:
        return False
    return bool(session.modified and request.META.get("CSRF_COOKIE_NEEDS_UPDATE"))


def _superseded(session: EngineSession, state: RequestState | None, user: AbstractBaseUser) -> Q:
    """Return a filter for the sessions whose place a login takes: the payload's and the cookie's."""
    superseded = Q()
    if session_id := payload.session_id(session):
        superseded |= Q(pk=session_id, user_id=user.pk)
    if state is not None and (presented := presented_by(state.key)):
        superseded |= presented
    return superseded


def _give_new_key(session: EngineSession, state: RequestState | None) -> None:
    """Change the key at every authentication (ASVS 7.2.4).

    Django keeps it when the same user signs in again, and has none yet when another user does.
    """
    presented_key = state.key if state is not None else None
    if (
        session.session_key is None
        or session.session_key == presented_key
        or payload.session_id(session) is not None
    ):
        session.cycle_key()


def _undo(request: HttpRequest) -> None:
    """Undo a refused login, so that the next request is anonymous (docs/life-cycle.md, 36)."""
    engines.flush(request.session)
    anonymous = AnonymousUser()

    async def auser() -> AnonymousUser:
        return anonymous

    request.user, request.auser = anonymous, auser
