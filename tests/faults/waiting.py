"""Waiting for what is going to be so, and no longer than it may take."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

STEP = 0.05


def eventually(is_so: Callable[[], object], *, within: float) -> None:
    """Return once something is so. Fail when it is not ``within`` so many seconds."""
    deadline = time.monotonic() + within
    while not is_so():
        assert time.monotonic() < deadline, f"It is not so within {within} seconds."
        time.sleep(STEP)


def until(moment: datetime) -> None:
    """Return once a moment, at most a minute ahead, has passed."""
    eventually(lambda: datetime.now(UTC) >= moment, within=60)
