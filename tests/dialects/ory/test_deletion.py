"""Sessions deleted in the sense of the vendors: ended, and spoken of no more, but not forgotten."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from sessions_api import lifecycle
from sessions_api.dialects.ory.deletion import delete_many
from sessions_api.lifecycle import ending
from sessions_api.models import EndReason, Session
from sessions_api.signals import session_ended
from tests.dialects.callers import Browser, TokenClient, change
from tests.factories import SessionFactory, UserFactory
from tests.helpers import engine_rows, later

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def heard():
    """Return what is told of ends: the id and the reason of each."""
    ends: list[tuple[str, str]] = []

    def hear(sender, session, reason, **kwargs):
        ends.append((str(session.pk), reason))

    session_ended.connect(hear)
    yield ends
    session_ended.disconnect(hear)


def delete(user, **kwargs):
    return delete_many(Session.objects.for_user(user), **kwargs)


def test_deleted_sessions_are_over_for_good(alice, heard):
    staff, bobs = UserFactory.create(), Browser(UserFactory.create())
    clients = [Browser(alice), TokenClient(alice), Browser(alice)]
    assert delete(alice, by=staff) == 3
    assert [client.user_name for client in clients] == ["", "", ""]
    for client in clients:
        row = client.row
        assert (row.end_reason, row.ended_by, row.sealed_key) == (EndReason.DELETED, staff, b"")
    assert set(heard) == {(client.pk, EndReason.DELETED) for client in clients}
    assert [str(row.pk) for row in Session.objects.not_ended()] == [bobs.pk]
    assert engine_rows().count() == 1


def test_a_login_on_its_way_to_its_browser_is_deleted_too(alice):
    pending = SessionFactory.create(user=alice, expires_at=None)
    assert delete(alice) == 1
    pending.refresh_from_db()
    assert pending.end_reason == EndReason.DELETED


def test_what_had_ended_before_says_deleted_and_keeps_when_and_by_whom(alice, heard):
    bob, browser = UserFactory.create(), Browser(alice)
    lifecycle.end(browser.row, by=bob, reason=EndReason.LIMIT)
    before = browser.row
    heard.clear()
    with later(minutes=5):
        assert delete(alice, by=alice) == 1
        now = timezone.now()
    row = browser.row
    assert row.end_reason == EndReason.DELETED
    assert (row.ended_at, row.ended_by) == (before.ended_at, bob)
    assert row.updated_at == now
    assert heard == []


def test_what_is_over_by_itself_is_deleted(alice):
    browser = Browser(alice)
    change(browser.row, expires_at=timezone.now() - timedelta(days=1))
    assert delete(alice) == 1
    assert browser.row.end_reason == EndReason.DELETED


def test_what_is_deleted_is_not_deleted_again(alice, heard):
    Browser(alice)
    assert delete(alice) == 1
    before = list(Session.objects.values())
    heard.clear()
    assert delete(alice) == 0
    assert list(Session.objects.values()) == before
    assert heard == []


def test_sessions_are_deleted_in_batches(alice, monkeypatch):
    monkeypatch.setattr(ending, "BATCH", 2)
    for number in range(9):
        token = TokenClient(alice)
        if number % 2:
            lifecycle.end(token.row)
    assert delete(alice) == 9
    assert set(Session.objects.values_list("end_reason")) == {(EndReason.DELETED,)}


def test_a_deletion_that_is_rolled_back_deletes_nothing(alice, heard):
    browser, token = Browser(alice), TokenClient(alice)
    lifecycle.end(token.row)
    heard.clear()

    def delete_and_fail():
        with transaction.atomic():
            delete(alice)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        delete_and_fail()
    assert browser.user_name == "alice"
    assert token.row.end_reason == EndReason.REVOKED
    assert heard == []


def test_the_rows_stay_until_they_are_purged(alice):
    Browser(alice)
    delete(alice)
    assert lifecycle.purge() == 0
    assert Session.objects.count() == 1
    assert lifecycle.purge(timezone.now() + timedelta(days=91)) == 1
