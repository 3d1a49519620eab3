"""Log lines that come once a minute."""

import logging

import pytest

from sessions_api import logs

logger = logging.getLogger("sessions_api.test")


@pytest.fixture(autouse=True)
def _nothing_was_said():
    logs.clear()


def warn(number):
    logs.warn_once_a_minute(logger, "%d sessions could not be read.", number)


def test_the_same_warning_comes_once_whatever_its_numbers(caplog):
    warn(1)
    warn(2)
    assert caplog.messages == ["1 sessions could not be read."]


def test_another_warning_and_another_logger_are_not_the_same(caplog):
    warn(1)
    logs.warn_once_a_minute(logger, "Another.")
    logs.warn_once_a_minute(logging.getLogger("sessions_api.other"), "Another.")
    assert len(caplog.messages) == 3


def test_once_the_interval_is_over_it_comes_again(caplog, monkeypatch):
    warn(1)
    monkeypatch.setattr(logs, "INTERVAL", 0)
    warn(2)
    assert len(caplog.messages) == 2


def test_the_error_in_hand_is_told(caplog):
    try:
        raise ValueError("torn")
    except ValueError:
        warn(1)
    assert "ValueError: torn" in caplog.text
    logs.clear()
    warn(1)
    assert caplog.records[-1].exc_info in (None, False)
