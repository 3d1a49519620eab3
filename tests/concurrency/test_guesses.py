"""Many guesses at once: no more of them are tried than the limits allow."""

from collections import Counter

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection

from sessions_api import lifecycle
from tests.api.clients import guess, post
from tests.concurrency.threads import THREADS, at_once
from tests.factories import UserFactory
from tests.helpers import REAUTHENTICATE, bearer

TABLE = "counted_attempts"


@pytest.fixture(params=["locmem", "redis", "database"])
def shared_cache(request, settings, transactional_db):
    """Count attempts in a cache whose ``add`` is atomic."""
    assert connection.vendor != "sqlite", "Set TEST_DATABASE to postgresql or mariadb."
    caches = {
        "locmem": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
        "redis": django_settings.CACHES["redis"],
        "database": {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": TABLE,
        },
    }
    settings.CACHES = {**settings.CACHES, "default": caches[request.param]}
    call_command("createcachetable")
    cache.clear()
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")


def test_of_parallel_sign_ins_as_many_are_tried_as_one_by_one(shared_cache):
    UserFactory.create(username="alice")
    answers = at_once(*[lambda: guess("alice", 10)] * THREADS)
    assert Counter(status for each in answers for status in each) == {401: 10, 429: 190}


def test_so_it_is_with_names_and_ip_addresses_that_differ(shared_cache):
    UserFactory.create(username="alice", email="alice@example.com")
    calls = [
        lambda n=n, name=name: guess(name, 10, REMOTE_ADDR=f"192.0.2.{n}")
        for n in range(THREADS // 2)
        for name in ("alice", "alice@example.com")
    ]
    counts = Counter(status for each in at_once(*calls) for status in each)
    assert counts == {401: 10, 429: 190}


def test_so_it_is_with_re_authentications(shared_cache):
    alice = UserFactory.create()
    tokens = [lifecycle.issue_token(alice).token for _ in range(THREADS)]
    body = {"password": "wrong"}
    answers = at_once(
        *(
            lambda t=t: [post(REAUTHENTICATE, body, **bearer(t)).status_code for _ in range(10)]
            for t in tokens
        )
    )
    assert Counter(status for each in answers for status in each) == {400: 10, 429: 190}
