"""A use of a session that goes on as it was: its last use, client and expiry are written when due."""

import logging
from datetime import datetime
from uuid import UUID

from django.db import Error
from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import empty

from sessions_api import engines, logs, payload, recent, users, validity
from sessions_api.client import client_of, fingerprint_of
from sessions_api.conf import conf
from sessions_api.engines import EngineSession
from sessions_api.lifecycle import canary, events, rows, updating
from sessions_api.lifecycle.rows import Fields
from sessions_api.lifecycle.updating import Followed
from sessions_api.models import Client, Session
from sessions_api.recent import Recent
from sessions_api.tracking import delivery, rotation
from sessions_api.tracking.state import RequestState

logger = logging.getLogger("sessions_api.tracking")

ACTIVITY = "sessions_api_counts_as_activity"
"""The attribute by which ``decorators.not_activity`` marks a view."""

UNKNOWN = hash(Client(None, ""))


def is_due(request: HttpRequest, remembered: Recent) -> bool:
    """Tell whether a use may have something to write. Costs no query."""
    is_as_before = remembered.fingerprint == fingerprint_of(request)
    return not is_as_before or remembered.touch_is_due(recent.now())


def settle(request: HttpRequest, response: HttpResponseBase, state: RequestState) -> None:
    """Write what is due of the browser's session."""
    session, admitted = request.session, state.admitted
    session_id = payload.session_id(session)
    is_sent = delivery.is_sent(session, response)
    if session_id is None or not (admitted is not None or is_sent):
        return
    if admitted is not None and admitted.is_unread:
        return
    use = _use_of(state, session, session_id)
    if use is None:
        return
    if is_sent:
        changes = use.saved(session, is_verified=_is_verified(request, use.at))
    else:
        changes = use.missed(session)
    if use.row is not None and validity.is_past_expiry(use.row, use.moment):
        # The engine enforces its own expiry, and has just loaded the session.
        changes.setdefault("expires_at", engines.held_expiry(session))
    if admitted is not None and state.presented is None:
        followed = use.write(request, changes)
    else:
        # The use of a token says nothing of the browser's user.
        followed = use.follow(changes)
    if followed is Followed.OVER and is_sent:
        session.flush()


def _is_verified(request: HttpRequest, at: float) -> bool:
    """Tell whether a device of django-otp has verified the user since the request was admitted.

    The payload says the same when the same device does so again. The device that has is left with the
    user, and knows when that was. Loads neither of them.
    """
    user = request.user
    if not payload.is_verified(request.session) or getattr(user, "_wrapped", user) is empty:
        return False
    return users.verified_at(user) >= at


def is_activity(request: HttpRequest) -> bool:
    """Tell whether the view that answers counts as use. See ``decorators.not_activity``."""
    view = getattr(request.resolver_match, "func", None)
    name = "get" if request.method == "HEAD" else str(request.method).lower()
    name = (getattr(view, "actions", None) or {}).get(name, name)  # of a viewset
    handler = getattr(getattr(view, "cls", getattr(view, "view_class", None)), name, None)
    return all(getattr(each, ACTIVITY, True) for each in (view, handler))


