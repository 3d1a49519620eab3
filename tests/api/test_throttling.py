"""How often somebody may try to sign in."""

import pytest
from django.test import Client

from tests.api.clients import post, sign_in
from tests.factories import PASSWORD, UserFactory
from tests.helpers import SESSIONS

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_user_name_is_tried_ten_times_a_minute(alice):
    answers = [sign_in("Alice" if n % 2 else "alice", "wrong").status_code for n in range(10)]
    assert set(answers) == {401}
    response = sign_in()
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) <= 60
    UserFactory.create(username="bob")
    assert sign_in("bob").status_code == 201


@pytest.mark.parametrize(
    "spelling",
    [
        "ALICE",
        "alíce",
        "àlice",
        "alice ",
        " alice",
        "\uff41lice",
        "ⓐlice",
        "al\u200bice",
        "al\x01ice",
    ],
)
def test_spellings_that_a_database_takes_for_one_name_are_counted_as_one(alice, spelling):
    for _ in range(10):
        assert sign_in(spelling, "wrong").status_code == 401
    assert sign_in("alice", "wrong").status_code == 429


@pytest.mark.parametrize("other", ["alicia", "alice2", "алиса", "愛莉絲"])
def test_other_names_are_counted_for_themselves(alice, other):
    for _ in range(10):
        sign_in(other, "wrong")
    assert sign_in("alice", "wrong").status_code == 401


def test_one_ip_address_tries_thirty_times_a_minute(alice):
    for n in range(30):
        assert sign_in(f"user{n}", "wrong").status_code == 401
    assert sign_in().status_code == 429
    elsewhere = Client(REMOTE_ADDR="198.51.100.7")
    assert post(SESSIONS, {"username": "alice", "password": PASSWORD}, elsewhere).status_code == 201


def test_what_one_subscriber_has_of_ipv6_counts_as_one_ip_address(alice):
    for n in range(30):
        neighbour = Client(REMOTE_ADDR=f"2001:db8:0:1:{n:x}::1")
        body = {"username": f"user{n}", "password": "wrong"}
        assert post(SESSIONS, body, neighbour).status_code == 401
    body = {"username": "alice", "password": PASSWORD}
    assert post(SESSIONS, body, Client(REMOTE_ADDR="2001:db8:0:1::ffff")).status_code == 429
    assert post(SESSIONS, body, Client(REMOTE_ADDR="2001:db8:0:2::ffff")).status_code == 201


def test_a_site_sets_rates_of_its_own(alice, monkeypatch):
    from rest_framework.settings import api_settings

    rates = {"sessions_api_user_name": "2/min", "sessions_api_address": None}
    monkeypatch.setattr(api_settings, "DEFAULT_THROTTLE_RATES", rates)
    answers = [sign_in("alice", "wrong").status_code for _ in range(3)]
    assert answers == [401, 401, 429]
