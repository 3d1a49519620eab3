"""A test runner that records the outcome of each test."""

from typing import Any
from unittest import TestCase, TestSuite, TextTestResult

from django.test.runner import DiscoverRunner

from tests.django_suite.expected import is_expected
from tests.django_suite.outcome import Outcome

NO_REQUESTS = "auth_tests.test_hashers."
"""Tests that hash passwords, and never see a request. They take half the time of all."""


class Recorder(TextTestResult):
    """Notes each test in ``outcome``."""

    outcome = Outcome()

    def addSuccess(self, test: TestCase) -> None:
        super().addSuccess(test)
        self.outcome.passed.append(test.id())

    def addError(self, test: TestCase, err: Any) -> None:
        super().addError(test, err)
        self._note(test, err)

    def addFailure(self, test: TestCase, err: Any) -> None:
        super().addFailure(test, err)
        self._note(test, err)

    def addSubTest(self, test: TestCase, subtest: TestCase, err: Any) -> None:
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._note(test, err)

    def _note(self, test: TestCase, err: Any) -> None:
        self.outcome.add_traceback(test.id(), self._exc_info_to_string(err, test))  # type: ignore[attr-defined]  # the stubs leave it out


class Runner(DiscoverRunner):
    """Django's runner, without the tests that see no request, and in an order of its own.

    The tests that are expected to fail come last: where one of them stops, it may leave a receiver
    connected, and the tests after it would fail, too.
    """

    def get_resultclass(self) -> type[TextTestResult]:
        return Recorder

    def build_suite(self, *args: Any, **kwargs: Any) -> TestSuite:
        suite: Any = super().build_suite(*args, **kwargs)
        tests = [test for test in suite if not test.id().startswith(NO_REQUESTS)]
        tests.sort(key=lambda test: is_expected(test.id()))
        return TestSuite(tests)
