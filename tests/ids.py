"""Names of parameters, for values that pytest would number: ``fields0``, ``value3``."""

from datetime import date, timedelta
from uuid import UUID

NUMBERED = (dict, list, tuple, set, frozenset, date, timedelta, UUID)

AT_MOST = 60


def in_words(value: object) -> str:
    """Return a value as a short line of ASCII."""
    text = _in_words(value)
    return text if len(text) <= AT_MOST else f"{text[:20]}...{text[-20:]} ({len(text)} characters)"


def _in_words(value: object) -> str:
    match value:
        case dict():
            pairs = (f"{_in_words(key)}={_in_words(part)}" for key, part in value.items())
            return ",".join(pairs) or "nothing"
        case set() | frozenset():
            return "+".join(sorted(map(_in_words, value))) or "none"
        case list() | tuple():
            return "+".join(map(_in_words, value)) or "none"
        case str():
            return ascii(value)[1:-1]
        case date() | timedelta() | UUID():
            return str(value)
        case _:
            return ascii(getattr(value, "__name__", value)).strip("'")
