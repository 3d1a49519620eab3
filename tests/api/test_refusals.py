"""What a site's own way to sign in refuses, and how a client is told."""

import pytest

from sessions_api import exceptions, lifecycle
from sessions_api.models import Session
from sessions_api.sign_in import SignIn
from tests.api.clients import post
from tests.factories import PASSWORD, UserFactory
from tests.helpers import REAUTHENTICATE, SESSIONS, bearer

pytestmark = pytest.mark.django_db(transaction=True)

REFUSALS = {
    "missing": exceptions.CredentialsMissing("username", "pin"),
    "invalid": exceptions.InvalidCredentials(),
    "second factor": exceptions.SecondFactorRequired(["totp"]),
    "wrong code": exceptions.InvalidSecondFactor(),
    "a passkey": exceptions.SecondFactorUnsupported(),
    "more": exceptions.SignInIncomplete("terms"),
    "often": exceptions.TooManyAttempts(42),
    "uncounted": exceptions.AttemptsNotCounted(),
    "its own": exceptions.SignInRefused(),
}
ANSWERS = {
    "missing": (400, None),
    "invalid": (401, "invalid_credentials"),
    "second factor": (401, "second_factor_required"),
    "wrong code": (400, None),
    "a passkey": (403, "second_factor_unsupported"),
    "more": (403, "sign_in_incomplete"),
    "often": (429, None),
    "uncounted": (503, None),
    "its own": (403, "sign_in_refused"),
    "nobody": (401, "invalid_credentials"),
    "somebody inactive": (401, "invalid_credentials"),
}


def by_card(request, credentials):
    """Sign in as a site may that has another way."""
    card = credentials["card"]
    if card in REFUSALS:
        raise REFUSALS[card]
    if card == "nobody":
        return None
    user = UserFactory.create(is_active=card != "somebody inactive")
    return SignIn(user, "django.contrib.auth.backends.ModelBackend", ["card"])


@pytest.fixture(autouse=True)
def _cards(settings):
    settings.SESSIONS_API = {"TOKEN_SIGN_IN": f"{__name__}.by_card"}


def present(card):
    return post(SESSIONS, {"card": card, "label": "Door"})


@pytest.mark.parametrize(("card", "expected"), ANSWERS.items())
def test_each_refusal_has_its_answer(db, card, expected):
    response = present(card)
    assert (response.status_code, response.json().get("code")) == expected
    assert not Session.objects.exists()


def test_an_answer_says_what_is_missing_and_when_to_try_again(db):
    assert present("missing").json().keys() == {"username", "pin"}
    assert present("second factor").json()["methods"] == ["totp"]
    assert present("wrong code").json() == {"otp": ["This code is not valid."]}
    assert present("more").json()["stage"] == "terms"
    assert present("often").headers["Retry-After"] == "42"


def test_whom_the_site_takes_gets_a_token_that_says_how(db):
    body = present("good").json()
    assert (body["methods"], body["aal"], body["label"]) == (["card"], 1, "Door")


def test_nobody_signs_in_on_a_site_that_does_not_say_by_whom(alice, settings):
    settings.SESSIONS_API = {}
    response = post(SESSIONS, {"username": "alice", "password": PASSWORD})
    assert (response.status_code, response.json()["code"]) == (403, "sign_in_disabled")


def test_whoever_acts_as_another_user_cannot_prove_to_be_them(alice):
    issued = lifecycle.issue_token(alice)
    Session.objects.update(impersonator=UserFactory.create())
    response = post(REAUTHENTICATE, {"password": PASSWORD}, **bearer(issued.token))
    assert (response.status_code, response.json()["code"]) == (403, "impersonation")
