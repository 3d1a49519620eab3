"""What has happened so far to the two credentials of a request: its browser session and its token.

Each has one value, and every legal transition is a method of ``RequestState``:

    browser session   UNASKED -> Admitted | Refused                  by the gate
                      any     -> SignedIn                            by ``login()``
                      UNASKED | Admitted -> SignedOut                by ``logout()``
                      SignedIn -> SignedIn, to be settled as signed out
                      SignedIn | SignedOut keep what the gate has said before or says later
    token             any     -> TokenAdmitted | TokenRefused        by SessionTokenAuthentication
                      any     -> TokenChecked                        for a server that relays a token
                      any     -> TokenIssued                         by a sign-in for a token

``logout()`` leaves the browser session as it is where an admitted token made the request: it is the
token that signs out. Refused stays refused unless somebody signs in, and remembers a ``logout()``
before that. TokenIssued keeps the token that was presented.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar, NamedTuple

from django.db.models import Q
from django.http import HttpRequest

from sessions_api import payload
from sessions_api.acts import Acts
from sessions_api.engines import EngineSession
from sessions_api.models import AnyUser, EndReason, Session
from sessions_api.recent import Recent

_ATTRIBUTE = "_sessions_api_state"


@dataclass(frozen=True, slots=True)
class Unasked:
    """Nobody has asked for the user, or the session names none."""

    admitted: ClassVar[None] = None


class Admitted(NamedTuple):
    """The gate has handed out the session's user."""

    user: AnyUser
    at: float
    """The moment of admission, in UNIX seconds. It is the use that counts, however long it takes."""
    recent: Recent | None = None
    """What this process remembered of the session, if that was enough."""
    row: Session | None = None
    """The session's row, if it had to be read."""
    is_adopted: bool = False
    """This request has made the row, perhaps in a transaction that has been rolled back since."""
    is_unread: bool = False
    """The table did not answer, so the engine's word has counted. Nothing is written of this use."""

    @property
    def admitted(self) -> "Admitted":
        return self


@dataclass(frozen=True, slots=True)
class Refused:
    """The gate has turned the session away and flushed it."""

    is_signed_out: bool = False
    """``logout()`` was called after that."""
    admitted: ClassVar[None] = None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """``login()`` was called. What happens to the row is decided by the response."""

    row: Session
    superseded: Q
    """The sessions whose place this login takes."""
    marks: Mapping[str, object] = field(default_factory=dict)
    """What the payload says of this login. Code may carry older keys over it."""
    reason: EndReason = EndReason.REPLACED
    """Why those end: LOGOUT where ``logout()`` was called, too."""
    admitted: Admitted | None = None


@dataclass(frozen=True, slots=True)
class SignedOut:
    """``logout()`` was called."""

    admitted: Admitted | None = None
    is_written: bool = False
    """The row says so."""
    was_impersonated: bool = False
    """Somebody else had taken the place of the user."""


@dataclass(frozen=True, slots=True)
class Over:
    """The session that a browser has presented, which is over."""

    reason: EndReason
    is_by_another: bool = False
    """Somebody else than its user has ended it."""

    @classmethod
    def of(cls, row: Session, reason: EndReason | None = None) -> "Over | None":
        """Return why a session is over, by its row unless a reason is given. None: nobody knows."""
        if reason is None and row.end_reason not in EndReason.values:
            return None
        is_by_another = row.ended_by_id not in (None, row.user_id)
        return cls(reason or EndReason(row.end_reason), is_by_another)


BrowserSession = Unasked | Admitted | Refused | SignedIn | SignedOut

UNASKED = Unasked()


@dataclass(frozen=True, slots=True)
class TokenAdmitted:
    """A token has authenticated the request."""

    session: Session
    at: float
    """The moment of admission, in UNIX seconds."""


@dataclass(frozen=True, slots=True)
class TokenRefused:
    """A token was presented that is over, and has yet to be written as ended."""

    session: Session
    reason: EndReason


@dataclass(frozen=True, slots=True)
class TokenChecked:
    """A server has asked about a token that its own client has shown to it."""


@dataclass(frozen=True, slots=True)
class TokenIssued:
    """Somebody has signed in for a token. Signals of that sign-in do not mean the browser."""

    presented: TokenAdmitted | TokenRefused | TokenChecked | None = None
    """What the request had presented before."""


