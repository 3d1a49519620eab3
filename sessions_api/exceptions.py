"""The errors that this app raises."""

from django.core.exceptions import PermissionDenied
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext


class SessionLimitReached(PermissionDenied):
    """A login was refused because its user already has as many sessions as the site allows.

    ``limit`` is MAX_SESSIONS_PER_USER. Django and Django REST framework answer 403.
    """

    def __init__(self, limit: int) -> None:
        super().__init__(
            ngettext(
                "You are already signed in %(limit)d time, which is the limit. "
                "End that session before you sign in again.",
                "You are already signed in %(limit)d times, which is the limit. "
                "End one of those sessions before you sign in again.",
                limit,
            )
            % {"limit": limit}
        )
        self.limit = limit


class CannotExtend(Exception):
    """A session cannot get a later expiry. ``why`` is one of the reasons below."""

    NOT_ACTIVE = _("This session is not active.")
    NOT_BY_ENGINE = _("The session engine cannot extend a session.")
    FIXED_DATE = _("This session ends at a fixed date.")

    def __init__(self, why: str | Promise) -> None:
        super().__init__(why)
        self.why = why


class CannotList(Exception):
    """The site's session engine cannot say which sessions it holds."""


class EngineDoesNotAnswer(Exception):
    """The site's session engine cannot be read at the moment, or not by this process."""
