"""A use of a session that goes on as it was: its last use and its expiry are written when due."""

from typing import NamedTuple
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from sessions_api import decorators, engines, payload, recent, validity
from sessions_api.client import client_of
from sessions_api.engines import EngineSession
from sessions_api.lifecycle import events, updating
from sessions_api.lifecycle.rows import Fields
from sessions_api.models import Client, Session
from sessions_api.recent import Recent
from sessions_api.tracking import delivery, rotation
from sessions_api.tracking.state import RequestState


def settle(request: HttpRequest, response: HttpResponseBase, state: RequestState) -> None:
    """Write what is due of the browser's session."""
    session = request.session
    session_id = payload.session_id(session)
    is_sent = delivery.is_sent(session, response)
    if session_id is None or not (state.admitted is not None or is_sent):
        return
    known = _known(state, session, session_id)
    if known is None:
        return
    changes: dict[str, object] = {}
    if is_sent:
        changes |= _saved(session, known)
    previous = None
    if _is_touch_due(request, state, known.recent):
        client = client_of(request)
        if hash(client) != known.recent.client:
            known = known.with_row(session_id)
            previous = known.row.last_client if known.row is not None else None
        changes |= touched_by(client, known.row)
    key_digest = delivery.key_digest_of(session)
    if not changes or updating.follow(session_id, key_digest, changes):
        recent.remember_changed(known.row, changes, key_digest)
        if known.row is not None and previous is not None:
            tell_if_changed(known.row, previous)
        return
    recent.forget(key_digest)
    if is_sent and _row(session_id) is None:
        session.flush()


def touched_by(client: Client, row: Session | None) -> dict[str, object]:
    """Return the changes to a row that a use by this client makes."""
    changes: dict[str, object] = {
        "last_used": timezone.now(),
        "last_ip_address": client.ip_address,
    }
    if row is not None and client.user_agent not in ("", row.last_client.user_agent):
        is_as_at_sign_in = client.user_agent == row.user_agent
        changes["last_user_agent"] = "" if is_as_at_sign_in else client.user_agent
    return changes


def tell_if_changed(row: Session, previous: Client) -> None:
    """Tell that a session, whose row is up to date, has changed its client, if it has."""
    if previous.differs_from(row.last_client):
        events.client_changed(row, previous)


def is_activity(request: HttpRequest) -> bool:
    """Tell whether the view that answers counts as use. See ``decorators.not_activity``."""
    view = getattr(request.resolver_match, "func", None)
    name = "get" if request.method == "HEAD" else str(request.method).lower()
    name = (getattr(view, "actions", None) or {}).get(name, name)  # of a viewset
    handler = getattr(getattr(view, "cls", getattr(view, "view_class", None)), name, None)
    return all(getattr(each, decorators.ACTIVITY, True) for each in (view, handler))


class _Known(NamedTuple):
    """What is known of a session: its memory and, where it was read, its row."""

    recent: Recent
    row: Session | None

    def with_row(self, session_id: UUID) -> "_Known":
        return self if self.row is not None else self._replace(row=_row(session_id))


def _known(state: RequestState, session: EngineSession, session_id: UUID) -> _Known | None:
    """Return what is known of the session. None where its row does not know it as it is.

    Then it is flushed, or the row takes its key.
    """
    admitted = state.admitted
    row = admitted.row if admitted is not None else None
    remembered = admitted.recent if admitted is not None else None
    if row is None and remembered is None:
        remembered = recent.recall(session)
    if remembered is not None:
        return _Known(remembered, row)
    row = row or _row(session_id)
    if row is None or row.user_id != payload.user_id(session):
        session.flush()
        return None
    if row.expires_at is None or row.key_digest != delivery.key_digest_of(session):
        rotation.settle_unknown_key(row, session)
        return None
    return _Known(Recent.of(row), row)


def _row(session_id: UUID) -> Session | None:
    return Session.objects.on_primary().not_ended().filter(pk=session_id).first()


def _is_touch_due(request: HttpRequest, state: RequestState, remembered: Recent) -> bool:
    if state.presented is not None:
        return False  # the use of a token says nothing of the browser's user
    is_due = state.admitted is not None and remembered.touch_is_due(recent.now())
    return is_due and is_activity(request)


def _saved(session: EngineSession, known: _Known) -> Fields:
    """Return the changes to the row of a session that is about to be saved.

    An expiry that moves only a little later is not written.
    """
    changes: dict[str, object] = {}
    remembered, row = known
    expires = engines.expiry(session)
    ends_with_browser = session.get_expire_at_browser_close()
    later = expires.timestamp() - remembered.expires
    has_moved = not -1 < later < max(1, validity.expiry_slack().total_seconds())
    if has_moved or ends_with_browser != remembered.ends_with_browser:
        changes |= {"expires_at": expires, "ends_with_browser": ends_with_browser}
    auth_digest = payload.auth_digest(session)
    if row is not None and row.auth_digest != auth_digest:
        changes["auth_digest"] = auth_digest
    assurance = payload.assurance(session)
    if hash(assurance) != remembered.assurance:  # such as a second factor that came later
        changes |= assurance._asdict()
    if row is not None and row.cookie_is_due:
        changes["cookie_is_due"] = False
    return changes
