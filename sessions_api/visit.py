"""What is known of the session behind one request, from the gate to the response."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest

from sessions_api import activity, credentials, engines
from sessions_api.activity import Sighting
from sessions_api.conf import conf
from sessions_api.models import EndReason, Session

PAYLOAD_KEY = "_sessions_api_id"
"""Where a session's id is kept in the payload of the engine session."""

_ATTRIBUTE = "_sessions_api_visit"


@dataclass(slots=True)
class Visit:
    """One request's view of its session."""

    session: Any
    """What the request came with. For a while a package may put another in its place."""
    key: str | None = field(repr=False)
    """The engine key (on signed_cookies: the cookie) that the browser presented."""
    admitted: bool = False
    """The gate handed out a user."""
    refused: bool = False
    """The gate turned the session away and flushed it."""
    seen: Sighting | None = None
    """What this process remembered, if that was enough for the gate."""
    row: Session | None = None
    """The row, if the gate had to read it."""
    adopted: bool = False
    """The gate has made that row, perhaps in a transaction that has been rolled back since."""
    user: Any = None
    """The user whom the gate has handed out."""
    ends: list[Callable[[], object]] = field(default_factory=list)
    """What the gate has seen to be over, to be ended outside the view's transaction."""
    is_over: bool = False
    """The response is there, and has been settled."""
    started: Session | None = None
    """The row of a login made during this request."""
    superseded: Q = field(default_factory=Q)
    """Which sessions that login takes the place of."""
    token: Session | None = None
    """The row of the token that the request was authenticated by, or refused for."""
    refusal: EndReason | None = None
    """Why that token is to end."""
    relayed: bool = False
    """That token was shown by another server: its client is not at the other end."""
    issued: bool = False
    """A token was issued: what is said of its sign-in is not said of the browser's session."""
    logged_out: bool = False
    """``logout()`` was called."""


def begin(request: HttpRequest) -> Visit:
    """Note what the request came with. Loads nothing."""
    visit = _of_session(request)
    setattr(request, _ATTRIBUTE, visit)
    return visit


def of(request: Any) -> Visit | None:
    """Return the visit of a Django or DRF request, or None where our middleware did not run."""
    return getattr(request, _ATTRIBUTE, None)


def at_present(request: HttpRequest, visit: Visit) -> Visit:
    """Return the visit, or one of its own of another session that has taken the place of its.

    No response settles that one.
    """
    if request.session is visit.session:
        return visit
    other = _of_session(request)
    other.is_over = True
    return other


def _of_session(request: HttpRequest) -> Visit:
    return Visit(session=request.session, key=request.session.session_key)


def session_id(session: Any) -> UUID | None:
    """Return our id in the payload of an engine session, or None where there is none."""
    try:
        return UUID(session.get(PAYLOAD_KEY))
    except (AttributeError, TypeError, ValueError):
        return None


def recall(session: Any) -> Sighting | None:
    """Return what this process remembers of an engine session, unless its row must be read."""
    key = session.session_key
    if conf.STRICT or key is None or engines.is_client_side() or session_id(session) is None:
        return None
    sighting = activity.recall(credentials.digest(key))
    return None if sighting is None or sighting.check_is_due(activity.now()) else sighting
