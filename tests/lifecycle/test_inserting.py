"""Many rows are inserted at once, but for those that are there already."""

import pytest
from django.utils import timezone

from sessions_api.lifecycle.inserting import insert_new
from sessions_api.models import Session
from tests.factories import SessionFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("bystander")]


def test_rows_whose_id_or_key_is_there_already_are_left_as_they_are(alice):
    there = SessionFactory.create(user=alice, label="mine", key_digest=b"k")
    same_id = SessionFactory.build(user=alice, id=there.pk, label="another")
    same_key = SessionFactory.build(user=alice, key_digest=b"k", label="another")
    new = SessionFactory.build(user=alice)
    assert insert_new([same_id, same_key, new]) == {new.pk}
    rows = Session.objects.for_user(alice).values_list("pk", "label")
    assert set(rows) == {(there.pk, "mine"), (new.pk, "")}


def test_a_row_is_inserted_with_all_that_it_says(alice):
    ended = SessionFactory.build(user=alice, ended_at=timezone.now(), methods="password", aal=1)
    live = SessionFactory.build(user=alice, ip_address="203.0.113.7", sealed_key=b"sealed")
    assert insert_new([ended, live]) == {ended.pk, live.pk}
    for built in (ended, live):
        row = Session.objects.get(pk=built.pk)
        assert row.updated_at >= built.created_at
        for field in ("user_id", "created_at", "ended_at", "methods", "aal", "ip_address"):
            assert getattr(row, field) == getattr(built, field)
        assert bytes(row.sealed_key) == built.sealed_key


def test_nothing_is_inserted_of_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert insert_new([]) == set()
