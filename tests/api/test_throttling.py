"""How often somebody may try to sign in, or to prove who they are."""

import itertools
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import UserManager
from django.db import connection

from sessions_api import attempts, lifecycle
from sessions_api.exceptions import TooManyAttempts
from tests.api.clients import guess, post, sign_in
from tests.factories import PASSWORD, UserFactory
from tests.helpers import REAUTHENTICATE, bearer, later, signed_in

pytestmark = pytest.mark.django_db(transaction=True)


def prove(token, password=PASSWORD, times=1):
    """Re-authenticate with a token that need not be renewed, and return the answers' statuses."""
    body = {"password": password}
    return [post(REAUTHENTICATE, body, **bearer(token)).status_code for _ in range(times)]


def test_one_user_name_is_tried_ten_times_a_minute(alice):
    assert set(guess("Alice", 5) + guess("alice", 5)) == {401}
    response = sign_in()
    assert response.status_code == 429
    assert 0 < int(response.headers["Retry-After"]) <= 60
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
        "al\u0131ce",
        "al\u0130ce",
    ],
)
def test_spellings_that_a_database_takes_for_one_name_are_counted_as_one(db, spelling):
    assert guess(spelling, 10) == [401] * 10
    assert guess("alice") == [429]


@pytest.mark.parametrize("other", ["alicia", "alice2", "алиса", "愛莉絲"])
def test_other_names_are_counted_for_themselves(alice, other):
    guess(other, 10)
    assert guess("alice") == [401]


@pytest.mark.parametrize("letter", ["x", "\ufdfa", "\u0301", "ﬃ", "ß", "😀"])
def test_what_stands_behind_254_characters_of_a_name_is_not_looked_at(db, letter):
    for n in range(10):
        assert guess(letter * 254 + f"{n}" * 20_000) == [400]
    assert guess(letter * 254) == [429]


@contextmanager
def finding(found):
    """Have the site find users by the name that ``found`` makes of the one that was sent."""

    class Manager(UserManager[Any]):
        def get_by_natural_key(self, username):
            return super().get_by_natural_key(found(username))

    manager = Manager()
    manager.model = get_user_model()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(vars(get_user_model()._meta), "default_manager", manager)
        yield


@pytest.mark.parametrize(
    ("found", "names"),
    [
        (lambda name: name.replace("ø", "o"), ("bob.moeller", "bøb.moeller", "bob.møeller")),
        (lambda name: name.partition("+")[0], ("bob.moeller", "bob.moeller+a", "bob.moeller+b")),
        (lambda name: name.removeprefix("CORP\\"), ("bob.moeller", "CORP\\bob.moeller")),
    ],
)
def test_a_user_is_counted_by_whatever_name_the_site_finds_them(from_anywhere, found, names):
    UserFactory.create(username="bob.moeller")
    with finding(found):
        for name in itertools.islice(itertools.cycle(names), 10):
            assert guess(name) == [401]
        assert guess("bob.moeller") == guess(names[-1]) == [429]
        assert guess("bob.miller") == [401]


def test_a_user_is_counted_by_their_email_address_too(from_anywhere):
    bob = UserFactory.create(username="bob", email="robert@example.com")
    UserFactory.create(username="rob", email="Robert@example.com")  # they need not be unique
    assert guess("robert@example.com", 6) == [401] * 6
    assert guess(bob.username, 5) == [401] * 4 + [429]
    assert guess("rob", 5) == [401] * 4 + [429]
    assert guess("ROBERT@example.com") == [429]
    assert guess("bobby@example.com") == [401]


@pytest.mark.parametrize("name", ["\0", "\ud800", "a@\0", "a@\ud800", "9" * 200, "@", "%", "\\"])
def test_no_name_is_too_strange_to_look_for(alice, name):
    assert guess(name)[0] in (400, 401)


@pytest.fixture
def collate():
    """Return what has MariaDB compare user names and e-mail addresses by another collation."""
    if connection.vendor != "mysql":
        pytest.skip("Only MariaDB has these collations.")
    table = get_user_model()._meta.db_table
    columns = {"username": "varchar(150)", "email": "varchar(254)"}

    def collate(name):
        with connection.cursor() as cursor:
            for column, kind in columns.items():
                change = f"MODIFY {column} {kind} COLLATE {name} NOT NULL"
                cursor.execute(f"ALTER TABLE {table} {change}")

    yield collate
    collate("utf8mb4_unicode_ci")


@pytest.mark.parametrize(
    ("collation", "name", "lookalike"),
    [
        ("utf8mb4_general_ci", "chris.miss", "chris.m\u0131ss"),
        ("utf8mb4_general_ci", "rob.weis", "rob.weiß"),
        ("utf8mb4_unicode_ci", "user1", "user\u3021"),
        ("utf8mb4_unicode_520_ci", "bo.moller", "bo.møller"),
        ("utf8mb4_unicode_520_ci", "daniel", "đaniel"),
        ("utf8mb4_uca1400_ai_ci", "lukasz", "łukasz"),
    ],
)
@pytest.mark.parametrize(("by", "form"), [("username", "{}"), ("email", "{}@example.com")])
def test_mariadb_decides_who_is_meant(from_anywhere, collate, collation, name, lookalike, by, form):
    collate(collation)
    UserFactory.create(**{"username": "somebody", by: form.format(name)})
    assert guess(form.format(name), 10) == [401] * 10
    assert guess(form.format(lookalike)) == [429]
    with later(seconds=60):
        response = sign_in(form.format(lookalike))
        assert response.status_code == (201 if by == "username" else 401)


