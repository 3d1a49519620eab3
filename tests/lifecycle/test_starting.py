"""How the row of a login starts: unbound at first, bound once the browser gets the session."""

from uuid import UUID

import pytest

from sessions_api import credentials, engines, lifecycle, payload, validity
from sessions_api.exceptions import SessionLimitReached
from sessions_api.lifecycle import starting
from sessions_api.models import Client, EndReason, Session
from sessions_api.signals import session_started
from tests.factories import SessionFactory, UserFactory
from tests.helpers import FIREFOX, signed_in, use_engine

pytestmark = pytest.mark.django_db(transaction=True)

CLIENT = Client("192.0.2.1", FIREFOX)


@pytest.fixture
def store():
    """Return an engine session that a login has just written."""
    store = engines.store_class()()
    store["_auth_user_id"] = "1"
    return store


def bound(user, store):
    """Return a session whose browser has got it."""
    session = starting.start(store, user, client=CLIENT)
    assert session.organization_id == ""
    store.save()
    assert starting.bind(session, store)
    return session


def test_a_login_gets_a_row_that_its_payload_names_and_that_is_not_active_yet(alice, store):
    session = starting.start(store, alice, client=CLIENT, organization="acme")
    row = Session.objects.get()
    assert (row.pk, row.user, row.organization_id) == (session.pk, alice, "acme")
    assert store[payload.ID_KEY] == str(row.pk)
    assert row.created_at == row.last_used
    assert row.authenticated_at is None
    assert (row.ip_address, row.last_ip_address, row.user_agent) == (
        "192.0.2.1",
        "192.0.2.1",
        FIREFOX,
    )
    assert row.browser == "Firefox 157"
    assert row.expires_at is None
    assert row.key_digest is None
    assert validity.active_sessions(alice) == []


def test_a_login_that_is_bound_has_the_key_and_the_expiry_of_its_engine_session(alice, store):
    bound(alice, store)
    row = Session.objects.get()
    assert row.key_digest == credentials.digest(store.session_key)
    assert credentials.unseal(row.sealed_key) == store.session_key
    assert row.expires_at is not None


def test_the_payload_says_how_the_user_was_recognised(alice, store):
    starting.start(store, alice, client=CLIENT, method="password")
    assert payload.assurance(store).methods == "password"


@pytest.mark.parametrize(
    ("method", "is_proof"), [("password", True), ("remote_user", False), ("", False)]
)
def test_a_login_is_a_proof_where_something_was_checked(alice, store, method, is_proof):
    session = starting.start(store, alice, client=CLIENT, method=method)
    store.save()
    starting.bind(session, store)
    row = Session.objects.get()
    assert row.methods == method
    assert row.authenticated_at == (row.created_at if is_proof else None)


def test_a_package_may_say_after_the_login_who_has_signed_in(alice, store):
    root = UserFactory.create()
    session = starting.start(store, alice, client=CLIENT, method="password")
    store["hijack_history"] = [str(root.pk)]
    store["_auth_user_id"] = str(alice.pk)
    store.save()
    starting.bind(session, store)
    row = Session.objects.get()
    assert (row.methods, row.aal, row.authenticated_at) == ("", None, None)
    assert (row.impersonator, row.acting_as) == (root, alice)


def test_a_login_whose_row_a_rollback_has_removed_is_inserted_again(alice, store):
    session = starting.start(store, alice, client=CLIENT)
    store.save()
    Session.objects.all().delete()
    assert starting.bind(session, store)
    assert Session.objects.get().pk == session.pk


def test_a_login_that_has_ended_meanwhile_is_not_bound(alice, store):
    session = starting.start(store, alice, client=CLIENT)
    store.save()
    lifecycle.end_all(alice)
    assert not starting.bind(session, store)
    assert Session.objects.get().end_reason == EndReason.REVOKED


def test_a_login_whose_user_is_gone_is_not_bound(alice, store):
    session = starting.start(store, alice, client=CLIENT)
    store.save()
    type(alice).objects.all().delete()
    assert not starting.bind(session, store)
    assert not Session.objects.exists()


def test_a_login_that_a_receiver_ends_is_not_bound(alice, store):
    def end(session, **kwargs):
        lifecycle.end(session)

    session = starting.start(store, alice, client=CLIENT)
    store.save()
    session_started.connect(end)
    try:
        assert not starting.bind(session, store)
    finally:
        session_started.disconnect(end)


def test_a_login_that_never_reached_its_browser_is_discarded(alice, store):
    session = starting.start(store, alice, client=CLIENT)
    starting.discard(session)
    assert not Session.objects.exists()


def test_what_is_bound_is_not_discarded(alice, store):
    starting.discard(bound(alice, store))
    assert Session.objects.exists()


def test_a_login_beyond_the_limit_gets_no_row_and_no_name_in_its_payload(alice, store, settings):
    signed_in(alice)
    settings.SESSIONS_API = {"MAX_SESSIONS_PER_USER": 1, "ON_LIMIT": "refuse"}
    with pytest.raises(SessionLimitReached):
        starting.start(store, alice, client=CLIENT)
    assert Session.objects.count() == 1
    assert payload.ID_KEY not in store


def test_on_signed_cookies_the_same_login_goes_on_in_another_row(alice, settings):
    use_engine(settings, "signed_cookies")
    session = bound(alice, engines.store_class()())
    first_id, expires_at = session.pk, session.expires_at
    assert starting.start_again(session)
    assert isinstance(session.pk, UUID)
    assert session.pk != first_id
    assert session.expires_at == expires_at
    assert Session.objects.get(pk=session.pk).expires_at is None  # until it is bound
    assert Session.objects.filter(pk=first_id).exists()


def test_what_has_ended_does_not_start_again(alice):
    session, other = SessionFactory.create_batch(2, user=alice)
    lifecycle.end(session)
    assert not starting.start_again(session)
    assert set(Session.objects.all()) == {session, other}
