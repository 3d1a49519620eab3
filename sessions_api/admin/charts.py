"""What the overview draws: bars of SVG, whose numbers stand in tables beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sessions_api.admin.figures import Day

HEIGHT = 120
SLOT = 28
"""How wide a day is. Two bars stand in it."""
BAR = 11


class Bar(NamedTuple):
    x: int
    y: int
    height: int


class DaysChart(NamedTuple):
    """The sign-ins and ends of some days. All numbers are below 1000: no locale writes them apart."""

    width: int
    height: int
    bar: int
    most: int
    """What the highest bar stands for."""
    sign_ins: list[Bar]
    ends: list[Bar]

    @classmethod
    def of(cls, days: Sequence[Day]) -> "DaysChart":
        most = max(max(day.sign_ins or 0, day.ends or 0) for day in days)

        def bars(values: Sequence[int | None], offset: int) -> list[Bar]:
            heights = [_share(value or 0, most, HEIGHT) for value in values]
            return [
                Bar(number * SLOT + offset, HEIGHT - height, height)
                for number, height in enumerate(heights)
            ]

        return cls(
            width=len(days) * SLOT,
            height=HEIGHT,
            bar=BAR,
            most=most,
            sign_ins=bars([day.sign_ins for day in days], 2),
            ends=bars([day.ends for day in days], 3 + BAR),
        )


@dataclass(frozen=True, slots=True)
class Share:
    """One line of a list of shares."""

    name: str
    count: int
    percent: int


def shares(counts: Sequence[tuple[str, int]]) -> list[Share]:
    """Return how large a part of their sum each count is."""
    total = sum(count for _, count in counts)
    return [Share(name, count, _share(count, total, 100)) for name, count in counts]


def _share(part: int, whole: int, length: int) -> int:
    """Return how long a part is where the whole has a length. What is not nothing can be seen."""
    return max(1, round(part * length / whole)) if part else 0
