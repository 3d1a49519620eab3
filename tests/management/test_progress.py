"""What the commands have in common: a progress bar, quiet, and the exit codes."""

import time
from contextlib import redirect_stderr
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from sessions_api.management.progress import BatchCommand, sessions
from tests.factories import SessionFactory, UserFactory
from tests.helpers import old_session
from tests.management.terminal import Terminal, said


@pytest.fixture
def session():
    return SessionFactory.create()


def test_progress_is_drawn_on_a_terminal_alone(session, capfd):
    with redirect_stderr(Terminal()) as terminal:
        assert said("end_sessions", all=True) == "1 session ended."
    assert "1/1" in terminal.getvalue()
    assert said("end_sessions", all=True) == "0 sessions ended."
    assert capfd.readouterr() == ("", "")


def test_it_is_quiet_where_quiet_is_asked_for(session):
    with redirect_stderr(Terminal()) as terminal:
        assert said("end_sessions", all=True, verbosity=0) == ""
    assert terminal.getvalue() == ""


class Counting(BatchCommand):
    """A command that counts to five in batches, and does what a test asks."""

    then: BaseException | None = None
    unfinished = 0

    def steps(self, *, dry_run):
        for batch in (2, 2, 1):
            self.tally["counted"] += batch
            yield batch
            if self.then is not None:
                raise self.then
        self.tally["unfinished"] = self.unfinished

    def report(self, *, dry_run):
        return f"{sessions(self.tally['counted'])} {'would be ' if dry_run else ''}counted."


def ran(command, **options):
    """Run a command, and return what it says."""
    command.stdout = StringIO()
    command.handle(**{"dry_run": False, "verbosity": 1, **options})
    return command.stdout.getvalue().strip()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "5 sessions counted."),
        ({"dry_run": True}, "5 sessions would be counted."),
        ({"verbosity": 0}, ""),
    ],
)
def test_a_command_says_what_it_has_done(options, expected):
    assert ran(Counting(), **options) == expected


def test_a_command_that_is_interrupted_says_what_is_done_and_exits_with_130():
    command = Counting()
    command.then = KeyboardInterrupt()
    with pytest.raises(CommandError, match=r"Interrupted\. 2 sessions counted\.") as error:
        ran(command)
    assert error.value.returncode == 130


def test_a_command_that_left_something_unfinished_says_so_and_exits_with_3():
    command = Counting()
    command.unfinished = 1
    with pytest.raises(CommandError, match="could not delete 1 session") as error:
        ran(command)
    assert error.value.returncode == 3


@pytest.mark.parametrize("rate", ["0", "-1", "nan", "inf"])
@pytest.mark.parametrize(
    "command", ["end_sessions", "purge_sessions", "reconcile_sessions", "adopt_sessions"]
)
def test_a_rate_that_is_no_rate_is_an_error_that_names_the_option(session, command, rate):
    with pytest.raises(CommandError, match=r"^--rate: "):
        call_command(command, f"--rate={rate}")
    session.refresh_from_db()
    assert session.ended_at is None


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("end_sessions", {"all": True}),
        ("purge_sessions", {}),
        ("reconcile_sessions", {"grace": 0, "force": True}),
        ("adopt_sessions", {}),
    ],
)
def test_a_command_takes_no_more_a_second_than_its_rate(command, options, monkeypatch):
    rests: list[float] = []
    monkeypatch.setattr(time, "sleep", rests.append)
    long_ago = timezone.now() - timedelta(days=100)
    made = {"purge_sessions": {"ended_at": long_ago}}.get(command, {})
    if command == "adopt_sessions":
        for _ in range(4):
            old_session(UserFactory.create())
    else:
        SessionFactory.create_batch(4, **made)
    begun = time.monotonic()
    said(command, rate=20, **options)
    # Nothing waits after the last one.
    assert sum(rests) + time.monotonic() - begun >= 3 / 20


def test_an_error_of_a_batch_is_raised():
    command = Counting()
    command.then = RuntimeError("The database is down.")
    with pytest.raises(RuntimeError, match=r"The database is down\."):
        ran(command)


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 sessions"), (1, "1 session"), (2, "2 sessions")]
)
def test_sessions_are_counted_in_words(number, words):
    assert sessions(number) == words
