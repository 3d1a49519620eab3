"""The app's name, and what it registers."""

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Tags, register
from django.utils.translation import gettext_lazy as _


class SessionsAPIConfig(AppConfig):
    """Sessions that tell the truth."""

    name = "sessions_api"
    verbose_name = _("Login sessions")
    default_auto_field = "django.db.models.BigAutoField"

    def import_models(self) -> None:
        """Connect what has to run before the receivers of django.contrib.auth."""
        super().import_models()
        from sessions_api import receivers

        receivers.connect_first()

    def ready(self) -> None:
        """Register the checks and connect the receivers."""
        from sessions_api import receivers

        register(check_security, Tags.security)
        register(check_models, Tags.models)
        receivers.connect()
        if apps.is_installed("drf_spectacular"):
            from sessions_api.api.openapi import extensions  # noqa: F401 (registers itself)


def check_security(**kwargs: object) -> list[CheckMessage]:
    """Check the settings, the middleware, the engine and the sign-in."""
    # Here, since it takes 6 ms, and a process that serves requests makes no checks.
    from sessions_api import checks
    from sessions_api.dialects.ory import conf as ory
    from sessions_api.dialects.torii import conf as torii

    checks.allow(ory.RULES)
    checks.allow(torii.RULES)
    return [message for check in checks.OF_SECURITY for message in check(**kwargs)]


def check_models(**kwargs: object) -> list[CheckMessage]:
    """Check the databases of our table and the users'."""
    from sessions_api import checks  # here for the same reason

    return checks.check_database(**kwargs)
