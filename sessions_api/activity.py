"""What this process remembers of sessions it has just looked up, so that most requests are free.

A bounded memory, never shared and never the truth: forgetting costs one query.
"""

import time
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from sessions_api.conf import conf

MAX_SESSIONS = 50_000


@dataclass(frozen=True, slots=True)
class Sighting:
    """A session as it was when its row was last read or written. Times are UNIX seconds."""

    checked: float
    """When the row was last found in order."""
    used: float
    """The row's ``last_used``."""
    expires: float
    """The row's ``expires_at``."""
    ends_with_browser: bool
    """The row's ``ends_with_browser``."""
    client: int
    """The ``hash()`` of the row's ``last_client``."""
    assurance: int
    """The ``hash()`` of what is known of its sign-in."""
    deadline: float
    """The earliest moment at which the session ends by itself."""

    def check_is_due(self, now: float) -> bool:
        """Tell whether the row must be read before a user is handed out."""
        return now >= self.deadline or not 0 <= now - self.checked < _interval()

    def touch_is_due(self, now: float) -> bool:
        """Tell whether the last use must be written."""
        return not 0 <= now - self.used < _interval()


_sightings: OrderedDict[str, Sighting] = OrderedDict()
_lock = Lock()


def recall(key_digest: str) -> Sighting | None:
    """Return what is remembered of the session whose engine key has this digest."""
    return _sightings.get(key_digest)


def remember(key_digest: str, sighting: Sighting) -> None:
    """Remember a session that was found in order; the one found longest ago makes room."""
    with _lock:
        _sightings[key_digest] = sighting
        _sightings.move_to_end(key_digest)
        if len(_sightings) > MAX_SESSIONS:
            _sightings.popitem(last=False)


def forget(key_digest: str) -> None:
    """Have the session looked up again at its next request."""
    with _lock:
        _sightings.pop(key_digest, None)


def clear() -> None:
    """Forget everything, as a process that has just started."""
    with _lock:
        _sightings.clear()


def now() -> float:
    """Return the time in UNIX seconds."""
    return time.time()


def _interval() -> float:
    return conf.TOUCH_INTERVAL.total_seconds()
