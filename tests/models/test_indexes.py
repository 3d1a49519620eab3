"""The indexes of the table, on each database."""

import pytest
from django.db import connection, models
from django.utils import timezone

from sessions_api.models import Session
from tests.factories import SessionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_every_index_is_there():
    with connection.cursor() as cursor:
        made = connection.introspection.get_constraints(cursor, Session._meta.db_table)
    assert {index.name for index in Session._meta.indexes} <= made.keys()


def test_no_database_warns_of_the_model():
    assert Session.check(databases=["default"]) == []


def test_an_index_outlives_its_migration():
    for index in Session._meta.indexes:
        path, arguments, named = index.deconstruct()
        kind = getattr(models, path.rpartition(".")[2], type(index))
        assert kind(*arguments, **named) == index


@pytest.mark.parametrize(
    ("is_ended", "sealed_key", "is_pending"),
    [(True, b"x", True), (True, b"", False), (False, b"x", False), (False, b"", False)],
)
def test_an_end_is_pending_while_the_engine_may_hold_the_session(is_ended, sealed_key, is_pending):
    ended_at = timezone.now() if is_ended else None
    session = SessionFactory.create(ended_at=ended_at, sealed_key=sealed_key)
    assert Session.objects.get(pk=session.pk).end_is_pending is is_pending
    assert Session.objects.unfinished().exists() is is_pending
    Session.objects.update(ended_at=timezone.now(), sealed_key=b"y")
    assert Session.objects.unfinished().exists()
    Session.objects.update(sealed_key=b"")
    assert not Session.objects.unfinished().exists()
