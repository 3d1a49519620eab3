"""The site as an app: its users, and what Django would write at a sign-in."""

from django.apps import AppConfig
from django.contrib.auth import user_logged_in


class SiteConfig(AppConfig):
    """Leaves ``last_login`` alone.

    Its UPDATE fails in a database that is read-only, and now and then under REPEATABLE READ, on any
    site. Here only what we do at a sign-in is to be seen.
    """

    name = "tests.faults.site"
    label = "site_to_break"

    def ready(self) -> None:
        user_logged_in.disconnect(dispatch_uid="update_last_login")
