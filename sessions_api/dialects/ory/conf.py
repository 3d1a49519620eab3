"""The settings that only the Ory dialect needs. They stand in ``SESSIONS_API``, too."""

from sessions_api.checks.rules import CALLABLE_OR_NONE, Rules, is_callable_path, or_none
from sessions_api.conf import SettingsGroup


class OrySettings(SettingsGroup):
    """The settings of the Ory dialect."""

    ORY_REQUIRED_AAL: str | None = None
    """The dotted path of a callable that returns the assurance level that a user needs.

    It takes the user, and returns 1 or 2. None: 1 for everybody.
    """

    ORY_IDENTITY: str | None = None
    """The dotted path of a callable that returns what an identity says of a user beyond our fields.

    It takes the user, and returns a dict of any of ``traits``, ``metadata_public``,
    ``metadata_admin``, ``schema_id``, ``organization_id`` and ``state_changed_at``.
    """


RULES: Rules = {
    "ORY_IDENTITY": (or_none(is_callable_path), CALLABLE_OR_NONE),
    "ORY_REQUIRED_AAL": (or_none(is_callable_path), CALLABLE_OR_NONE),
}

conf = OrySettings()
