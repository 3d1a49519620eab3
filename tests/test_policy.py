"""Who may end which session, and who may keep it alive."""

from datetime import timedelta

import pytest
from django.db import models
from django.utils import timezone

from sessions_api import policy
from sessions_api.models import Session
from tests.factories import SessionFactory, UserFactory
from tests.helpers import staff_with
from tests.user_models import users_keyed_by

pytestmark = pytest.mark.django_db


def clerk(*, may_end, **fields):
    """Return a staff user who may end the sessions of others, or not."""
    return staff_with(*(["view_session", "end_session"] if may_end else []), **fields)


def of_superuser():
    return SessionFactory.create(user=UserFactory.create(is_superuser=True))


def test_everybody_may_end_their_own():
    session = SessionFactory.create()
    assert policy.may_end(session.user, session)
    assert policy.may_end(of_superuser().user, session) is False


def test_staff_with_the_permission_may_end_others_but_no_superusers():
    actor = clerk(may_end=True)
    assert policy.may_end(actor, SessionFactory.create())
    assert not policy.may_end(actor, of_superuser())
    assert not policy.may_end(clerk(may_end=False), SessionFactory.create())
    assert not policy.may_end(clerk(may_end=True, is_active=False), SessionFactory.create())


@pytest.mark.parametrize(
    ("codename", "may"),
    [("end_session", policy.may_end), ("change_session", policy.may_extend)],
)
def test_who_may_not_see_sessions_may_do_nothing_with_those_of_others(codename, may):
    session = SessionFactory.create()
    assert not may(staff_with(codename), session)
    assert not may(staff_with("view_session"), session)
    assert may(staff_with("view_session", codename), session)


def test_superusers_among_the_staff_may_end_all():
    actor = UserFactory.create(is_staff=True, is_superuser=True)
    assert policy.may_end(actor, of_superuser())


@pytest.mark.parametrize("may_end", [True, False])
@pytest.mark.parametrize("is_superuser", [True, False])
def test_a_set_is_judged_as_each_of_its_sessions(may_end, is_superuser):
    actor = clerk(may_end=may_end, is_superuser=is_superuser)
    SessionFactory.create(user=actor)
    SessionFactory.create()
    of_superuser()
    allowed = policy.endable_by(actor, Session.objects.all())
    expected = {session for session in Session.objects.all() if policy.may_end(actor, session)}
    assert set(allowed) == expected


def test_a_set_is_judged_where_only_the_objects_know_their_superusers():
    actor = clerk(may_end=True)
    assert policy.may_end_any(actor)  # which is then remembered
    mine, clerks = SessionFactory.create(user=actor), SessionFactory.create()
    SessionFactory.create(user=UserFactory.create(username="root"))
    superuser = UserFactory.create(is_staff=True, is_superuser=True)
    with users_keyed_by(
        models.AutoField(primary_key=True, db_column="id"),
        username=models.CharField(max_length=150),
        is_superuser=property(lambda user: user.username == "root"),
    ):
        assert set(policy.endable_by(actor, Session.objects.all())) == {mine, clerks}
        assert policy.endable_by(superuser, Session.objects.all()).count() == 3


@pytest.mark.parametrize("may", [policy.may_view_any, policy.may_end_any, policy.may_extend_any])
def test_who_is_deactivated_may_do_nothing_whatever_a_backend_says(may, monkeypatch):
    actor = UserFactory.create(is_staff=True)
    monkeypatch.setattr(actor, "has_perm", lambda permission: True)
    assert may(actor)
    actor.is_active = False
    assert not may(actor)


def test_where_users_cannot_be_staff_nobody_may_do_anything_with_the_sessions_of_others():
    with users_keyed_by(
        models.AutoField(primary_key=True), is_active=True, has_perm=lambda user, name: True
    ) as users:
        member = users(pk=1)
        for may in (policy.may_view_any, policy.may_end_any, policy.may_extend_any):
            assert not may(member)


@pytest.mark.parametrize(
    ("fields", "is_recent"),
    [
        ({}, True),
        ({"authenticated_at": None}, False),
        ({"authenticated_at": timezone.now() - timedelta(minutes=11)}, False),
        ({"impersonated": True}, False),
    ],
    ids=["just now", "never", "too long ago", "as somebody else"],
)
def test_who_has_just_proved_who_they_are(fields, is_recent):
    fields = {"authenticated_at": timezone.now(), **fields}
    if fields.pop("impersonated", False):
        fields["impersonator"] = UserFactory.create()
    session = SessionFactory.create(**fields)
    assert policy.is_recently_authenticated(session, None)
    age = timedelta(minutes=10)
    assert policy.is_recently_authenticated(session, age) is is_recent
    assert not policy.is_recently_authenticated(None, age)
