"""What payloads tell of somebody who acts as another user."""

import math
from typing import Any

import pytest
from django.contrib.auth import SESSION_KEY

from sessions_api.payload import NOTHING, acting_as_id, assurance, is_impersonated
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

NO_USERS: list[Any] = [
    None,
    0,
    1,
    True,
    math.inf,
    math.nan,
    [],
    {},
    "",
    "x",
    "1\0",
    "\ud800",
    "9" * 30,
    "9" * 5000,
    "-1",
]


def payload_of(user, **entries):
    return {SESSION_KEY: str(user.pk), "_sessions_api_method": "password", **entries}


def taken(impersonator, user):
    """Return what is told of a user whose place somebody has taken."""
    return NOTHING._replace(impersonator_id=impersonator.pk, acting_as_id=user.pk)


def test_the_first_of_who_took_places_is_the_impersonator(alice):
    root, helper = UserFactory.create_batch(2)
    history = [str(root.pk), str(helper.pk)]
    assert assurance(payload_of(alice, hijack_history=history)) == taken(root, alice)


def test_the_impersonator_is_who_is_named_and_nobody_else(alice, bystander):
    root, other = UserFactory.create_batch(2)
    for user in (root, other, bystander.user):
        payload = payload_of(alice, hijack_history=[str(user.pk)])
        assert assurance(payload) == taken(user, alice)
        payload = payload_of(alice, loginas_from_user=f"{user.pk}:1abc:signature")
        assert assurance(payload) == taken(user, alice)


def test_who_acts_as_somebody_in_their_own_session_has_signed_in_as_before(alice, bystander):
    root = UserFactory.create()
    told = assurance(payload_of(root, _impersonate=alice.pk))
    assert told == ("password", 1, "", root.pk, alice.pk)


def test_an_impersonator_who_is_deleted_is_none_and_has_proved_nothing(alice, bystander):
    root = UserFactory.create()
    payload = payload_of(alice, hijack_history=[str(root.pk)])
    root.delete()
    assert assurance(payload) == NOTHING._replace(acting_as_id=alice.pk)
    assert is_impersonated(payload)


@pytest.mark.parametrize("value", NO_USERS, ids=lambda value: repr(value)[:40])
def test_what_names_no_user_is_no_impersonator(value):
    assert assurance({"hijack_history": value}) == NOTHING
    assert assurance({"hijack_history": [value]}) == NOTHING
    assert assurance({"loginas_from_user": value}) == NOTHING
    assert assurance({"_impersonate": value}) == NOTHING


def test_as_whom_somebody_acts_is_told_without_a_query(alice, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert acting_as_id({"_impersonate": alice.pk}) == alice.pk
        assert acting_as_id({"_impersonate": str(alice.pk)}) == alice.pk
        assert acting_as_id({}) is None


def test_an_ended_impersonation_is_none():
    assert not is_impersonated({"hijack_history": []})
