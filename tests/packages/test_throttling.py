"""Attempts to sign in are counted for the user, by whatever name a package finds them."""

from typing import Any, ClassVar

import pytest
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.test import Client

from tests.helpers import SESSIONS

pytestmark = pytest.mark.django_db


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Keeps one telephone number."""

    numbers: ClassVar[dict[str, str]] = {"+31612345678": "alice"}

    def get_user_by_phone(self, phone: str) -> Any:
        """Return whose number it is."""
        name = self.numbers.get(phone)
        return get_user_model()._default_manager.filter(username=name).first()


@pytest.fixture
def guess(alice, settings):
    """Return what guesses a password under a name, each time from another IP address."""
    settings.AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
    settings.ACCOUNT_LOGIN_METHODS = {"username", "email"}
    settings.AXES_ENABLED = False  # it would count, too
    addresses = iter(range(256))

    def guess(name):
        form = {"username": name, "password": "wrong"}
        return Client(REMOTE_ADDR=f"192.0.2.{next(addresses)}").post(SESSIONS, form).status_code

    return guess


def test_every_address_of_a_user_counts_for_the_user(alice, guess):
    names = [f"alice{number}@example.org" for number in range(4)]
    EmailAddress.objects.bulk_create(
        EmailAddress(user=alice, email=name, verified=True) for name in names
    )
    spellings = ["alice", *names, names[0].upper(), f" {names[1]} "]
    statuses = [guess(name) for name in spellings * 2]
    assert statuses == [401] * 10 + [429] * 4


def test_a_telephone_number_counts_for_the_user(guess, settings):
    settings.ACCOUNT_ADAPTER = f"{__name__}.Adapter"
    settings.ACCOUNT_LOGIN_METHODS = {"username", "email", "phone"}
    settings.ACCOUNT_SIGNUP_FIELDS = ["phone*", "email*", "username*", "password1*"]
    names = ["alice", "alice@example.com", "+31612345678", "+31 6 1234-5678"]
    assert [guess(name) for name in names * 3] == [401] * 10 + [429] * 2


@pytest.mark.parametrize("name", ["\0", "\0@example.com", "x" * 254, "@", "+", " "])
def test_no_name_is_too_strange(guess, name, settings):
    settings.ACCOUNT_ADAPTER = f"{__name__}.Adapter"
    settings.ACCOUNT_LOGIN_METHODS = {"username", "email", "phone"}
    assert guess(name) in (400, 401)
