"""What is told of a session's life: a log line and a signal for each event, once it is committed.

A line names the session by its id and the user by the primary key, never a key or token. In a
primary key that is text, characters that could end the word or the line are percent-encoded.
"""

import logging
from collections.abc import Callable
from urllib.parse import quote

from django.db import router, transaction

from sessions_api import signals
from sessions_api.models import AnyUser, Client, EndReason, Session

logger = logging.getLogger("sessions_api.lifecycle")


def started(session: Session) -> None:
    """Tell that a login has reached its browser, or that a token was issued."""

    def tell() -> None:
        _log("started", session)
        signals.session_started.send_robust(Session, session=session)

    _on_commit(tell)


def adopted(session: Session) -> None:
    """Tell that a session was adopted."""

    def tell() -> None:
        _log("adopted", session)

    _on_commit(tell)


def extended(session: Session) -> None:
    """Tell that a session has got a later expiry."""

    def tell() -> None:
        _log("extended", session)

    _on_commit(tell)


def client_changed(session: Session, previous: Client) -> None:
    """Tell that a session is used from another IP address or by another user agent."""

    def tell() -> None:
        _log("client_changed", session)
        signals.session_client_changed.send_robust(Session, session=session, previous=previous)

    _on_commit(tell)


def ended(session: Session, *, reason: EndReason, by: AnyUser | None) -> None:
    """Tell that a session has ended. Call it once the end is committed."""
    logger.info(
        "event=ended session=%s user=%s reason=%s by=%s",
        session.pk,
        _word(session.user_id),
        reason.value,
        _word(getattr(by, "pk", None)),
    )
    signals.session_ended.send_robust(Session, session=session, reason=reason, by=by)


def _log(event: str, session: Session) -> None:
    logger.info("event=%s session=%s user=%s", event, session.pk, _word(session.user_id))


def _word(key: object) -> str:
    return quote(str(key), safe="@+:")


def _on_commit(tell: Callable[[], None]) -> None:
    transaction.on_commit(tell, using=router.db_for_write(Session), robust=True)
