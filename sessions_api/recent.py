"""What this process remembers of sessions it has just read or written.

It makes most requests free. The memory is bounded, never shared and never the truth: what is
forgotten costs one query.
"""

import time
from collections import OrderedDict
from datetime import UTC, datetime
from threading import Lock
from typing import Generic, NamedTuple, TypeVar
from uuid import UUID

from django.conf import settings

from sessions_api import credentials, engines, payload, validity
from sessions_api.conf import conf
from sessions_api.engines import EngineSession
from sessions_api.models import Session
from sessions_api.payload import Assurance

MAX_SESSIONS = 50_000


class Recent(NamedTuple):
    """A session's row as it was last read or written. Times are UNIX seconds."""

    checked: float
    """When the row was read or written."""
    used: float
    """The row's ``last_used``."""
    expires: float
    """The row's ``expires_at``."""
    ends_with_browser: bool
    """The row's ``ends_with_browser``."""
    client: int
    """The ``hash()`` of the row's ``last_client``."""
    client_changed: float
    """When another client was last noted, or looked for."""
    fingerprint: int | None
    """The ``client.fingerprint_of`` the request that was last compared. None: none was."""
    assurance: int
    """The ``hash()`` of the row's ``Assurance``."""
    proved: float
    """The row's ``known_since``."""
    deadline: float
    """The earliest moment at which the session ends by itself."""

    @classmethod
    def of(cls, row: Session, fingerprint: int | None = None) -> "Recent":
        """Return what is remembered of a row. ``fingerprint`` is that of its last client."""
        return cls(
            checked=now(),
            used=row.last_used.timestamp(),
            expires=(row.expires_at or row.created_at).timestamp(),
            ends_with_browser=row.ends_with_browser,
            client=hash(row.last_client),
            client_changed=row.client_changed_at.timestamp() if row.client_changed_at else 0,
            fingerprint=fingerprint,
            assurance=hash(
                Assurance(row.methods, row.aal, row.provider, row.impersonator_id, row.acting_as_id)
            ),
            proved=row.known_since.timestamp(),
            deadline=validity.deadline(row).timestamp(),
        )

    def check_is_due(self, now: float) -> bool:
        """Tell whether the row must be read before a user is handed out."""
        return now >= self.deadline or not _is_within_interval(self.checked, now)

    def touch_is_due(self, now: float) -> bool:
        """Tell whether the last use must be written."""
        return not _is_within_interval(self.used, now)

    def client_change_is_due(self, now: float) -> bool:
        """Tell whether another client would be noted now."""
        return not _is_within_interval(self.client_changed, now)


Key = TypeVar("Key")
Value = TypeVar("Value")


class Memory(Generic[Key, Value]):
    """A mapping that has room for so many. The one put longest ago makes room."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._kept: OrderedDict[Key, Value] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key) -> Value | None:
        return self._kept.get(key)

    def put(self, key: Key, value: Value) -> None:
        with self._lock:
            self._kept[key] = value
            self._kept.move_to_end(key)
            if len(self._kept) > self._room:
                self._kept.popitem(last=False)

    def drop(self, key: Key) -> None:
        with self._lock:
            self._kept.pop(key, None)

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()


memory: Memory[bytes, Recent] = Memory(room=MAX_SESSIONS)
"""By the digests of keys and tokens."""


class CanarySeen(NamedTuple):
    """How a process has last seen the canary of the session engine."""

    at: float
    """On the monotonic clock."""
    transactions: list[object]
    """Those that were open. What is left in one goes with it."""
    key: str | None
    """Its key in the engine. None where it was not found, and where the engine has no store."""


canary_seen: list[CanarySeen] = []
"""The last sight, if any."""

unwritten: Memory[UUID, datetime] = Memory(room=MAX_SESSIONS)
"""By the ids of sessions: uses that the table could not take."""


def recall(session: EngineSession, at: float) -> Recent | None:
    """Return what is remembered of an engine session. None where its row must be read at a moment."""
    key = session.session_key
    if conf.STRICT or key is None or engines.is_client_side():
        return None
    if not payload.names_a_session(session):
        return None
    remembered = memory.get(credentials.digest(key))
    return None if remembered is None or remembered.check_is_due(at) else remembered


def remember(row: Session, fingerprint: int | None = None) -> None:
    """Remember a session whose row is in order. ``fingerprint`` is that of its last client."""
    if row.key_digest is not None:
        memory.put(row.key_digest, Recent.of(row, fingerprint))


def remember_unread(session: EngineSession) -> None:
    """Remember for TOUCH_INTERVAL that the row of an engine session could not be read."""
    moment = now()
    digest = credentials.digest(session.session_key or "")
    known = memory.get(digest)
    later = moment + conf.TOUCH_INTERVAL.total_seconds()
    if known is None:
        # Nothing is due, whatever the request does with its session.
        known = Recent(
            checked=moment,
            used=moment,
            expires=engines.expiry(session).timestamp(),
            ends_with_browser=session.get_expire_at_browser_close(),
            client=0,
            client_changed=moment,
            fingerprint=None,
            assurance=hash(payload.assurance(session)),
            proved=moment,
            deadline=later,
        )
    memory.put(digest, known._replace(checked=moment, used=moment, deadline=later))


def remember_unwritten(session_id: UUID, at: datetime) -> None:
    """Remember a use that the table could not take. It counts in this process."""
    unwritten.put(session_id, at)


def add_unwritten(row: Session) -> None:
    """Count for a row that was just read the use that the table could not take."""
    used = unwritten.get(row.pk)
    if used is not None and used > row.last_used:
        row.last_used = used


def forget(key_digest: bytes | None) -> None:
    """Have the next request of a session read its row. Without a key there is nothing to forget."""
    if key_digest is not None:
        memory.drop(key_digest)


def clear() -> None:
    """Forget everything, as a process that has just started."""
    memory.clear()
    unwritten.clear()
    canary_seen.clear()


def now() -> float:
    """Return the time in UNIX seconds."""
    return time.time()


def moment(at: float) -> datetime:
    """Return a time in UNIX seconds as Django has it."""
    return datetime.fromtimestamp(at, tz=UTC if settings.USE_TZ else None)


def _is_within_interval(moment: float, now: float) -> bool:
    # A clock that was set back makes everything due.
    return 0 <= now - moment < conf.TOUCH_INTERVAL.total_seconds()
