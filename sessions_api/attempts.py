"""How often somebody may try to sign in, or to prove who they are.

A site sets its own rates for the scopes of DEFAULT_RATES in DEFAULT_THROTTLE_RATES of Django REST
framework; None removes a limit. Attempts are counted in the default cache, successful or not.
"""

import logging
import time
from collections.abc import Mapping, Sequence
from secrets import randbelow
from uuid import UUID

from django.conf import settings
from django.core.cache import cache

from sessions_api import credentials, logs
from sessions_api.exceptions import AttemptsNotCounted, TooManyAttempts
from sessions_api.models import AnyUser

logger = logging.getLogger("sessions_api.attempts")

DEFAULT_RATES: Mapping[str, str | None] = {
    "sessions_api_ip_address": "30/min",
    "sessions_api_user_name": "10/min",
    "sessions_api_user": "10/min",
    "sessions_api_second_factor": "5/min",
    "sessions_api_reauthentication_session": "5/min",
    "sessions_api_reauthentication_user": "10/min",
}
"""By scope, how often a site that says nothing else lets somebody try."""

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}

_GUESSES = 4
"""How many places an attempt tries before it asks for all of them, of which there may be many."""


class Bucket:
    """The attempts that share one limit: those in a scope for one user, name or IP address.

    An attempt takes one of the bucket's places, and holds it for the period of the rate. So no more
    attempts than the rate says fall into any period, whenever it begins. The ``add`` of a cache is
    atomic in LocMemCache, Redis, Memcached and the database, so this holds for parallel attempts,
    too.
    """

    def __init__(self, scope: str, ident: object) -> None:
        rate = _rate_of(scope)
        self._places_in_all: int | None = None
        self._period = 0
        if rate is not None:
            self._places_in_all, self._period = _parsed(rate)
        self._key = f"sessions_api:{scope}:{credentials.digest(str(ident)).hex()}"

    def take(self) -> bool:
        """Count an attempt. False where no place is free: then it is not counted.

        Raises whatever the cache does, and LookupError for a cache that hides its errors.
        """
        if not self._places_in_all:
            return self._places_in_all is None
        guesses = (self._place(randbelow(self._places_in_all)) for _ in range(_GUESSES))
        if any(self._add(place) for place in guesses):
            return True
        held = cache.get_many(self._places())
        if any(self._add(place) for place in self._places() if place not in held):
            return True
        if not held and not cache.get_many(self._places()):
            raise LookupError("The cache takes nothing, and has nothing.")
        return False

    def seconds_until_free(self) -> float:
        """Return after how many seconds a place is free: 0 where one is."""
        if self._places_in_all is None:
            return 0
        held = cache.get_many(self._places())
        if len(held) < self._places_in_all:
            return 0
        until: float = min(held.values(), default=time.time() + self._period)
        return until - time.time()

    def _add(self, place: str) -> bool:
        return cache.add(place, time.time() + self._period, self._period)

    def _places(self) -> list[str]:
        return [self._place(number) for number in range(self._places_in_all or 0)]

    def _place(self, number: int) -> str:
        return f"{self._key}:{number}"


def count(buckets: Sequence[Bucket]) -> None:
    """Count an attempt in each bucket. Buckets after the first one that is full do not count it.

    Raises TooManyAttempts, which says when all of them will have a place for it, and
    AttemptsNotCounted where the cache fails: passwords that nobody counts could be guessed.
    """
    try:
        if all(bucket.take() for bucket in buckets):
            return
        seconds = max(1, *(bucket.seconds_until_free() for bucket in buckets))
    except Exception as error:  # whatever a cache raises
        logs.warn_once_a_minute(logger, "Attempts to sign in cannot be counted: the cache fails.")
        raise AttemptsNotCounted from error
    raise TooManyAttempts(seconds)


def count_second_factor(user: AnyUser) -> None:
    """Count an attempt at the second factor of a user whose password was right. See ``count``."""
    count([Bucket("sessions_api_second_factor", user.pk)])


def count_proof(user: AnyUser, session_id: UUID | None) -> None:
    """Count an attempt of a caller to prove who they are: by session, and by user. See ``count``.

    Only the user's own sessions fill these buckets, and they fill no others: nobody who has no
    session keeps its user from it, and nobody who has stolen one keeps its user from signing in. One
    session takes only a part of its user's places.
    """
    of_user = Bucket("sessions_api_reauthentication_user", user.pk)
    if session_id is None:
        count([of_user])
    else:
        count([Bucket("sessions_api_reauthentication_session", session_id), of_user])


def _rate_of(scope: str) -> str | None:
    """Return the site's rate, or our own. None: there is no limit."""
    rates = getattr(settings, "REST_FRAMEWORK", {}).get("DEFAULT_THROTTLE_RATES", {})
    rate: str | None = rates.get(scope, DEFAULT_RATES[scope])
    return rate


def _parsed(rate: str) -> tuple[int, int]:
    """Return how many attempts a rate such as "10/min" allows, and in how many seconds."""
    number, period = rate.split("/")
    return int(number), _SECONDS[period[0]]
