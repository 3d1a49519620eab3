"""Log lines for what may happen at every request: one a minute, so that the log stays readable."""

import logging
import sys
import time

INTERVAL = 60
"""For how many seconds a process does not say the same thing again."""

_said: dict[tuple[str, str], float] = {}


def warn_once_a_minute(logger: logging.Logger, message: str, *args: object) -> None:
    """Log a warning, with the error in hand, unless this process has done so a minute ago.

    Two warnings are the same when their logger and ``message`` are, whatever ``args``.
    """
    now = time.monotonic()
    said = _said.get((logger.name, message))
    if said is None or now - said >= INTERVAL:
        _said[logger.name, message] = now
        logger.warning(message, *args, exc_info=sys.exc_info()[0] is not None)


def clear() -> None:
    """Say everything again, as a process that has just started."""
    _said.clear()