Token = TokenAdmitted | TokenRefused | TokenChecked | TokenIssued


@dataclass(slots=True)
class RequestState:
    """What is known of one request."""

    session: EngineSession
    """The engine session that the request came with. A package may put another in its place."""
    key: str | None = field(repr=False)
    """The engine key (on signed_cookies: the cookie) that the browser has presented."""
    browser: BrowserSession = UNASKED
    token: Token | None = None
    is_settled: bool = False
    """The response is there, and its consequences are written. What follows is followed at once."""
    is_unavailable: bool = False
    """The table had to admit the session, and did not answer."""
    acts: Acts = field(default_factory=Acts)
    """What this request has ended itself."""
    deferred: list[Callable[[], object]] = field(default_factory=list)
    over: Over | None = None
    """Why the session that the browser has presented is over, where the row was read."""
    is_looked_for: bool = False
    """The row of a session that the engine does not have was looked for, and its end is deferred."""
    is_notice_read: bool = False
    """The page that is being made says why the user was signed out."""

    @property
    def admitted(self) -> Admitted | None:
        """Return what the gate has admitted, whatever the view has done since."""
        return self.browser.admitted

    @property
    def presented(self) -> TokenAdmitted | TokenRefused | TokenChecked | None:
        """Return what has become of the token that was presented, whatever was issued since."""
        return self.token.presented if isinstance(self.token, TokenIssued) else self.token

    def admit(self, admitted: Admitted) -> None:
        before = self.browser
        if before is not UNASKED and isinstance(before, SignedIn | SignedOut):
            self.browser = replace(before, admitted=admitted)
        else:
            self.browser = admitted

    def refuse(self) -> None:
        if not isinstance(self.browser, SignedIn):
            self.browser = Refused()

    def sign_in(self, row: Session, superseded: Q) -> None:
        before = self.browser
        marks = payload.marks(self.session)
        if isinstance(before, SignedIn):
            # The first login of this request never reaches the browser.
            self.browser = replace(before, row=row, superseded=superseded, marks=marks)
            return
        is_signed_out = isinstance(before, SignedOut) or (
            isinstance(before, Refused) and before.is_signed_out
        )
        reason = EndReason.LOGOUT if is_signed_out else EndReason.REPLACED
        self.browser = SignedIn(row, superseded, marks, reason, self.admitted)

    def sign_out(self) -> None:
        if isinstance(self.presented, TokenAdmitted):
            return
        if isinstance(self.browser, SignedIn):
            self.browser = replace(self.browser, reason=EndReason.LOGOUT)
        elif isinstance(self.browser, Refused):
            self.browser = Refused(is_signed_out=True)
        else:
            was_impersonated = self.admitted is not None and payload.is_impersonated(self.session)
            self.browser = SignedOut(self.admitted, was_impersonated=was_impersonated)

    def sign_out_is_written(self) -> None:
        if isinstance(self.browser, SignedOut):
            self.browser = replace(self.browser, is_written=True)

    def present_token(self, token: TokenAdmitted | TokenRefused) -> None:
        self.token = token

    def check_token(self) -> None:
        self.token = TokenChecked()

    def issue_token(self) -> None:
        self.token = TokenIssued(self.presented)

    def defer(self, act: Callable[[], object]) -> None:
        """Do something in the response phase, outside the view's transaction.

        It is done at once where no response phase follows.
        """
        if self.is_settled:
            act()
        else:
            self.deferred.append(act)

    def do_deferred(self) -> None:
        """Do what was deferred, once."""
        while self.deferred:
            self.deferred.pop(0)()

    def of_session(self, session: EngineSession) -> "RequestState":
        """Return this state or, where another session has taken the place of ours, one for that.

        No response phase settles the other one.
        """
        if session is self.session:
            return self
        return RequestState(session=session, key=session.session_key, is_settled=True)


def begin(request: HttpRequest) -> RequestState:
    """Note what a request came with. Loads nothing."""
    session = request.session
    state = RequestState(session=session, key=session.session_key)
    setattr(request, _ATTRIBUTE, state)
    return state


def state_of(request: object) -> RequestState | None:
    """Return the state of a Django or DRF request. None where our middleware has not run."""
    return getattr(request, _ATTRIBUTE, None)
