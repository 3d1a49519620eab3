"""How an engine session whose sign-in was not seen gets a row."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sessions_api import engines, payload
from sessions_api.lifecycle import adopting
from sessions_api.models import Client, EndReason, Session
from tests.factories import UserFactory
from tests.helpers import FIREFOX, old_session

pytestmark = pytest.mark.django_db(transaction=True)

CLIENT = Client("192.0.2.1", FIREFOX)


@pytest.fixture
def store(alice):
    """Return the engine session of a browser that signed in before the installation."""
    return old_session(alice).session


def held():
    """Return all that the engine holds."""
    return [each for page in engines.each(lambda: 100) for each in page]


def test_an_adopted_session_says_so_and_does_not_know_when_it_was_authenticated(alice, store):
    row = adopting.adopt(store, alice, CLIENT)
    assert row is not None
    assert row == Session.objects.get()
    assert row.adopted
    assert row.authenticated_at is None
    assert (row.user, row.ip_address, row.user_agent) == (alice, "192.0.2.1", FIREFOX)
    assert store[payload.ID_KEY] == str(row.pk)


def test_the_same_session_gets_the_same_row_however_often_it_is_adopted(alice, store):
    again = engines.store_class()(store.session_key)
    first, second = adopting.adopt(store, alice, CLIENT), adopting.adopt(again, alice, CLIENT)
    assert first == second
    assert Session.objects.count() == 1


def test_an_adopted_session_that_is_over_is_given_as_it_is(alice, store):
    adopting.adopt(store, alice, CLIENT)
    Session.objects.update(ended_at=timezone.now(), end_reason=EndReason.REVOKED)
    again = adopting.adopt(engines.store_class()(store.session_key), alice, CLIENT)
    assert again is not None
    assert again.end_reason == EndReason.REVOKED


def test_a_site_that_refuses_old_sessions_adopts_none(alice, store, settings):
    settings.SESSIONS_API = {"ADOPT": "refuse"}
    assert adopting.adopt(store, alice, CLIENT) is None
    assert payload.ID_KEY not in store
    assert not Session.objects.exists()


def test_an_adopted_row_that_a_rollback_has_removed_is_inserted_again(alice, store):
    row = adopting.adopt(store, alice, CLIENT)
    assert row is not None
    Session.objects.all().delete()
    adopting.keep(row)
    assert Session.objects.get() == row
    adopting.keep(row)
    assert Session.objects.count() == 1


def test_an_adopted_row_that_went_with_its_user_stays_gone(alice, store):
    row = adopting.adopt(store, alice, CLIENT)
    assert row is not None
    type(alice).objects.all().delete()
    adopting.keep(row)
    assert not Session.objects.exists()


def test_of_many_those_are_adopted_that_would_authenticate_a_request(alice):
    gone = UserFactory.create()
    old_session(alice)
    old_session(alice)
    old_session(gone)
    gone.delete()
    assert adopting.adopt_many(held(), dry_run=True) == 2
    assert not Session.objects.exists()
    assert adopting.adopt_many(held()) == 2
    assert adopting.adopt_many(held()) == 0
    assert set(Session.objects.values_list("user", "adopted")) == {(alice.pk, True)}
    assert all(payload.ID_KEY not in each.payload for each in held())


def test_what_the_engine_holds_is_not_read_again(alice):
    old_session(alice)
    sessions = held()
    with CaptureQueriesContext(connection) as queries:
        adopting.adopt_many(sessions)
    assert queries
    assert not [query for query in queries if "django_session" in query["sql"]]
