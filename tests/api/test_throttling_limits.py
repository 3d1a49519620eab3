"""How attempts are counted: the limits, and the cache that holds them."""

import logging

import pytest
from django.core.cache import cache

from sessions_api import lifecycle
from sessions_api.attempts import Bucket
from tests.api.clients import guess, post, sign_in
from tests.concurrency.threads import at_once
from tests.helpers import REAUTHENTICATE, bearer, later
from tests.site.cache import SwallowingCache

pytestmark = pytest.mark.django_db(transaction=True)

LOCMEM = "django.core.cache.backends.locmem.LocMemCache"


def test_no_minute_has_more_than_ten_wherever_it_begins(from_anywhere, alice):
    with later(seconds=0):
        assert guess("alice") == [401]
        with later(seconds=59):
            assert guess("alice", 10) == [401] * 9 + [429]
        with later(seconds=60):
            assert guess("alice", 3) == [401, 429, 429]
            assert sign_in().headers["Retry-After"] == "59"
        with later(seconds=118):
            assert guess("alice") == [429]
        with later(seconds=119):
            assert sign_in().status_code == 201


def test_whoever_waits_as_they_were_told_is_let_in_however_often_they_were_refused(alice):
    guess("alice", 25)
    with later(seconds=int(sign_in().headers["Retry-After"])):
        assert sign_in().status_code == 201


def test_a_site_sets_rates_of_its_own(alice, set_rates):
    set_rates(user_name="2/min", ip_address=None)
    assert guess("alice", 3) == [401, 401, 429]
    set_rates(user_name=None, user="12/min", ip_address=None)
    assert guess("alice", 12) == [401] * 10 + [429] * 2
    set_rates(user_name="0/hour", user=None)
    assert sign_in("bob").headers["Retry-After"] == "3600"
    set_rates(user_name="1000000/day", user=None, ip_address=None)
    assert guess("alice", 20) == [401] * 20


@pytest.mark.parametrize("places", [1, 10, 150])
def test_of_parallel_attempts_as_many_are_counted_as_there_are_places(set_rates, places):
    set_rates(user=f"{places}/min")
    passed = at_once(*[lambda: Bucket("sessions_api_user", 7).take() for _ in range(200)])
    assert sum(passed) == places


def use_cache(settings, name, **options):
    settings.CACHES = {"default": {"BACKEND": name, "OPTIONS": options}}


@pytest.mark.parametrize("name", ["FailingCache", "SwallowingCache"])
def test_while_the_cache_fails_nobody_guesses(
    alice, settings, set_rates, monkeypatch, caplog, name
):
    token = lifecycle.issue_token(alice).token
    use_cache(settings, f"tests.site.cache.{name}")
    monkeypatch.setattr(SwallowingCache, "is_down", True)
    caplog.set_level(logging.WARNING, "sessions_api")
    for response in (
        sign_in(),
        sign_in(),
        post(REAUTHENTICATE, {"password": "x"}, **bearer(token)),
    ):
        assert (response.status_code, list(response.json())) == (503, ["detail"])
    said = [each.getMessage() for each in caplog.records if each.name == "sessions_api.attempts"]
    assert said == ["Attempts to sign in cannot be counted: the cache fails."]
    set_rates(**dict.fromkeys(["ip_address", "user_name", "user"], None))
    assert sign_in().status_code == 201


def test_what_the_cache_forgets_is_counted_no_more(alice):
    assert guess("alice", 11)[-1] == 429
    cache.clear()
    assert sign_in().status_code == 201


def test_a_cache_that_is_full_forgets_the_oldest(alice, settings, set_rates):
    use_cache(settings, LOCMEM, MAX_ENTRIES=20)
    set_rates(ip_address=None)
    for n in range(50):
        assert guess(f"user{n}") == [401]
    assert sign_in().status_code == 201
