"""What this process remembers of sessions it has just read or written.

It makes most requests free. The memory is bounded, never shared and never the truth: what is
forgotten costs one query.
"""

import struct
import time
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
"""How many sessions a process remembers at least, in 15 MB. Few have more users in one minute."""

_PACKED = struct.Struct("<3d?qd3q2d")


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
    fingerprint: int
    """The ``client.fingerprint_of`` the request that was last compared. 0: none was."""
    assurance: int
    """The ``hash()`` of the row's ``Assurance``."""
    auth: int
    """The ``hash()`` of the row's ``auth_digest``."""
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
            fingerprint=fingerprint or 0,
            assurance=hash(
                Assurance(row.methods, row.aal, row.provider, row.impersonator_id, row.acting_as_id)
            ),
            auth=hash(row.auth_digest),
            proved=row.known_since.timestamp(),
            deadline=validity.ends_at(row).timestamp(),
        )

    def packed(self) -> bytes:
        """Return the same in a quarter of the room."""
        return _PACKED.pack(*self)

    @classmethod
    def unpacked(cls, packed: bytes) -> "Recent":
        """Return what was packed."""
        return cls._make(_PACKED.unpack(packed))

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
    """A mapping that keeps what was put last: so many at least, and twice as many at most.

    When the young ones are so many, they become the old ones, and the old ones are forgotten. An
    OrderedDict, which would drop them one by one, takes twice the memory.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._young: dict[Key, Value] = {}
        self._old: dict[Key, Value] = {}
        self._lock = Lock()

    def get(self, key: Key) -> Value | None:
        value = self._young.get(key)
        return self._old.get(key) if value is None else value

    def put(self, key: Key, value: Value) -> None:
        with self._lock:
            self._old.pop(key, None)
            if len(self._young) == self._room and key not in self._young:
                self._young, self._old = {}, self._young
            self._young[key] = value

    def drop(self, key: Key) -> None:
        with self._lock:
            self._young.pop(key, None)
            self._old.pop(key, None)

    def clear(self) -> None:
        with self._lock:
            self._young.clear()
            self._old.clear()


memory: Memory[bytes, bytes] = Memory(room=MAX_SESSIONS)
"""Packed ``Recent`` by the names of sessions."""


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


def name_of(session_id: UUID, key_digest: bytes | None) -> bytes:
    """Return the name under which a session is remembered.

    That is the digest of its key, so that a copy of its payload under another key is a stranger. A
    signed cookie has no key, and no server that copies it.
    """
    return key_digest or session_id.bytes


def known(name: bytes) -> Recent | None:
    """Return what is remembered under a name, however long ago that was."""
    packed = memory.get(name)
    return None if packed is None else Recent.unpacked(packed)


def keep(name: bytes, remembered: Recent) -> None:
    """Remember this under a name."""
    memory.put(name, remembered.packed())


def recall(session: EngineSession, at: float) -> Recent | None:
    """Return what is remembered of an engine session. None where its row must be read at a moment."""
    if engines.is_client_side():
        session_id = payload.session_id(session)
        remembered = None if session_id is None else known(session_id.bytes)
        if remembered is not None and remembered.auth != hash(payload.auth_digest(session)):
            return None
    else:
        key = session.session_key
        if key is None or not payload.names_a_session(session):
            return None
        remembered = known(credentials.digest(key))
    return None if remembered is None or remembered.check_is_due(at) else remembered


def remember(row: Session, fingerprint: int | None = None) -> None:
    """Remember a session whose row is in order. ``fingerprint`` is that of its last client."""
    keep(name_of(row.pk, row.key_digest), Recent.of(row, fingerprint))


def remember_unread(session: EngineSession) -> None:
    """Remember for TOUCH_INTERVAL that the row of an engine session could not be read."""
    moment = now()
    name = credentials.digest(session.session_key or "")
    remembered = known(name)
    later = moment + conf.TOUCH_INTERVAL.total_seconds()
    if remembered is None:
        # Nothing is due, whatever the request does with its session.
        remembered = Recent(
            checked=moment,
            used=moment,
            expires=engines.expiry(session).timestamp(),
            ends_with_browser=session.get_expire_at_browser_close(),
            client=0,
            client_changed=moment,
            fingerprint=0,
            assurance=hash(payload.assurance(session)),
            auth=hash(payload.auth_digest(session)),
            proved=moment,
            deadline=later,
        )
    keep(name, remembered._replace(checked=moment, used=moment, deadline=later))


def remember_unwritten(session_id: UUID, at: datetime) -> None:
    """Remember a use that the table could not take. It counts in this process."""
    unwritten.put(session_id, at)


def add_unwritten(row: Session) -> None:
    """Count for a row that was just read the use that the table could not take."""
    used = unwritten.get(row.pk)
    if used is not None and used > row.last_used:
        row.last_used = used


def forget(name: bytes) -> None:
    """Have the next request of a session read its row."""
    memory.drop(name)


def clear() -> None:
    """Forget everything, as a process that has just started."""
    memory.clear()
    unwritten.clear()
    canary_seen.clear()


now = time.time
"""Return the time in UNIX seconds."""


def moment(at: float) -> datetime:
    """Return a time in UNIX seconds as Django has it."""
    return datetime.fromtimestamp(at, tz=UTC if settings.USE_TZ else None)


def _is_within_interval(moment: float, now: float) -> bool:
    # A clock that was set back makes everything due.
    return 0 <= now - moment < conf.TOUCH_INTERVAL.total_seconds()
