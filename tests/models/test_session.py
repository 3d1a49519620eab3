"""The row: what it holds, what goes with it, and what it never says."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from sessions_api import credentials
from sessions_api.models import Kind, Session
from tests.factories import SessionFactory, UserFactory
from tests.secrecy import forms

KEY = "0123456789abcdefghijklmnopqrstuv"
AUTH_HASH = "an-auth-hash-that-nobody-sees"

pytestmark = pytest.mark.django_db


def bound_session(**kwargs):
    """Return a session as it is stored when a browser has it."""
    return SessionFactory.create(
        key_digest=credentials.digest(KEY),
        sealed_key=credentials.seal(KEY),
        auth_digest=credentials.digest(AUTH_HASH),
        backend="django.contrib.auth.backends.ModelBackend",
        **kwargs,
    )


def secrets_of(session):
    kept = (KEY, AUTH_HASH, session.key_digest, session.sealed_key, session.auth_digest)
    return [form for secret in kept for form in forms(secret)]


@pytest.mark.parametrize("label", ["", "Work laptop"])
def test_nothing_usable_as_a_credential_is_in_its_texts(label):
    session = bound_session(label=label)
    same = Session.objects.get(pk=session.pk)
    texts = [str(session), repr(session), f"{session}", repr(Session.objects.all()), repr([same])]
    for secret in secrets_of(session):
        assert all(secret not in text for text in texts)
        assert all(secret[:12] not in text for text in texts)


def test_a_session_is_called_by_its_label_or_else_by_its_id():
    session = SessionFactory.create()
    assert str(session) == str(session.pk)
    session.label = "Work laptop"
    assert str(session) == "Work laptop"


def test_the_engine_key_is_nowhere_in_the_row():
    session = bound_session()
    row = Session.objects.filter(pk=session.pk).values().get()
    for value in row.values():
        assert KEY not in str(value)
        assert AUTH_HASH not in str(value)
    assert credentials.unseal(row["sealed_key"]) == KEY


def test_credentials_cannot_be_edited_in_any_model_form():
    names = {"id", "key_digest", "sealed_key", "auth_digest", "backend"}
    assert all(not Session._meta.get_field(name).editable for name in names)


def test_a_new_session_gets_an_id_of_version_7_and_is_a_live_browsers():
    session = Session.objects.create(user=UserFactory.create())
    session.refresh_from_db()
    assert session.pk.version == 7
    assert session.kind == Kind.BROWSER
    assert session.key_digest is None
    assert session.end_reason == ""
    assert session.sealed_key == session.auth_digest == b""
    assert session.expires_at is session.ended_at is session.authenticated_at is None
    assert session.last_used.tzinfo is not None
    assert session.adopted is session.ends_with_browser is False


def test_one_key_belongs_to_one_session_and_many_may_have_none():
    SessionFactory.create()
    SessionFactory.create()
    bound_session()
    with pytest.raises(IntegrityError), transaction.atomic():
        bound_session()
    assert Session.objects.count() == 3


def test_the_longest_texts_are_kept_whole():
    fields: list[Any] = Session._meta.get_fields()
    longest = {
        field.name: "ü" * field.max_length
        for field in fields
        if field.get_internal_type() == "CharField" and not field.choices and field.editable
    }
    assert longest.keys() >= {"user_agent", "label", "browser", "os", "device"}
    session = SessionFactory.create(**longest, ip_address="2001:db8:1:2:3:4:192.0.2.133")
    session.refresh_from_db()
    assert {name: getattr(session, name) for name in longest} == longest
    assert session.ip_address == "2001:db8:1:2:3:4:c000:285"


def test_a_user_finds_their_sessions_under_a_name_of_our_own():
    session = SessionFactory.create()
    SessionFactory.create()
    assert list(session.user.sessions_api_sessions.all()) == [session]


def test_a_user_who_has_ended_sessions_has_no_name_for_them():
    related = {
        relation.get_accessor_name() for relation in UserFactory._meta.model._meta.related_objects
    }
    assert "sessions_api_sessions" in related
    assert "session_set" not in related


def test_sessions_outlive_whoever_ended_them():
    staff = UserFactory.create()
    session = SessionFactory.create(ended_by=staff)
    staff.delete()
    session.refresh_from_db()
    assert session.ended_by is None


def test_sessions_go_with_their_user():
    session, other = SessionFactory.create(), SessionFactory.create()
    session.user.delete()
    assert list(Session.objects.all()) == [other]


@pytest.mark.django_db
def test_requests_of_a_session_are_taken_for_its_owner_or_for_whom_they_act_as():
    root, alice = UserFactory.create_batch(2)
    own = SessionFactory.create(user=alice)
    taken = SessionFactory.create(user=alice, impersonator=root, acting_as=alice)
    acting = SessionFactory.create(user=root, impersonator=root, acting_as=alice)
    for session in (own, taken, acting):
        assert (session.presented_user, session.presented_user_id) == (alice, alice.pk)
    assert [each.is_impersonated for each in (own, taken, acting)] == [False, True, True]
    assert SessionFactory.create(acting_as=alice).is_impersonated


@pytest.mark.django_db
def test_a_session_is_known_since_the_last_proof_or_else_since_its_start():
    session = SessionFactory.create(authenticated_at=None)
    assert session.known_since == session.created_at
    session.authenticated_at = session.created_at - timedelta(hours=1)
    assert session.known_since == session.authenticated_at
