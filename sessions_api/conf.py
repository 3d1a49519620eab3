"""Every setting, its type, its default and its meaning.

A site overrides any of them in one dict, ``SESSIONS_API``, in its settings. Values are read from
Django's settings at each access, so nothing is frozen at import and ``override_settings`` works.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Literal

from django.conf import settings as django_settings

SETTING_NAME = "SESSIONS_API"


class Settings:
    """The effective settings: the site's ``SESSIONS_API`` over the defaults written here.

    Durations are ``timedelta`` objects; a site may also write a number of seconds.
    """

    TOUCH_INTERVAL: timedelta = timedelta(seconds=60)
    """How often one process looks a session up and writes its last use, at most."""

    IDLE_TIMEOUT: timedelta | None = None
    """A session not used for this long ends (ASVS 7.3.1). None: never for that reason."""

    ABSOLUTE_TIMEOUT: timedelta | None = None
    """A session ends this long after its last full authentication (ASVS 7.3.2). None: never."""

    MAX_SESSIONS_PER_USER: int | None = None
    """How many active sessions one user may have (ASVS 7.1.2). None: any number."""

    ON_LIMIT: Literal["end_oldest", "refuse"] = "end_oldest"
    """What a login beyond the limit does: end the user's oldest session, or be refused with 403."""

    STRICT: bool = False
    """Look the session up at every authenticated request instead of once per TOUCH_INTERVAL."""

    ADOPT: Literal["lazy", "refuse"] = "lazy"
    """Sessions from before the installation: given a row at their next use, or signed out."""

    RETENTION: timedelta = timedelta(days=90)
    """How long the row of a session that is over is kept. Never shorter than SESSION_COOKIE_AGE."""

    RECORD_IP: bool = True
    """Store the addresses a session was used from."""

    RECORD_USER_AGENT: bool = True
    """Store the user agent a session was begun with, and the device it names."""

    TRUSTED_PROXIES: int | Sequence[str] = ()
    """Your reverse proxies: their networks in CIDR notation, or how many stand in a row."""

    CLIENT_IP_HEADER: str = "X-Forwarded-For"
    """The one header your proxies write the client's address to. Read only behind such a proxy."""

    def __getattribute__(self, name: str) -> Any:
        default = object.__getattribute__(self, name)
        if name.startswith("_"):
            return default
        values = getattr(django_settings, SETTING_NAME, None)
        value = values.get(name, default) if isinstance(values, dict) else default
        if name in _DURATIONS and isinstance(value, int | float):
            return timedelta(seconds=value)
        return value


_DURATIONS = frozenset({"TOUCH_INTERVAL", "IDLE_TIMEOUT", "ABSOLUTE_TIMEOUT", "RETENTION"})

conf = Settings()
