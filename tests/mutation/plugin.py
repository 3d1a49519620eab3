"""A plugin of pytest: ``--outcomes`` notes what becomes of each test, ``--chosen`` runs some of them."""

import json
import resource
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

MEMORY = 4 * 1024**3
"""How many bytes a process with a mutant may take."""

START_SECONDS, END_SECONDS = 180.0, 60.0
"""How long it may take to collect the tests, and to come to an end after the last one."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--outcomes", type=Path, help="write the seconds of each test that passes")
    parser.addoption("--chosen", type=Path, help="run these tests, in this order")


def pytest_configure(config: pytest.Config) -> None:
    outcomes, chosen = config.getoption("outcomes"), config.getoption("chosen")
    if outcomes and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Outcomes(outcomes))
    if chosen:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        config.pluginmanager.register(Chosen(json.loads(chosen.read_text())))


class Outcomes:
    """The tests that pass, and how long each takes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seconds: dict[str, float] = {}
        self._others: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._seconds[report.nodeid] = self._seconds.get(report.nodeid, 0.0) + report.duration
        if report.outcome != "passed" or hasattr(report, "wasxfail"):
            self._others.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        passed = {test: each for test, each in self._seconds.items() if test not in self._others}
        self._path.write_text(json.dumps(passed))


class Chosen:
    """Tests in their order, with the seconds that each may take.

    An alarm that nobody handles ends the process, wherever it hangs.
    """

    def __init__(self, limits: dict[str, float]) -> None:
        self._limits = limits
        self._order = {test: number for number, test in enumerate(limits)}
        signal.setitimer(signal.ITIMER_REAL, START_SECONDS)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        others = [item for item in items if item.nodeid not in self._order]
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item.nodeid in self._order]
        items.sort(key=lambda item: self._order[item.nodeid])

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        signal.setitimer(signal.ITIMER_REAL, self._limits[item.nodeid])
        result = yield
        signal.setitimer(signal.ITIMER_REAL, END_SECONDS)
        return result
