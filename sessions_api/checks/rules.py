"""What values the settings may have, each with words for it."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TypeAlias

from django.utils.module_loading import import_string

Test: TypeAlias = Callable[[object], bool]
Rules: TypeAlias = Mapping[str, tuple[Test, str]]
"""By the name of a setting: whether a value is right, and in words what is."""

_of_dialects: dict[str, tuple[Test, str]] = {}


def allow(rules: Rules) -> None:
    """Have the settings of a dialect be known."""
    _of_dialects.update(rules)


def known() -> Rules:
    """Return the rules of all settings."""
    return {**_RULES, **_of_dialects}


_LONGEST = timedelta(days=36_500)
_DURATION = "a timedelta, or a number of seconds, greater than zero and at most 100 years"


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
    "IDLE_TIMEOUT": (or_none(_is_duration), f"{_DURATION}, or None"),
    "ABSOLUTE_TIMEOUT": (or_none(_is_duration), f"{_DURATION}, or None"),
    "TOKEN_LIFETIME": (_is_duration, _DURATION),
    "REAUTHENTICATION_AGE": (or_none(_is_duration), f"{_DURATION}, or None"),
    "RETENTION": (_is_duration, _DURATION),
    "MAX_SESSIONS_PER_USER": (or_none(_is_count), "a whole number greater than zero, or None"),
    "LOCATION": (or_none(is_callable_path), "the dotted path of a callable, or None"),
    "ORGANIZATION": (or_none(is_callable_path), "the dotted path of a callable, or None"),
    "TOKEN_SIGN_IN": (or_none(is_callable_path), "the dotted path of a callable, or None"),
    "REAUTHENTICATORS": (_are_callable_paths, "a list of dotted paths of callables"),
    "TOKEN_PREFIX": (_is_prefix, "1 to 20 lower-case letters and digits"),
    "ON_LIMIT": (_one_of("end_oldest", "refuse"), "'end_oldest' or 'refuse'"),
    "ADOPT": (_one_of("lazy", "refuse"), "'lazy' or 'refuse'"),
    "STRICT": (_is_bool, "True or False"),
    "RECORD_IP": (lambda value: _is_bool(value) or value == "network", "True, False or 'network'"),
    "NEW_DEVICE_EMAIL": (_is_bool, "True or False"),
    "KNOWN_DEVICES": (_one_of("cookie", "client"), "'cookie' or 'client'"),
    "RECORD_USER_AGENT": (_is_bool, "True or False"),
}
