"""``purge_sessions``: the rows it deletes, and that nothing comes back with them."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from sessions_api.lifecycle import maintenance
from sessions_api.models import Session
from tests.factories import SessionFactory
from tests.management.terminal import everything, interrupted, said

LONG_AGO = timezone.now() - timedelta(days=91)


def test_rows_are_purged_after_the_retention():
    SessionFactory.create_batch(2, ended_at=LONG_AGO)
    SessionFactory.create(expires_at=LONG_AGO)
    kept = SessionFactory.create()
    assert said("purge_sessions") == "3 sessions purged."
    assert Session.objects.get() == kept
    assert said("purge_sessions") == "0 sessions purged."


def test_a_dry_run_says_how_many_and_writes_nothing():
    SessionFactory.create(ended_at=LONG_AGO)
    before = everything()
    assert said("purge_sessions", dry_run=True) == "1 session would be purged."
    assert everything() == before


def test_an_interrupted_run_is_completed_by_the_next(monkeypatch):
    monkeypatch.setattr(maintenance, "PURGE_BATCH", 2)
    SessionFactory.create_batch(5, ended_at=LONG_AGO)
    with (
        interrupted(at=2, statement="DELETE"),
        pytest.raises(CommandError, match=r"^Interrupted\. 2 sessions purged\.") as error,
    ):
        call_command("purge_sessions")
    assert error.value.returncode == 130
    assert said("purge_sessions") == "3 sessions purged."
    assert not Session.objects.exists()
