"""What values the settings may have, each with the hint for any other."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TypeAlias

from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

Test: TypeAlias = Callable[[object], bool]
Rules: TypeAlias = Mapping[str, tuple[Test, str | Promise]]
"""By the name of a setting: whether a value is right, and what to do about one that is not."""

_of_dialects: dict[str, tuple[Test, str | Promise]] = {}


def allow(rules: Rules) -> None:
    """Have the settings of a dialect be known."""
    _of_dialects.update(rules)


def known() -> Rules:
    """Return the rules of all settings."""
    return {**_RULES, **_of_dialects}


_LONGEST = timedelta(days=36_500)
_DURATION = _(
    "Make it a timedelta, or a number of seconds, greater than zero and at most 100 years."
)
_DURATION_OR_NONE = _(
    "Make it None, or a timedelta or a number of seconds, greater than zero and at most 100 years."
)
_TRUTH = _("Make it True or False.")
CALLABLE_OR_NONE = _("Make it the dotted path of a callable, or None.")


def _is_duration(value: object) -> bool:
    if isinstance(value, timedelta):
        return timedelta(0) < value <= _LONGEST
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 < value <= _LONGEST.total_seconds()


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def or_none(is_right: Test) -> Test:
    """Return a test that None passes, too."""
    return lambda value: value is None or is_right(value)


def _one_of(*values: str) -> Test:
    return lambda value: value in values


def _is_bool(value: object) -> bool:
    return isinstance(value, bool)


def is_callable_path(value: object) -> bool:
    """Tell whether a value is the dotted path of something that can be called."""
    try:
        return callable(import_string(value))  # type: ignore[arg-type]  # whatever else fails
    except (ImportError, AttributeError, TypeError, ValueError):
        return False


def _is_prefix(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch("[a-z0-9]{1,20}", value) is not None


def _are_callable_paths(value: object) -> bool:
    return isinstance(value, list | tuple) and all(is_callable_path(path) for path in value)


_RULES: Rules = {
    "TOUCH_INTERVAL": (_is_duration, _DURATION),
    "IDLE_TIMEOUT": (or_none(_is_duration), _DURATION_OR_NONE),
    "ABSOLUTE_TIMEOUT": (or_none(_is_duration), _DURATION_OR_NONE),
    "TOKEN_LIFETIME": (_is_duration, _DURATION),
    "REAUTHENTICATION_AGE": (or_none(_is_duration), _DURATION_OR_NONE),
    "RETENTION": (_is_duration, _DURATION),
    "MAX_SESSIONS_PER_USER": (
        or_none(_is_count),
        _("Make it a whole number greater than zero, or None."),
    ),
    "LOCATION": (or_none(is_callable_path), CALLABLE_OR_NONE),
    "ORGANIZATION": (or_none(is_callable_path), CALLABLE_OR_NONE),
    "TOKEN_SIGN_IN": (or_none(is_callable_path), CALLABLE_OR_NONE),
    "REAUTHENTICATORS": (_are_callable_paths, _("Make it a list of dotted paths of callables.")),
    "TOKEN_PREFIX": (_is_prefix, _("Make it 1 to 20 lower-case letters and digits.")),
    "ON_LIMIT": (_one_of("end_oldest", "refuse"), _("Make it 'end_oldest' or 'refuse'.")),
    "ADOPT": (_one_of("lazy", "refuse"), _("Make it 'lazy' or 'refuse'.")),
    "STRICT": (_is_bool, _TRUTH),
    "RECORD_IP": (
        lambda value: _is_bool(value) or value == "network",
        _("Make it True, False or 'network'."),
    ),
    "NEW_DEVICE_EMAIL": (_is_bool, _TRUTH),
    "KNOWN_DEVICES": (_one_of("cookie", "client"), _("Make it 'cookie' or 'client'.")),
    "RECORD_USER_AGENT": (_is_bool, _TRUTH),
}
