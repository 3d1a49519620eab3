"""What django-allauth knows of a user's e-mail addresses, in the dialects."""

import pytest
from allauth.account.models import EmailAddress

from sessions_api.dialects.identifiers import uuid_of
from sessions_api.models import Session
from tests.dialects.callers import queries
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def address(user, *, verified, email=None):
    email = email or user.email
    return EmailAddress.objects.create(user=user, email=email, verified=verified, primary=True)


@pytest.mark.parametrize(("verified", "status"), [(True, "completed"), (False, "pending")])
def test_ory_says_which_addresses_are_verified(browser, alice, sign_in, verified, status):
    kept = address(alice, verified=verified)
    sign_in("/login/")
    identity = browser.get("/ory/sessions/whoami").json()["identity"]
    assert identity["verifiable_addresses"] == [
        {
            "id": str(uuid_of(kept.pk)),
            "value": "alice@example.com",
            "verified": verified,
            "via": "email",
            "status": status,
        }
    ]


def test_without_addresses_ory_says_nothing_of_them(browser, sign_in):
    sign_in("/login/")
    assert "verifiable_addresses" not in browser.get("/ory/sessions/whoami").json()["identity"]


def test_a_page_of_users_takes_one_query_for_all_their_addresses(browser):
    root = UserFactory.create(username="alice", is_staff=True, is_superuser=True)
    browser.post("/login/", {"username": root.username, "password": "correct horse battery staple"})

    def ask():
        return queries(lambda: browser.get("/ory/admin/sessions?expand=identity"))

    few = ask()
    for _ in range(20):
        user = UserFactory.create()
        address(user, verified=True)
        browser_session = Session.objects.get(user=root)
        browser_session.pk, browser_session.user, browser_session.key_digest = None, user, None
        browser_session.id = uuid_of(user.pk)
        browser_session.save(force_insert=True)
    assert ask() <= few + 1


@pytest.mark.parametrize(
    ("email", "verified", "expected"),
    [
        ("alice@example.com", True, True),
        ("Alice@example.com", True, True),
        ("alice@example.com", False, False),
        ("other@example.com", True, False),
    ],
)
def test_hanko_says_whether_the_address_is_verified(
    browser, alice, sign_in, email, verified, expected
):
    address(alice, email=email, verified=verified)
    address(UserFactory.create(), email="alice2@example.com", verified=True)
    sign_in("/login/")
    claims = browser.get("/hanko/sessions/validate").json()["claims"]
    assert claims["email"]["is_verified"] is expected
