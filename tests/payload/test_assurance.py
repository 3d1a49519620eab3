"""What payloads tell of how their sessions were signed in, and what they cannot make it tell."""

import math
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, SESSION_KEY
from django.contrib.auth.backends import BaseBackend

from sessions_api import payload as payloads
from sessions_api.models import Session
from sessions_api.payload import METHOD_KEY, NOTHING, assurance
from tests.helpers import store_of

NO_WORDS: list[Any] = [
    None,
    1,
    math.inf,
    True,
    [],
    {},
    "",
    "Password",
    "nul\0",
    "line\n",
    "\ud800",
    "p" * 16,
]


def records(*records, **payload):
    """Return a payload with what django-allauth notes."""
    return {"account_authentication_methods": list(records), **payload}


def told(payload):
    told = assurance(payload)
    return told.methods.split(), told.aal


@pytest.mark.parametrize(
    ("payload", "methods", "aal"),
    [
        ({}, [], None),
        ({METHOD_KEY: ""}, [], None),
        ({METHOD_KEY: "password"}, ["password"], 1),
        ({METHOD_KEY: "remote_user"}, ["remote_user"], 1),
        ({METHOD_KEY: ["", "totp"]}, ["totp"], 1),
        ({METHOD_KEY: ["password", "totp"]}, ["password", "totp"], 2),
        ({METHOD_KEY: "password totp"}, ["password", "totp"], 2),
        ({"otp_device_id": "otp_totp.totpdevice/1"}, ["totp"], 1),
        ({"otp_device_id": "otp_static.staticdevice/1"}, ["recovery_codes"], 1),
        ({"otp_device_id": "otp_hotp.hotpdevice/1"}, ["otp"], 1),
        ({"otp_device_id": "two_factor.PhoneDevice/1"}, ["otp"], 1),
        ({"otp_device_id": "django_otp.plugins.otp_totp.models.TOTPDevice/1"}, ["totp"], 1),
        (
            {METHOD_KEY: "password", "otp_device_id": "otp_totp.totpdevice/1"},
            ["password", "totp"],
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
        (
            records({"method": "code"}, **{METHOD_KEY: ["password", "totp"]}),
            ["code", "totp"],
            2,
        ),
        (
            records({"method": "code", "reauthenticated": True}, **{METHOD_KEY: "password"}),
            ["password", "code"],
            1,
        ),
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
    methods, aal, *_ = assurance(payload)
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


@pytest.mark.parametrize(
    ("noted", "word", "methods"),
    [
        ({}, "totp", "totp"),
        ({METHOD_KEY: ""}, "totp", "totp"),
        ({METHOD_KEY: "password"}, "totp", "password totp"),
        ({METHOD_KEY: "password"}, "password", "password"),
        ({METHOD_KEY: ["password", "totp"]}, "totp", "password totp"),
        ({METHOD_KEY: ["password", "totp"]}, "code", "password totp code"),
        (records({"method": "code"}, **{METHOD_KEY: "password"}), "password", "code password"),
    ],
)
def test_what_was_proved_later_is_added_once_and_in_order(noted, word, methods):
    store = store_of(noted)
    for _ in range(2):
        payloads.add_method(store, word)
        assert assurance(store).methods == methods


@pytest.mark.parametrize(
    ("methods", "expected"),
    [
        ([], None),
        (["password"], 1),
        (["totp"], 1),
        (["password", "totp"], 2),
        (["password_reset", "recovery_codes"], 2),
        (["otp", "totp"], 1),
    ],
)
def test_two_factors_are_a_level_of_two(methods, expected):
    assert payloads.level(methods) == expected


@pytest.mark.parametrize(
    ("methods", "expected"),
    [
        ([], False),
        ([""], False),
        (["remote_user"], False),
        (["socialaccount"], False),
        (["password"], True),
        (["socialaccount", "totp"], True),
    ],
    ids=repr,
)
def test_what_others_say_of_a_user_is_no_proof(methods, expected):
    assert payloads.proves(methods) is expected


@pytest.mark.parametrize("methods", [["Password"], [""], ["two words"], list("abcdefghi")])
def test_what_is_no_word_is_refused(methods):
    with pytest.raises(ValueError, match="words"):
        payloads.told(methods)


def test_words_are_told_once():
    assert payloads.told(["password", "totp", "password"]) == "password totp"


class ExampleBackend(BaseBackend):
    """A backend such as those of social-auth."""

    name = "example"


EXAMPLE = f"{__name__}.ExampleBackend"


@pytest.mark.parametrize(
    ("backend", "name", "provider"),
    [
        (EXAMPLE, "example", "example"),
        (EXAMPLE, "other", ""),
        (EXAMPLE, None, ""),
        (EXAMPLE, 1, ""),
        ("django.contrib.auth.backends.ModelBackend", "example", ""),
        ("gone.Backend", "example", ""),
        ("", "", ""),
    ],
)
def test_social_auth_says_where_a_user_has_signed_in(settings, backend, name, provider):
    settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend", EXAMPLE]
    payload = {
        BACKEND_SESSION_KEY: backend,
        METHOD_KEY: "",
        "social_auth_last_login_backend": name,
    }
    told = assurance(payload)
    assert told.provider == provider
    assert told.methods == ("socialaccount" if provider else "")
    assert payloads.proof_at_sign_in(payload, 10) == 0


@pytest.mark.parametrize(
    ("payload", "proof"),
    [
        ({}, 0),
        ({METHOD_KEY: "password"}, 100),
        ({METHOD_KEY: "remote_user"}, 0),
        ({METHOD_KEY: "remote_user", "otp_device_id": "otp_totp.totpdevice/1"}, 100),
        (records({"method": "password", "at": 99.5}), 99.5),
        (records({"method": "password", "at": 101}), 100),
        (records({"method": "password", "at": 90}, {"method": "mfa", "at": 95}), 95),
        (records({"method": "password"}), 0),
        (records({"method": "socialaccount", "at": 99}), 0),
        (records({"method": "socialaccount", "at": 99}, {"method": "mfa", "at": 98}), 98),
        (records({"method": "password", "at": 99}, hijack_history=["1"]), 0),
        ({METHOD_KEY: "password", "loginas_from_user": "1:x:y"}, 0),
        ({METHOD_KEY: "password", "_impersonate": 1}, 0),
        (
            records(
                {"method": "code", "at": 20}, _sessions_api_since=40, **{METHOD_KEY: "password"}
            ),
            100,
        ),
    ],
)
def test_a_sign_in_is_a_proof_as_far_as_something_was_checked(payload, proof):
    assert payloads.proof_at_sign_in(payload, 100) == proof


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({METHOD_KEY: "password"}, False),
        (records({"method": "password"}), True),
        ({"otp_device_id": "otp_totp.totpdevice/1"}, True),
    ],
)
def test_a_later_proof_is_looked_for_only_where_a_package_may_have_left_one(payload, expected):
    assert payloads.may_prove(payload) is expected


@pytest.mark.parametrize(("verified_at", "proof"), [(0, 0), (30, 0), (95, 100)])
def test_a_device_proves_a_later_sign_in_only_if_it_was_asked_for_that(verified_at, proof):
    store = store_of({})
    payloads.begin(store, uuid4(), "", at=10)
    store["otp_device_id"] = "otp_totp.totpdevice/1"
    assert payloads.proof_at_sign_in(store, 10) == 10
    payloads.begin(store, uuid4(), "", at=100, verified_at=verified_at)
    assert payloads.proof_at_sign_in(store, 100) == proof
    store["otp_device_id"] = "otp_totp.totpdevice/2"
    assert payloads.proof_at_sign_in(store, 100) == 100


def test_who_is_signed_in_again_as_they_are_has_proved_what_they_had_and_nothing_new():
    store = store_of({})
    payloads.begin(store, uuid4(), "password", at=10)
    payloads.begin(store, uuid4(), "password", at=100, goes_on=True)
    assert told(store) == (["password"], 1)
    assert payloads.proof_at_sign_in(store, 100) == 0
    payloads.begin(store, uuid4(), "", at=200)
    assert told(store) == ([], None)
    payloads.begin(store, uuid4(), "password", at=300)
    assert payloads.proof_at_sign_in(store, 300) == 300
