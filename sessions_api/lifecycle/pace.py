"""How fast work on the whole table goes: how large its batches are, and how long it rests after each.

A site that is served from the same database has to wait where a batch keeps the disk or a processor
busy. So batches are short, and the database has as long for the site as it has worked for us.
"""

import time

SECONDS = 0.1
"""How long a batch may take."""

REST = 1.0
"""For how much of the time that a batch has taken nothing is done after it."""

SMALLEST = 50
"""How many rows a batch has at least, if no rate says less: each has a price of its own."""


class Pace:
    """The pace of one command. ``rate`` is how many rows a second it takes at most."""

    def __init__(self, rate: float | None = None) -> None:
        self._rate = rate
        self._a_second: float | None = None

    def size(self, most: int) -> int:
        """Return how many rows the next batch is to have, ``most`` at most."""
        size = most
        if self._a_second is not None:
            size = min(size, max(SMALLEST, int(self._a_second * SECONDS)))
        if self._rate is not None:
            size = min(size, max(1, int(self._rate * SECONDS)))
        return size

    def pause(self, rows: int, seconds: float) -> float:
        """Return for how many seconds to rest after a batch that has taken so long."""
        if seconds > 0:
            self._a_second = rows / seconds
        pause = seconds * REST
        return pause if self._rate is None else max(pause, rows / self._rate - seconds)

    def rest(self, rows: int, seconds: float) -> None:
        """Rest after a batch that has taken so long."""
        if pause := self.pause(rows, seconds):
            time.sleep(pause)


class FullSpeed(Pace):
    """Large batches without a rest."""

    def size(self, most: int) -> int:
        return most

    def pause(self, rows: int, seconds: float) -> float:
        return 0.0


FULL_SPEED = FullSpeed()
