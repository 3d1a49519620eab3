"""Every setting, its type, its default and its meaning.

A site overrides any of them in one dict, ``SESSIONS_API``, in its settings. Each is worked out at its
first use, and again after ``setting_changed``: nothing is frozen at import, and ``override_settings``
works. The settings that only one dialect needs are declared there.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal, NamedTuple

from django.conf import settings as django_settings

SETTING_NAME = "SESSIONS_API"


class Problem(NamedTuple):
    """What is wrong with a setting, and how to mend it: a sentence each."""

    message: str
    hint: str


class _Setting:
    """What stands in a group for one setting, until an instance has worked out its value."""

    def __init__(self, name: str, default: object) -> None:
        self.name, self.default = name, default

    def __get__(self, group: "SettingsGroup | None", owner: type["SettingsGroup"]) -> object:
        if group is None:
            return self.default
        values = getattr(django_settings, SETTING_NAME, None)
        value = values.get(self.name, self.default) if isinstance(values, dict) else self.default
        if self.name in _DURATIONS and isinstance(value, int | float):
            value = timedelta(seconds=value)
        vars(group)[self.name] = value
        return value


class SettingsGroup:
    """Settings in capitals with their defaults. An instance has the site's values.

    Durations are ``timedelta`` objects. A site may also write a number of seconds.
    """

    def __init_subclass__(cls) -> None:
        for name, default in list(vars(cls).items()):
            if name.isupper():
                setattr(cls, name, _Setting(name, default))

    def __init__(self) -> None:
        _groups.append(self)


_groups: list[SettingsGroup] = []


def forget() -> None:
    """Read the settings again, which have changed."""
    for group in _groups:
        vars(group).clear()


class Settings(SettingsGroup):
    """The settings that are no dialect's."""

    TOUCH_INTERVAL: timedelta = timedelta(seconds=60)
    """How often, at most, one process reads a session's row and writes its last use."""

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
    """Sessions whose sign-in was not seen: they get a row at their next use, or are signed out."""

    RETENTION: timedelta = timedelta(days=90)
    """How long the row of a session that is over is kept. At least SESSION_COOKIE_AGE."""

    TOKEN_PREFIX: str = "session"  # noqa: S105 (no password)
    """What tokens begin with, before "_": lower-case letters and digits that name your site."""

    TOKEN_LIFETIME: timedelta = timedelta(days=30)
    """How long a token lasts unless its issuer says otherwise (ASVS 7.2.2)."""

    TOKEN_SIGN_IN: str | None = None
    """The dotted path of a callable that signs users in for a token. None: POST sessions/ is off.

    It takes the request and the credentials in its body, and returns a ``sessions_api.sign_in.SignIn``.
    "sessions_api.sign_in.password" asks for what the site's own login asks.
    """

    REAUTHENTICATORS: Sequence[str] = (
        "sessions_api.authenticators.password",
        "sessions_api.authenticators.otp_device",
        "sessions_api.authenticators.allauth_code",
    )
    """Dotted paths of callables that tell whether what a user has sent proves who they are.

    Each takes the request, the user and the data, and returns the word of the method, or None.
    """

    REAUTHENTICATION_AGE: timedelta | None = None
    """How long ago a user may have authenticated to end others of their own sessions (ASVS 7.5.2).
    None: any time."""

    ORGANIZATION: str | None = None
    """The dotted path of a callable that returns the id of the organization a sign-in is for.

    It takes the request, or None, and the user. It returns at most 64 characters, or None.
    """

    RECORD_IP: bool | Literal["network"] = True
    """Store the IP addresses that a session was signed in and last used from.

    "network" stores their networks: the first 24 bits of IPv4, and 48 of IPv6. False stores neither
    IP addresses nor locations. ``clear_unrecorded`` clears what was stored before.
    """

    RECORD_USER_AGENT: bool = True
    """Store the user agents of a session, and the device that the first one names."""

    NEW_DEVICE_EMAIL: bool = False
    """Write to users who sign in from a device that they have not signed in from before.

    The mail has a link that ends that session. It leads to a page of ``sessions_api.account.urls``.
    """

    KNOWN_DEVICES: Literal["cookie", "client"] = "cookie"
    """By what a device is known: a cookie of its own, or its browser, system and type alone.

    Nothing is noted of devices, and no cookie is set, unless NEW_DEVICE_EMAIL is on or the signal
    ``new_device`` has a receiver.
    """

    TRUSTED_PROXIES: int | Sequence[str] = ()
    """The site's reverse proxies: their networks in CIDR notation, or how many stand in a row."""

    CLIENT_IP_HEADER: str = "X-Forwarded-For"
    """The header in which the proxies write the client's IP address. It is read only behind them."""

    LOCATION: str | None = None
    """The dotted path of a callable that tells where a client is. None: nobody does.

    It takes the request and the client's IP address as it is recorded, and returns a
    ``sessions_api.client.location.Location``, or None. It is called at a sign-in, and when a session's
    IP address has changed. ``sessions_api.client.geoip`` and ``cdn`` have some.
    """


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