def test_mariadb_knows_more_than_one_at_sign(from_anywhere, collate):
    collate("utf8mb4_unicode_520_ci")
    UserFactory.create(username="bo", email="moller@example.com")
    assert guess("moller@example.com", 10) == [401] * 10
    assert guess("møller\uff20example.com") == [429]


def test_one_ip_address_tries_thirty_times_a_minute(alice):
    for n in range(30):
        assert guess(f"user{n}") == [401]
    assert sign_in().status_code == 429
    assert guess("alice", REMOTE_ADDR="198.51.100.7") == [401]


@pytest.mark.parametrize(
    ("environs", "elsewhere"),
    [
        (("127.0.0.1", "::ffff:127.0.0.1", "::ffff:7f00:1"), "::ffff:127.0.0.2"),
        (("2001:db8:0:1::1", "2001:db8:0:1:2::1%eth0", "2001:db8:0:1:f::"), "2001:db8:0:2::1"),
        (("", "unix:", "no address", "300.1.1.1"), "192.0.2.1"),
    ],
)
def test_what_is_one_client_counts_as_one(db, settings, environs, elsewhere):
    settings.SESSIONS_API = {**settings.SESSIONS_API, "RECORD_IP": False}
    for n, peer in zip(range(30), itertools.cycle(environs), strict=False):
        assert guess(f"user{n}", REMOTE_ADDR=peer) == [401]
    assert all(guess("alice", REMOTE_ADDR=peer) == [429] for peer in environs)
    assert guess("alice", REMOTE_ADDR=elsewhere) == [401]


@pytest.mark.parametrize("proxies", [1, ["127.0.0.0/8"]])
@pytest.mark.parametrize("header", [None, "", "unknown", "_hidden", ","])
def test_clients_of_whom_the_proxy_says_nothing_count_as_one(db, settings, proxies, header):
    settings.SESSIONS_API = {**settings.SESSIONS_API, "TRUSTED_PROXIES": proxies}
    environ = {} if header is None else {"HTTP_X_FORWARDED_FOR": header}
    for n in range(30):
        assert guess(f"user{n}", **environ) == [401]
    assert guess("alice", **environ) == [429]
    assert guess("alice", HTTP_X_FORWARDED_FOR="192.0.2.1") == [401]


def test_what_is_refused_for_its_ip_address_is_not_counted_for_the_user(alice):
    for n in range(30):
        guess(f"user{n}")
    assert guess("alice", 10) == [429] * 10
    assert guess("alice", 10, REMOTE_ADDR="198.51.100.7") == [401] * 10


def test_wrong_sign_ins_of_others_keep_nobody_from_proving_who_they_are(alice, from_anywhere):
    browser, token = signed_in(alice), lifecycle.issue_token(alice).token
    assert guess("alice", 20)[-1] == guess("alice@example.com")[0] == 429
    assert prove(token) == [200]
    assert post(REAUTHENTICATE, {"password": PASSWORD}, browser).status_code == 200


def test_a_thief_guesses_as_often_as_one_session_may_and_keeps_nobody_from_signing_in(alice):
    stolen, own = (lifecycle.issue_token(alice).token for _ in range(2))
    assert prove(stolen, "wrong", 6) == [400] * 5 + [429]
    assert prove(stolen) == [429]
    assert prove(own) == [200]
    assert sign_in().status_code == 201
    UserFactory.create(username="bob")
    assert sign_in("bob").status_code == 201
    with later(seconds=61):
        assert prove(stolen) == [200]


def test_a_thief_of_many_sessions_guesses_as_often_as_one_user_may(alice):
    tokens = [lifecycle.issue_token(alice).token for _ in range(4)]
    browsers = [signed_in(alice) for _ in range(2)]
    statuses = [status for token in tokens for status in prove(token, "wrong", 4)]
    statuses += [
        post(REAUTHENTICATE, {"password": "wrong"}, browser).status_code for browser in browsers
    ]
    assert statuses == [400] * 10 + [429] * 8
    assert sign_in().status_code == 201


def test_nobody_fills_the_limits_of_sessions_without_one(alice):
    token = lifecycle.issue_token(alice).token
    assert prove("session_nonsense", "wrong", 20) == [401] * 20
    assert prove(token) == [200]


def test_second_factors_are_counted_for_a_user_and_for_nothing_else(alice):
    token, bob = lifecycle.issue_token(alice).token, UserFactory.create()
    for _ in range(5):
        attempts.count_second_factor(alice)
    with pytest.raises(TooManyAttempts) as refusal:
        attempts.count_second_factor(alice)
    assert refusal.value.seconds is not None
    assert 0 < refusal.value.seconds <= 60
    attempts.count_second_factor(bob)
    assert prove(token) == [200]
    assert sign_in().status_code == 201


def test_what_others_do_leaves_second_factors_alone(alice, from_anywhere):
    guess("alice", 20)
    prove(lifecycle.issue_token(alice).token, "wrong", 6)
    attempts.count_second_factor(alice)
