"""Attempts to sign in are counted for the user, by whatever name they are tried."""

import pytest
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.test import Client

from sessions_api.sign_in import names
from tests.factories import PASSWORD, UserFactory
from tests.helpers import SESSIONS

pytestmark = pytest.mark.django_db(transaction=True)

ADDRESS = "a.liddell@example.org"
PHONE = "+31612345678"
SECOND_ADDRESSES = [ADDRESS, ADDRESS.upper(), f" {ADDRESS} ", "\uff41.liddell@example.org"]


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """An adapter of a site whose users sign in by telephone number."""

    def get_user_by_phone(self, phone):
        return get_user_model().objects.filter(last_name=phone).first()

    def get_phone(self, user):
        return (user.last_name, True) if user.last_name else None


@pytest.fixture(autouse=True)
def without_axes(settings):
    """Have nobody else count."""
    settings.AXES_ENABLED = False
    settings.ACCOUNT_LOGIN_METHODS = {"username", "email"}


@pytest.fixture
def second_address(alice):
    """Give Alice a second e-mail address, which is verified."""
    EmailAddress.objects.create(user=alice, email=alice.email, primary=True, verified=True)
    EmailAddress.objects.create(user=alice, email=ADDRESS, verified=True)


@pytest.fixture
def phone(alice, settings):
    """Give Alice a telephone number by which she signs in."""
    settings.ACCOUNT_ADAPTER = f"{__name__}.Adapter"
    settings.ACCOUNT_LOGIN_METHODS = {"username", "email", "phone"}
    type(alice).objects.update(last_name=PHONE)


def attempt(name, password="wrong"):
    """Try to sign in, from an IP address of its own for each name."""
    body = {"username": name, "password": password}
    host = sum(name.encode()) % 250
    return Client(REMOTE_ADDR=f"192.0.2.{host}").post(
        SESSIONS, body, content_type="application/json"
    )


def assert_counted_with_user_name(name):
    """Assert that ten attempts of a minute are all that there are, the one that succeeds included."""
    assert attempt(name, PASSWORD).status_code == 201
    for other in (name, "alice"):
        for _ in range(4):
            assert attempt(other).status_code == 401
    assert attempt("alice").status_code == 401
    for other in (name, "alice", "alice@example.com"):
        assert attempt(other, PASSWORD).status_code == 429


@pytest.mark.parametrize("name", SECOND_ADDRESSES)
def test_a_second_address_means_its_owner(alice, second_address, name):
    assert names.keys_named(name) == {alice.pk}


def test_attempts_by_any_address_are_the_users(alice, second_address):
    assert_counted_with_user_name(ADDRESS)


def test_attempts_by_an_address_that_is_not_verified_are_the_users(alice):
    EmailAddress.objects.create(user=alice, email=ADDRESS)
    assert_counted_with_user_name(ADDRESS)


@pytest.mark.parametrize("name", [PHONE, f" {PHONE} "])
def test_a_telephone_number_means_its_owner(alice, phone, name):
    assert names.keys_named(name) == {alice.pk}


def test_attempts_by_telephone_number_are_the_users(alice, phone):
    assert_counted_with_user_name(PHONE)


def test_a_site_whose_users_have_no_numbers_is_not_asked_for_any(alice):
    assert names.keys_named(PHONE) == set()


def test_of_all_who_share_an_address_ten_are_looked_for(db):
    for user in UserFactory.create_batch(12):
        EmailAddress.objects.create(user=user, email=ADDRESS)
    assert len(names.keys_named(ADDRESS)) == names.MOST_OF_ONE_ADDRESS


@pytest.mark.parametrize("text", ["", "x", "\0", "\ud800@", "@", "+", "9" * 254, "x@" + "y" * 252])
def test_no_text_is_an_error(phone, text):
    assert names.keys_named(text) == set()