class Use:
    """One use of a session, admitted at a moment: whatever it has changed is written at once."""

    def __init__(
        self,
        session_id: UUID,
        key_digest: bytes | None,
        at: float,
        *,
        remembered: Recent,
        row: Session | None,
    ) -> None:
        self.session_id, self.key_digest = session_id, key_digest
        self.name = recent.name_of(session_id, key_digest)
        self.at, self.moment = at, recent.moment(at)
        self.recent, self.row = remembered, row
        self.fingerprint: int | None = remembered.fingerprint

    def saved(self, session: EngineSession, *, is_verified: bool = False) -> dict[str, object]:
        """Return the changes to the row of a session that is about to be saved.

        Where the engine enforces its expiry, one that moves only a little later is not written.
        ``is_verified`` says whether the request has proved what the payload had said before.
        """
        changes: dict[str, object] = {}
        expires = engines.expiry(session)
        ends_with_browser = session.get_expire_at_browser_close()
        later = expires.timestamp() - self.recent.expires
        unnoticed = conf.TOUCH_INTERVAL.total_seconds() if engines.enforces_expiry() else 1
        has_moved = not -1 < later < max(1, unnoticed)
        if has_moved or ends_with_browser != self.recent.ends_with_browser:
            changes |= {"expires_at": expires, "ends_with_browser": ends_with_browser}
        auth_digest = payload.auth_digest(session)
        if hash(auth_digest) != self.recent.auth:
            changes |= rows.of_auth_hash(auth_digest)
        told, proof = payload.assurance(session), payload.last_proof(session, recent.now())
        # Such as a second factor that came later.
        is_new = hash(told) != self.recent.assurance or proof >= self.recent.proved + 1
        if is_new or is_verified:
            changes |= self._told(session, told, is_verified=is_verified)
        if self.row is not None and self.row.cookie_is_due:
            changes["cookie_is_due"] = False
        return changes

    def _told(
        self, session: EngineSession, told: payload.Assurance, *, is_verified: bool
    ) -> dict[str, object]:
        row = self._read_row()
        if row is None:
            return told._asdict()
        proof = rows.of_proof(row, session, told, at=self.at, is_verified=is_verified)
        return {**told._asdict(), **proof}

    def missed(self, session: EngineSession) -> dict[str, object]:
        """Return the auth hash that a session has got while the table took no writes.

        Django has just found it to be the user's.
        """
        if self.row is None or session.modified:
            return {}
        auth_digest = payload.auth_digest(session)
        if auth_digest == self.row.auth_digest:
            return {}
        return {**rows.of_auth_hash(auth_digest)}

    def write(
        self, request: HttpRequest, changes: Fields, client: Client | None = None
    ) -> Followed:
        """Write what the request has changed, the last use where it is due, and another client.

        ``client`` is who has used the session: the client of the request unless given.
        """
        is_touched = self.recent.touch_is_due(self.at) and is_activity(request)
        if is_touched:
            changes = {**changes, "last_used": self.moment}
        fingerprint = fingerprint_of(request) if client is None else None
        is_unknown = self.recent.client == UNKNOWN  # as after force_login()
        if fingerprint == self.recent.fingerprint and not is_unknown:
            return self.follow(changes)
        client = client or client_of(request)
        if hash(client) == self.recent.client or (is_unknown and not is_touched):
            self.fingerprint = fingerprint
            return self.follow(changes)
        if not is_touched and not self.recent.client_change_is_due(self.at):
            return self.follow(changes)
        row = self._read_row()
        # Looked for again after TOUCH_INTERVAL.
        self.recent = self.recent._replace(client_changed=self.at)
        if row is None:
            return self.follow(changes)
        if client.differs_from(row.last_client):
            noted = rows.used_by(client, request, row)
            if is_activity(request):
                noted["last_used"] = self.moment
            return self._change_client(row, noted, fingerprint, changes)
        self.fingerprint = fingerprint
        if is_touched:
            changes = {**changes, **rows.used_by(client, request, row)}
        return self.follow(changes)

    def follow(self, changes: Fields) -> Followed:
        """Write changes, if there are any, and remember the row as it is then."""
        if not changes:
            self._remember()
            return Followed.WRITTEN
        try:
            followed = updating.follow(self.session_id, self.key_digest, changes, at=self.moment)
        except Error:
            logs.warn_once_a_minute(logger, "The use of a session could not be written.")
            followed = Followed.PASSED_OVER
        if followed is Followed.WRITTEN:
            self._wrote(changes)
            if "last_used" in changes:
                canary.leave()
        elif followed is Followed.PASSED_OVER:
            self._give_up(changes)
        else:
            recent.forget(self.name)
        return followed

    def _change_client(
        self, row: Session, noted: Fields, fingerprint: int | None, changes: Fields
    ) -> Followed:
        """Write what is noted of another client and tell of it, at most once in TOUCH_INTERVAL.

        The row itself says when that was last: other processes may have seen it, too, and a client
        may go back and forth between IPv4 and IPv6.
        """
        since = row.client_changed_at
        if since is not None and self.moment - since < conf.TOUCH_INTERVAL:
            return self.follow(changes)
        previous, fields = row.last_client, {**changes, **noted}
        try:
            is_written = updating.change_client(
                self.session_id, self.key_digest, fields, at=self.moment
            )
        except Error:
            logs.warn_once_a_minute(logger, "Another client of a session could not be written.")
            is_written = False
        if not is_written:
            return self.follow(changes)
        self.fingerprint = fingerprint
        self._wrote({**fields, "client_changed_at": self.moment})
        events.client_changed(row, previous)
        return Followed.WRITTEN

    def _read_row(self) -> Session | None:
        if self.row is None and (row := _row(self.session_id)):
            self.row, self.recent = row, Recent.of(row, self.fingerprint)
        return self.row

    def _wrote(self, changes: Fields) -> None:
        if self.row is None:
            recent.forget(self.name)
            return
        rows.assign(self.row, changes)
        self.recent = Recent.of(self.row, self.fingerprint)
        self._remember()

    def _give_up(self, changes: Fields) -> None:
        """Count the use in this process alone, and write when the next one is due."""
        if "last_used" in changes:
            recent.remember_unwritten(self.session_id, self.moment)
            self.recent = self.recent._replace(used=self.at)
        expires = changes.get("expires_at")
        if isinstance(expires, datetime):
            self.recent = self.recent._replace(expires=expires.timestamp())
        self._remember()

    def _remember(self) -> None:
        """Remember the session, unless it was forgotten since this use was admitted by memory."""
        if self.row is not None or recent.known(self.name) is not None:
            recent.keep(self.name, self.recent._replace(fingerprint=self.fingerprint or 0))


def _use_of(state: RequestState, session: EngineSession, session_id: UUID) -> Use | None:
    """Return the use of a session. None where its row does not know it as it is.

    Then it is flushed, or the row takes its key.
    """
    admitted, key_digest = state.admitted, delivery.key_digest_of(session)
    at = admitted.at if admitted is not None else recent.now()
    row = admitted.row if admitted is not None else None
    remembered = admitted.recent if admitted is not None else None
    if remembered is None:
        remembered = recent.recall(session, at)
    if remembered is None:
        row = row or _row(session_id)
        if row is None or row.user_id != payload.user_id(session):
            session.flush()
            return None
        if row.expires_at is None or row.key_digest != key_digest:
            rotation.settle_unknown_key(row, session)
            return None
        # The row was read at the admission: an end that came later is not to be overlooked longer.
        remembered = Recent.of(row)._replace(checked=at)
    return Use(session_id, key_digest, at, remembered=remembered, row=row)


def _row(session_id: UUID) -> Session | None:
    row = Session.objects.on_primary().not_ended().filter(pk=session_id).first()
    if row is not None:
        recent.add_unwritten(row)
    return row
