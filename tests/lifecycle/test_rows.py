"""How rows are written: one by one and in sets, and never one that has ended."""

from datetime import timedelta

import pytest
from django.db import OperationalError, transaction
from django.utils import timezone

from sessions_api import credentials, engines, payload
from sessions_api.client.location import Location
from sessions_api.lifecycle import rows
from sessions_api.models import Client, Session
from tests.factories import SessionFactory
from tests.helpers import FIREFOX, store_of, use_engine

pytestmark = pytest.mark.django_db(transaction=True)


class Deadlock(OperationalError):
    """What MariaDB says when two transactions wait for each other."""

    def __init__(self):
        super().__init__(1213, "Deadlock found when trying to get lock")


def failing(times, error):
    """Return a function that fails so often before it succeeds, and the list of its calls."""
    calls: list[int] = []

    @rows.retried
    def write():
        calls.append(1)
        if len(calls) <= times:
            raise error
        return "written"

    return write, calls


def test_what_has_ended_is_not_changed():
    live, ended = SessionFactory.create(), SessionFactory.create(ended_at=timezone.now())
    assert rows.update(Session.objects.all(), {"label": "new"}) == 1
    assert Session.objects.get(pk=live.pk).label == "new"
    assert Session.objects.get(pk=ended.pk).label == ""


def test_a_change_moves_the_time_of_the_last_change():
    session = SessionFactory.create()
    rows.update(Session.objects.all(), {"label": "new"})
    assert Session.objects.get().updated_at > session.updated_at


@pytest.mark.parametrize("size", [1, 2, 3, 5, 6, 100])
def test_a_set_of_any_size_comes_in_batches_in_order_of_id(size):
    expected = sorted(session.pk for session in SessionFactory.create_batch(5))
    batches = list(rows.batches(Session.objects.all(), size))
    assert [pk for batch in batches for pk in batch] == expected
    assert all(len(batch) == size for batch in batches[:-1])
    assert all(batches)


def test_an_empty_set_has_no_batch():
    assert list(rows.batches(Session.objects.all(), 10)) == []


@pytest.mark.parametrize("skip_locked", [True, False])
def test_rows_that_nobody_else_has_locked_are_locked(skip_locked, bystander):
    pks = sorted(session.pk for session in SessionFactory.create_batch(3))
    with transaction.atomic():
        assert rows.lock(pks, using="default", skip_locked=skip_locked) == pks


def test_a_deadlock_has_the_transaction_tried_again():
    write, calls = failing(2, Deadlock())
    assert write() == "written"
    assert len(calls) == 3


def test_a_deadlock_without_an_end_is_raised():
    write, calls = failing(rows.ATTEMPTS, Deadlock())
    with pytest.raises(Deadlock):
        write()
    assert len(calls) == rows.ATTEMPTS


def test_a_deadlock_inside_a_transaction_of_the_callers_is_raised():
    write, calls = failing(1, Deadlock())
    with pytest.raises(Deadlock), transaction.atomic():
        write()
    assert len(calls) == 1


def test_any_other_error_of_the_database_is_raised():
    write, calls = failing(1, OperationalError(2006, "The server has gone away."))
    with pytest.raises(OperationalError):
        write()
    assert len(calls) == 1


def test_a_row_records_the_client_that_signed_in():
    fields = rows.begun_by(Client("192.0.2.1", FIREFOX), Location("FR", "Rhône", "Lyon"))
    assert fields == {
        "user_agent": FIREFOX,
        "device_type": "desktop",
        "browser": "Firefox 157",
        "os": "Linux",
        "device": "",
        "ip_address": "192.0.2.1",
        "last_ip_address": "192.0.2.1",
        "country": "FR",
        "location": "Lyon, FR",
    }


def test_a_row_holds_the_key_of_its_engine_session_as_a_digest_and_sealed(engine):
    store = engines.store_class()()
    store["count"] = 1
    store.save()
    fields = rows.bound_to(store)
    if engine == "signed_cookies":  # where the key is the whole credential
        assert not fields.keys() & {"key_digest", "sealed_key"}
    else:
        assert store.session_key is not None
        assert fields["key_digest"] == credentials.digest(store.session_key)
        assert credentials.unseal(fields["sealed_key"]) == store.session_key
    assert fields["cookie_is_due"] is False


@pytest.mark.parametrize(
    ("minutes", "limit", "is_known"),
    [(10, None, True), (10, 11, True), (10, 10, False), (10, 1, False), (0, 1, True)],
)
def test_what_was_proved_longer_ago_than_a_session_may_last_is_no_proof(
    settings, minutes, limit, is_known
):
    now = timezone.now()
    proved = now - timedelta(minutes=minutes)
    if limit is not None:
        settings.SESSIONS_API = {"ABSOLUTE_TIMEOUT": timedelta(minutes=limit)}
    # What allauth has recorded of an earlier proof, where the sign-in itself has proved nothing.
    content = {
        payload.METHOD_KEY: "",
        "account_authentication_methods": [{"method": "code", "at": proved.timestamp()}],
    }
    found = rows.proved_at_sign_in(store_of(content), now)
    assert found == (proved if is_known else None)


@pytest.mark.parametrize("acting_as_id", [None, 1])
def test_who_acts_as_somebody_else_proves_nothing(acting_as_id):
    hour_ago = timezone.now() - timedelta(hours=1)
    session = SessionFactory.create(created_at=hour_ago, authenticated_at=hour_ago)
    told = payload.NOTHING._replace(methods="totp", acting_as_id=acting_as_id)
    now = timezone.now()
    proof = rows.of_proof(session, store_of({}), told, at=now.timestamp())
    assert proof == ({"authenticated_at": now} if acting_as_id is None else {})


def test_a_session_that_ends_with_its_browser_is_noted_as_one(settings):
    use_engine(settings, "db")
    store = engines.store_class()()
    store.set_expiry(0)
    store.save()
    assert rows.bound_to(store)["ends_with_browser"] is True
