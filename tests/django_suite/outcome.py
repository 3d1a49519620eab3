"""What became of each test in one run of Django's tests."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass
class Outcome:
    """The tests that passed, and what the others have to say."""

    passed: list[str] = field(default_factory=list)
    tracebacks: dict[str, str] = field(default_factory=dict)
    """By the name of a test, or by ``setUpClass (path.of.Class)`` for all tests of a class."""

    def add_traceback(self, name: str, traceback: str) -> None:
        """Note why a test failed. A test with subtests may do so several times."""
        self.tracebacks[name] = self.tracebacks.get(name, "") + traceback

    def explain(self, test: str) -> str:
        """Return why a test did not pass."""
        of_its_class = f"setUpClass ({test.rpartition('.')[0]})"
        found = self.tracebacks.get(test) or self.tracebacks.get(of_its_class)
        return found or "It was skipped, or it did not run."

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)))

    @classmethod
    def read(cls, path: Path) -> "Outcome":
        return cls(**json.loads(path.read_text()))
