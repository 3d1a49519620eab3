"""What this process remembers of sessions it has just read or written.

It makes most requests free. The memory is bounded, never shared and never the truth: what is
forgotten costs one query.
"""

import time
from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock
from typing import NamedTuple

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
    assurance: int
    """The ``hash()`` of the row's ``Assurance``."""
    deadline: float
    """The earliest moment at which the session ends by itself."""

    @classmethod
    def of(cls, row: Session) -> "Recent":
        """Return what is remembered of a row."""
        return cls(
            checked=now(),
            used=row.last_used.timestamp(),
            expires=(row.expires_at or row.created_at).timestamp(),
            ends_with_browser=row.ends_with_browser,
            client=hash(row.last_client),
            assurance=hash(Assurance(row.methods, row.aal, row.impersonator_id)),
            deadline=validity.deadline(row).timestamp(),
        )

    def check_is_due(self, now: float) -> bool:
        """Tell whether the row must be read before a user is handed out."""
        return now >= self.deadline or not _is_within_interval(self.checked, now)

    def touch_is_due(self, now: float) -> bool:
        """Tell whether the last use must be written."""
        return not _is_within_interval(self.used, now)


class Memory:
    """A mapping of key digests that has room for so many. The one put longest ago makes room."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._kept: OrderedDict[str, Recent] = OrderedDict()
        self._lock = Lock()

    def get(self, key_digest: str) -> Recent | None:
        return self._kept.get(key_digest)

    def put(self, key_digest: str, recent: Recent) -> None:
        with self._lock:
            self._kept[key_digest] = recent
            self._kept.move_to_end(key_digest)
            if len(self._kept) > self._room:
                self._kept.popitem(last=False)

    def drop(self, key_digest: str) -> None:
        with self._lock:
            self._kept.pop(key_digest, None)

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()


memory = Memory(room=MAX_SESSIONS)


def recall(session: EngineSession) -> Recent | None:
    """Return what is remembered of an engine session. None where its row must be read."""
    key = session.session_key
    if conf.STRICT or key is None or engines.is_client_side():
        return None
    if payload.session_id(session) is None:
        return None
    remembered = memory.get(credentials.digest(key))
    return None if remembered is None or remembered.check_is_due(now()) else remembered


def remember(row: Session) -> None:
    """Remember a session whose row is in order."""
    if row.key_digest is not None:
        memory.put(row.key_digest, Recent.of(row))


def remember_changed(
    row: Session | None, changes: Mapping[str, object], key_digest: str | None
) -> None:
    """Remember a row after these changes. Where it was not read, the next request reads it."""
    if row is not None:
        for name, value in changes.items():
            setattr(row, name, value)
        remember(row)
    elif changes:
        forget(key_digest)


def forget(key_digest: str | None) -> None:
    """Have the next request of a session read its row. Without a key there is nothing to forget."""
    if key_digest is not None:
        memory.drop(key_digest)


def clear() -> None:
    """Forget everything, as a process that has just started."""
    memory.clear()


def now() -> float:
    """Return the time in UNIX seconds."""
    return time.time()


def _is_within_interval(moment: float, now: float) -> bool:
    # A clock that was set back makes everything due.
    return 0 <= now - moment < conf.TOUCH_INTERVAL.total_seconds()
