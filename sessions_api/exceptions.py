"""The errors this app raises."""

from django.core.exceptions import PermissionDenied
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
