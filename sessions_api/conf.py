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

    TOKEN_PREFIX: str = "session"  # noqa: S105 (no password)
    """What tokens begin with, before "_": lower-case letters and digits that name your site."""

    TOKEN_LIFETIME: timedelta = timedelta(days=30)
    """How long a token session lasts unless it is said when it is issued (ASVS 7.2.2)."""

    REAUTHENTICATION_AGE: timedelta | None = None
    """How old an authentication may be for its session to end others (ASVS 7.5.2). None: any."""

    ORGANIZATION: str | None = None
    """The dotted path of a callable that takes a request, or None, and the user who signs in, and
    returns the id of the organization that the session is for: at most 64 characters, or None."""

    ORY_REQUIRED_AAL: str | None = None
    """The dotted path of a callable that takes a user and returns the assurance level, 1 or 2, that
    the Ory dialect asks of her sessions. None: 1 of everybody's."""

    TORII_ENVIRONMENT: str = "5d1ab3a5-3d7c-8e0a-b7a1-6f0f1c2e9d44"
    """The UUID that the Torii dialect calls this site's environment."""

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


_DURATIONS = frozenset(
    {
        "TOUCH_INTERVAL",
        "IDLE_TIMEOUT",
        "ABSOLUTE_TIMEOUT",
        "TOKEN_LIFETIME",
        "REAUTHENTICATION_AGE",
        "RETENTION",
    }
)

conf = Settings()
