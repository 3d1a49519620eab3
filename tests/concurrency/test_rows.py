"""Two transactions that wait for each other, on a database that breaks such a deadlock."""

from threading import Barrier

import pytest
from django.db import OperationalError, connection, transaction

from sessions_api.lifecycle import rows
from sessions_api.models import Session
from tests.concurrency.threads import at_once
from tests.factories import SessionFactory


@pytest.fixture(autouse=True)
def _database(transactional_db):
    assert connection.vendor != "sqlite", "Set TEST_DATABASE to postgresql or mariadb."


def label_both(first, second, both_hold_one, attempts):
    """Label two rows in turn, and have both workers hold their first before they go on."""
    with transaction.atomic():
        attempts.append(first)
        Session.objects.filter(pk=first).update(label="one")
        if len(attempts) <= 2:
            both_hold_one.wait()
        Session.objects.filter(pk=second).update(label="two")


def workers(label):
    """Return two workers that label the same rows in opposite order, and a list of their tries."""
    one, other = (session.pk for session in SessionFactory.create_batch(2))
    both_hold_one = Barrier(2)
    attempts: list[object] = []
    calls = [
        lambda a=a, b=b: label(a, b, both_hold_one, attempts)
        for a, b in ((one, other), (other, one))
    ]
    return calls, attempts


def test_a_deadlock_makes_one_of_the_two_begin_again():
    calls, attempts = workers(rows.retried(label_both))
    at_once(*calls)
    assert len(attempts) == 3
    assert sorted(Session.objects.values_list("label", flat=True)) == ["one", "two"]


def test_within_a_transaction_of_the_callers_a_deadlock_is_raised():
    @transaction.atomic
    def label(*args):
        rows.retried(label_both)(*args)

    calls, attempts = workers(label)
    with pytest.raises(OperationalError):
        at_once(*calls)
    assert len(attempts) == 2
