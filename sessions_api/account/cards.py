"""What a page says of one session."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest

from sessions_api import description, policy, validity
from sessions_api.models import Kind, Session
from sessions_api.tracking.current import current_session_id
from sessions_api.validity import Verdict


@dataclass(frozen=True, slots=True)
class Card:
    """A session, in words."""

    session: Session
    verdict: Verdict
    is_current: bool
    may_end: bool
    may_rename: bool

    @property
    def name(self) -> str:
        """Return the user's name for it, or that of the device."""
        return self.session.label or self.device

    @property
    def device(self) -> str:
        """Return what the user agent says of the device."""
        return description.device_alone(self.session)

    @property
    def is_token(self) -> bool:
        """Tell whether it is a token's."""
        return self.session.kind == Kind.TOKEN

    @property
    def begun_at(self) -> datetime | None:
        """Return when the user has signed in, or has last proved who they are. None: not known."""
        return description.signed_in_at(self.session)

    @property
    def picture(self) -> str:
        """Return the word for its picture: a type of device, or "token"."""
        return "token" if self.is_token else self.session.device_type

    @property
    def place(self) -> str:
        """Return the IP address of the last use, and where that is."""
        return description.place(self.session)

    @property
    def methods(self) -> str:
        """Return how the user signed in."""
        return description.methods(self.session)

    @property
    def reason(self) -> str:
        """Return why it is over."""
        why = self.verdict.reason
        return description.reason(why) if why else str(self.verdict.state.label)

    @property
    def expires_at(self) -> datetime | None:
        """Return when it ends even if it is in use."""
        return validity.expires_at(self.session)

    @property
    def actor(self) -> str:
        """Return who acts as the user by it, or ""."""
        if not self.session.is_impersonated:
            return ""
        is_others = self.session.presented_user_id != self.session.user_id
        who = self.session.user if is_others else self.session.impersonator
        return str(description.SOMEBODY if who is None else who)


def cards_of(
    request: HttpRequest, sessions: Iterable[Session], verdicts: Mapping[UUID, Verdict]
) -> list[Card]:
    """Return the cards of sessions, the one that has made the request first."""
    current_id = current_session_id(request)
    found = [
        Card(
            session,
            verdicts[session.pk],
            is_current=session.pk == current_id,
            may_end=session.ended_at is None and policy.may_end(request.user, session),
            may_rename=policy.may_rename(request.user, session),
        )
        for session in sessions
    ]
    return sorted(found, key=lambda card: not card.is_current)


def card_of(request: HttpRequest, session: Session) -> Card:
    """Return the card of one session. At most two queries."""
    (card,) = cards_of(request, [session], validity.judge([session], known=[request.user]))
    return card
