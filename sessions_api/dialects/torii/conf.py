"""The settings that only the Torii dialect needs. They stand in ``SESSIONS_API``, too."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from sessions_api.checks.rules import CALLABLE_OR_NONE, Rules, is_callable_path, or_none
from sessions_api.conf import SettingsGroup


class ToriiSettings(SettingsGroup):
    """The settings of the Torii dialect."""

    TORII_ENVIRONMENT: str = "5d1ab3a5-3d7c-8e0a-b7a1-6f0f1c2e9d44"
    """The UUID of this site as a Torii environment."""

    TORII_ENVIRONMENT_OF: str | None = None
    """The dotted path of a callable that returns the UUID of a user's environment.

    It takes the user, and returns a UUID or its text. None: TORII_ENVIRONMENT for everybody.
    """


def is_uuid(value: object) -> bool:
    """Tell whether a value is the text of a UUID in its usual form."""
    try:
        return isinstance(value, str) and str(UUID(value)) == value.lower()
    except ValueError:
        return False


RULES: Rules = {
    "TORII_ENVIRONMENT": (is_uuid, _("Make it a UUID, as text.")),
    "TORII_ENVIRONMENT_OF": (or_none(is_callable_path), CALLABLE_OR_NONE),
}

conf = ToriiSettings()
