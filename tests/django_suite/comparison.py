"""What Django's tests say of us that they do not say of plain Django."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.django_suite.outcome import Outcome
from tests.django_suite.suite import SUITES


@dataclass(frozen=True)
class Comparison:
    """The outcomes of both runs, and the tests that are expected to fail with us."""

    plain: Outcome
    ours: Outcome
    expected: set[str]

    @property
    def new_failures(self) -> set[str]:
        """Return the tests that pass with plain Django only."""
        return {*self.plain.passed} - {*self.ours.passed}

    def problems(self) -> Iterator[str]:
        """Yield what is wrong, in words."""
        for suite in SUITES:
            if not any(test.startswith(f"{suite}.") for test in self.plain.passed):
                yield f"{suite}: no test of it passes, even with plain Django.\n"
        for test in sorted(self.new_failures - self.expected):
            yield f"{test} passes with plain Django only:\n{self.ours.explain(test)}"
        for test in sorted(self.expected - self.new_failures):
            yield f"{test} no longer fails with us only. Take it out of expected.py.\n"
