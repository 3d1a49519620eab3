"""What is told of a session's life: a log line and a signal for each event, once it is committed.

A line names the session by its id and the user by the primary key, never a key or token. In a
primary key that is text, characters that could end the word or the line are percent-encoded.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.db import router, transaction
from django.http import HttpRequest

from sessions_api import signals
from sessions_api.conf import conf
from sessions_api.models import AnyUser, Client, EndReason, Session

logger = logging.getLogger("sessions_api.lifecycle")


def started(session: Session) -> None:
    """Tell that a login has reached its browser, or that a token was issued."""

    def tell() -> None:
        _log("started", session)
        signals.session_started.send_robust(Session, session=session)

    _on_commit(tell)


def new_device(session: Session, request: HttpRequest | None) -> None:
    """Tell that somebody has signed in from a device that is not known, and write to the user.

    ``request`` says where the site is reached. Without it the mail has no link.
    """

    def tell() -> None:
        _log("new_device", session)
        if conf.NEW_DEVICE_EMAIL:
            from sessions_api.mail import delivery  # here, since few processes send any

            delivery.tell_of_new_device(session, request)
        signals.new_device.send_robust(Session, session=session)

    _on_commit(tell)


def adopted(session: Session) -> None:
    """Tell that a session was adopted."""
    if not logger.isEnabledFor(logging.INFO):
        return

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


def ended(
    users: Mapping[UUID, Any],
    read: Callable[[], Iterable[Session]],
    *,
    reason: EndReason,
    by: AnyUser | None,
) -> None:
    """Tell that sessions have ended. Call it once the ends are committed.

    ``users`` are the primary keys of the users by the ids of the sessions. ``read`` reads the rows:
    it is called if a receiver is there for them.
    """
    if signals.session_ended.has_listeners(Session):
        for session in read():
            _log_end(session.pk, session.user_id, reason, by)
            signals.session_ended.send_robust(Session, session=session, reason=reason, by=by)
    elif logger.isEnabledFor(logging.INFO):
        for pk, user in users.items():
            _log_end(pk, user, reason, by)


def _log_end(pk: UUID, user: object, reason: EndReason, by: AnyUser | None) -> None:
    logger.info(
        "event=ended session=%s user=%s reason=%s by=%s",
        pk,
        _word(user),
        reason.value,
        _word(getattr(by, "pk", None)),
    )


def _log(event: str, session: Session) -> None:
    logger.info("event=%s session=%s user=%s", event, session.pk, _word(session.user_id))


def _word(key: object) -> str:
    return quote(str(key), safe="@+:")


def _on_commit(tell: Callable[[], None]) -> None:
    transaction.on_commit(tell, using=router.db_for_write(Session), robust=True)
