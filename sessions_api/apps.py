"""The app's name, and what it registers."""

from django.apps import AppConfig, apps
from django.core.checks import Tags, register
from django.utils.translation import gettext_lazy as _


class SessionsAPIConfig(AppConfig):
    """Sessions that tell the truth."""

    name = "sessions_api"
    verbose_name = _("Login sessions")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the checks and connect the receivers."""
        from sessions_api import checks, receivers
        from sessions_api.dialects.ory import conf as ory
        from sessions_api.dialects.torii import conf as torii

        checks.allow_settings(ory.RULES)
        checks.allow_settings(torii.RULES)
        register(checks.check_settings, Tags.security)
        register(checks.check_proxies, Tags.security)
        register(checks.check_middleware, Tags.security)
        register(checks.check_engine, Tags.security)
        register(checks.check_database, Tags.models)
        register(checks.check_sign_in, Tags.security)
        receivers.connect()
        if apps.is_installed("drf_spectacular"):
            from sessions_api.api.openapi import extensions  # noqa: F401 (registers itself)
