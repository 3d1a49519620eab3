"""What is told of a session's life: one log line and one signal for each event, once committed.

A line names the session by its id and the user by the primary key, never a key or token. Of a
primary key that is a text, what could end the word or the line is percent-encoded.
"""

import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.db import router, transaction

from sessions_api import signals
from sessions_api.models import Client, EndReason, Session

logger = logging.getLogger("sessions_api.lifecycle")


def started(session: Session) -> None:
    """Tell that a login has reached its browser."""

    def tell() -> None:
        logger.info("event=started session=%s user=%s", session.pk, _word(session.user_id))
        signals.session_started.send_robust(Session, session=session)

    _on_commit(tell)


def adopted(session: Session) -> None:
    """Tell that a session from before the installation has got its row."""

    def tell() -> None:
        logger.info("event=adopted session=%s user=%s", session.pk, _word(session.user_id))

    _on_commit(tell)


def extended(session: Session) -> None:
    """Tell that a session has got a later expiry."""

    def tell() -> None:
        logger.info("event=extended session=%s user=%s", session.pk, _word(session.user_id))

    _on_commit(tell)


def ended(session: Session, *, reason: EndReason, by: Any) -> None:
    """Tell that a session is over. To be called once that is committed."""
    logger.info(
        "event=ended session=%s user=%s reason=%s by=%s",
        session.pk,
        _word(session.user_id),
        reason.value,
        _word(getattr(by, "pk", None)),
    )
    signals.session_ended.send_robust(Session, session=session, reason=reason, by=by)


def client_changed(session: Session, previous: Client) -> None:
    """Tell that a session is used from another address or by another user agent."""

    def tell() -> None:
        logger.info("event=client_changed session=%s user=%s", session.pk, _word(session.user_id))
        signals.session_client_changed.send_robust(Session, session=session, previous=previous)

    _on_commit(tell)


def _word(key: Any) -> str:
    return quote(str(key), safe="@+:")


def _on_commit(tell: Callable[[], None]) -> None:
    transaction.on_commit(tell, using=router.db_for_write(Session), robust=True)
