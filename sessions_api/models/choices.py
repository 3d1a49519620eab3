"""The values that a session's fields choose from, and how long its texts may be."""

from django.db import models
from django.utils.translation import gettext_lazy as _

MAX_LABEL = 100
MAX_NAME = 64
"""How long the name of a browser, system, device or organization may be."""
MAX_USER_AGENT = 512
MAX_LOCATION = 100
MAX_SEARCH_TERM = 254
"""The longest user name or e-mail address (RFC 5321, errata 1690).

A longer search term finds nothing; databases refuse patterns that are much longer.
"""


COMMON_METHODS = ("", "password")
"""How most sign in. Sessions that were signed in otherwise have an index."""


class Kind(models.TextChoices):
    """What presents the credential."""

    BROWSER = "browser", _("browser")
    TOKEN = "token", _("token")


class DeviceType(models.TextChoices):
    """What type of device a user agent names. Blank when it names none."""

    DESKTOP = "desktop", _("desktop")
    MOBILE = "mobile", _("mobile")
    TABLET = "tablet", _("tablet")
    TV = "tv", _("television set")
    CONSOLE = "console", _("game console")
    BOT = "bot", _("bot")


COMMON_DEVICE_TYPES = (DeviceType.DESKTOP, DeviceType.MOBILE)
"""What most use. Sessions of other devices have an index."""


class EndReason(models.TextChoices):
    """Why a session is over."""

    LOGOUT = "logout", _("signed out")
    REPLACED = "replaced", _("signed in again in the same browser")
    FLUSHED = "flushed", _("ended by the site")
    REVOKED = "revoked", _("ended from elsewhere")
    LIMIT = "limit", _("too many sessions")
    EXPIRED = "expired", _("expired")
    IDLE = "idle", _("not used for too long")
    LIFETIME = "lifetime", _("open for too long")
    CREDENTIALS = "credentials", _("password changed")
    DEACTIVATED = "deactivated", _("account deactivated")
    LOST = "lost", _("no longer held by the session engine")
    DELETED = "deleted", _("deleted")
    BACKEND = "backend", _("not given by its authentication backend")
    """Never written: the backend may give the user again."""

    @property
    def is_deadline(self) -> bool:
        """Tell whether the session ended by itself, whoever has written it down."""
        return self in (EndReason.EXPIRED, EndReason.IDLE, EndReason.LIFETIME)
