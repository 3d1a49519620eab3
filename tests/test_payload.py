"""What payloads tell of how their sessions were signed in, and what they cannot make it tell."""

import math
from typing import Any

import pytest
from django.contrib.auth import SESSION_KEY

from sessions_api.models import Session
from sessions_api.payload import METHOD_KEY, assurance
from tests.factories import UserFactory

NOTHING = ("", None, None)
NO_WORDS: list[Any] = [
    None,
    1,
    math.inf,
    True,
    [],
    {},
    ["password"],
    "",
    "Password",
    "two words",
    "nul\0",
    "line\n",
    "\ud800",
    "p" * 16,
]
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


def records(*records, **payload):
    """Return a payload with what django-allauth notes."""
    return {"account_authentication_methods": list(records), **payload}


def told(payload):
    methods, aal, _ = assurance(payload)
    return methods.split(), aal


@pytest.mark.parametrize(
    ("payload", "methods", "aal"),
    [
        ({}, [], None),
        ({METHOD_KEY: ""}, [], None),
        ({METHOD_KEY: "password"}, ["password"], 1),
        ({METHOD_KEY: "remote_user"}, ["remote_user"], 1),
        ({"otp_device_id": "otp_totp.totpdevice/1"}, ["otp"], 1),
        (
            {METHOD_KEY: "password", "otp_device_id": "otp_totp.totpdevice/1"},
            ["password", "otp"],
            2,
        ),
        (records({"method": "code"}), ["code"], 1),
        (records({"method": "socialaccount", "provider": "x"}), ["socialaccount"], 1),
        (
            records({"method": "password"}, {"method": "mfa", "type": "totp"}),
            ["password", "totp"],
            2,
        ),
        (records({"method": "mfa", "type": "webauthn"}), ["webauthn"], 1),
        (
            records({"method": "mfa", "type": "webauthn", "passwordless": True}),
            ["webauthn"],
            2,
        ),
        (records({"method": "password"}, {"method": "password"}), ["password"], 1),
        (records({"method": "password"}, otp_device_id="a.b/1"), ["password", "otp"], 2),
        (records({"method": "code"}, **{METHOD_KEY: "password"}), ["code"], 1),
    ],
)
def test_what_packages_leave_in_a_payload_is_told(payload, methods, aal):
    assert told(payload) == (methods, aal)


@pytest.mark.parametrize(("user_id", "methods"), [("1", ["password"]), ("2", [])])
def test_what_was_noted_of_somebody_else_does_not_count(user_id, methods):
    payload = records({"method": "password"}, account_authentication_methods_user="1")
    assert told(payload | {SESSION_KEY: user_id})[0] == methods


def test_as_many_words_are_told_as_a_row_holds():
    payload = records(*({"method": f"{n:015}"} for n in range(1_000)))
    methods, aal, _ = assurance(payload)
    assert methods.split() == [f"{n:015}" for n in range(8)]
    assert len(methods) <= (Session._meta.get_field("methods").max_length or 0)
    assert aal == 1


@pytest.mark.parametrize("value", NO_WORDS, ids=repr)
def test_what_is_no_word_is_not_told(value):
    assert assurance({METHOD_KEY: value}) == NOTHING
    assert assurance(records({"method": value})) == NOTHING
    assert assurance(records({"method": "mfa", "type": value})) == NOTHING
    assert assurance(records(value)) == NOTHING
    assert assurance({"account_authentication_methods": value}) == NOTHING


@pytest.mark.parametrize("value", [None, 1, math.inf, True, [], {}, ["device"], ""], ids=repr)
def test_what_names_no_device_is_no_factor(value):
    assert assurance({"otp_device_id": value}) == NOTHING


@pytest.mark.django_db
def test_the_first_of_who_took_places_is_the_impersonator():
    root, helper = UserFactory.create_batch(2)
    payload = {"hijack_history": [str(root.pk), str(helper.pk)]}
    assert assurance(payload) == ("", None, root.pk)


@pytest.mark.django_db
def test_the_impersonator_is_who_is_named_and_nobody_else(bystander):
    root, other = UserFactory.create_batch(2)
    for user in (root, other, bystander.user):
        assert assurance({"hijack_history": [str(user.pk)]}) == ("", None, user.pk)


@pytest.mark.django_db
def test_an_impersonator_who_is_deleted_is_none(bystander):
    root = UserFactory.create()
    payload = {"hijack_history": [str(root.pk)]}
    root.delete()
    assert assurance(payload) == NOTHING


@pytest.mark.django_db
@pytest.mark.parametrize("value", NO_USERS, ids=lambda value: repr(value)[:40])
def test_what_names_no_user_is_no_impersonator(value):
    assert assurance({"hijack_history": value}) == NOTHING
    assert assurance({"hijack_history": [value]}) == NOTHING
