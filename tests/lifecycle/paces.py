"""How fast tests have work on the whole table go."""

from sessions_api.lifecycle.pace import Pace


class OneByOne(Pace):
    """A pace that takes one row at a time, and notes after how many it was to rest."""

    def __init__(self):
        super().__init__()
        self.rests: list[int] = []

    def size(self, most):
        return 1

    def rest(self, rows, seconds):
        self.rests.append(rows)
