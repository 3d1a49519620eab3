"""How often somebody may try to sign in, or to prove who they are.

A site sets its own rates for the scopes of DEFAULT_RATES in DEFAULT_THROTTLE_RATES of Django REST
framework; None removes a limit. Attempts are counted in the default cache, successful or not.
"""

import ipaddress
import logging
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from secrets import randbelow
from typing import Any, Protocol

from django.http import HttpRequest
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle, SimpleRateThrottle
from rest_framework.views import APIView

from sessions_api import credentials, logs, users
from sessions_api.authentication import Unavailable
from sessions_api.client import ip
from sessions_api.models import MAX_SEARCH_TERM, AnyUser
from sessions_api.tracking.current import current_session_id

logger = logging.getLogger("sessions_api.api")

DEFAULT_RATES: Mapping[str, str | None] = {
    "sessions_api_ip_address": "30/min",
    "sessions_api_user_name": "10/min",
    "sessions_api_user": "10/min",
    "sessions_api_second_factor": "5/min",
    "sessions_api_reauthentication_session": "5/min",
    "sessions_api_reauthentication_user": "10/min",
}
"""By scope, how often a site that says nothing else lets somebody try."""

_GUESSES = 4
"""How many places an attempt tries before it asks for all of them, of which there may be many."""


class Bucket(SimpleRateThrottle):
    """The attempts that share one limit: those in a scope for one user, name or IP address.

    An attempt takes one of the bucket's places, and holds it for the period of the rate. So no more
    attempts than the rate says fall into any period, whenever it begins. The ``add`` of a cache is
    atomic in LocMemCache, Redis, Memcached and the database, so this holds for parallel attempts,
    too.
    """

    scope: str
    num_requests: int | None
    duration: int | None

    def __init__(self, scope: str, ident: object) -> None:
        self.scope = scope
        super().__init__()
        self._key = f"sessions_api:{scope}:{credentials.digest(str(ident))}"

    def get_rate(self) -> str | None:
        """Return the site's rate, or our own. None: there is no limit."""
        rates: Any = api_settings.DEFAULT_THROTTLE_RATES
        rate: str | None = rates.get(self.scope, DEFAULT_RATES[self.scope])
        return rate

    def take(self) -> bool:
        """Count an attempt. False where no place is free: then it is not counted.

        Raises whatever the cache does, and LookupError for a cache that hides its errors.
        """
        if not self.num_requests:
            return self.num_requests is None
        guesses = (self._place(randbelow(self.num_requests)) for _ in range(_GUESSES))
        if any(self._add(place) for place in guesses):
            return True
        held = self.cache.get_many(self._places())
        if any(self._add(place) for place in self._places() if place not in held):
            return True
        if not held and not self.cache.get_many(self._places()):
            raise LookupError("The cache takes nothing, and has nothing.")
        return False

    def seconds_until_free(self) -> float:
        """Return after how many seconds a place is free: 0 where one is."""
        if self.num_requests is None or self.duration is None:
            return 0
        held = self.cache.get_many(self._places())
        if len(held) < self.num_requests:
            return 0
        until: float = min(held.values(), default=self.timer() + self.duration)
        return until - self.timer()

    def _add(self, place: str) -> bool:
        until = self.timer() + (self.duration or 0)
        return self.cache.add(place, until, self.duration)

    def _places(self) -> list[str]:
        return [self._place(number) for number in range(self.num_requests or 0)]

    def _place(self, number: int) -> str:
        return f"{self._key}:{number}"


class NamingView(Protocol):
    """A view that takes credentials."""

    def user_name(self, request: Request) -> str:
        """Return the user name as it was sent, or ""."""


class AttemptThrottle(BaseThrottle):
    """Refuses an attempt for which one of its buckets has no place left."""

    seconds: float = 0

    def bucket_groups(self, request: Request, view: NamingView) -> Iterator[Sequence[Bucket]]:
        """Yield what an attempt is counted in. What is refused is not counted in later groups."""
        raise NotImplementedError

    def allow_request(self, request: Request, view: APIView) -> bool:
        groups = self.bucket_groups(request, view)  # type: ignore[arg-type]  # only such views have it
        waits = (_seconds_to_wait(buckets) for buckets in groups)
        self.seconds = next(filter(None, waits), 0)
        return not self.seconds

    def wait(self) -> float:
        return self.seconds


class SignInThrottle(AttemptThrottle):
    """Counts attempts to sign in: by IP address, by the name that was sent, and by user.

    The database decides whom a name means, whatever the spelling, so it is asked. It is not asked
    about attempts that are refused already.
    """

    def bucket_groups(self, request: Request, view: NamingView) -> Iterator[Sequence[Bucket]]:
        """Yield the buckets of the client and the name, and then those of the users."""
        name = view.user_name(request)[:MAX_SEARCH_TERM]  # before anything else is done with it
        client = Bucket("sessions_api_ip_address", _network(request._request))
        named = [Bucket("sessions_api_user_name", _without_spelling(name))] if name else []
        yield [client, *named]
        yield [Bucket("sessions_api_user", key) for key in users.keys_named(name)]


class ReauthenticationThrottle(AttemptThrottle):
    """Counts the attempts of callers to prove who they are: by session, and by user.

    Only the user's own sessions fill these buckets, and they fill no others: nobody who has no
    session keeps its user from it, and nobody who has stolen one keeps its user from signing in. One
    session takes only a part of its user's places.
    """

    def bucket_groups(self, request: Request, view: NamingView) -> Iterator[Sequence[Bucket]]:
        """Yield the buckets of the session, if there is one, and the user."""
        session_id = current_session_id(request)
        user = Bucket("sessions_api_reauthentication_user", request.user.pk)
        if session_id is None:
            yield [user]
        else:
            yield [Bucket("sessions_api_reauthentication_session", session_id), user]


def count_second_factor(user: AnyUser) -> None:
    """Count an attempt at the second factor of a user whose password was right.

    Call it before the factor is checked. Raises Throttled, with ``wait`` in seconds, where the user
    has no attempt left, and Unavailable where attempts cannot be counted.
    """
    if seconds := _seconds_to_wait([Bucket("sessions_api_second_factor", user.pk)]):
        raise Throttled(wait=seconds)


def _seconds_to_wait(buckets: Sequence[Bucket]) -> float:
    """Count an attempt in each bucket; 0. Or return when all of them will have a place for it.

    Buckets after the first one that is full do not count it. Raises Unavailable where attempts cannot
    be counted: passwords that nobody counts could be guessed.
    """
    try:
        if all(bucket.take() for bucket in buckets):
            return 0
        return max(1, *(bucket.seconds_until_free() for bucket in buckets))
    except Exception as error:  # whatever a cache raises
        logs.warn_once_a_minute(logger, "Attempts to sign in cannot be counted: the cache fails.")
        raise Unavailable from error


def _network(request: HttpRequest) -> str:
    """Return what counts as one client: an IP address, or in IPv6 a subscriber's whole /64.

    Clients whose IP address is not known, such as behind a unix socket, count as one.
    """
    client_ip = ip.client_ip_even_unrecorded(request) or ""
    if ":" not in client_ip:
        return client_ip
    return str(ipaddress.ip_network((client_ip, 64), strict=False))


def _without_spelling(user_name: str) -> str:
    """Return what all spellings have in common that a database may take for one name.

    MariaDB's collations ignore case, accents, spaces, and characters without width; PostgreSQL's
    ``UPPER()`` makes one letter of two. Where two names share a key by mistake, the limit is only
    stricter.
    """
    letters = (
        str(unicodedata.digit(character, character))
        for character in unicodedata.normalize("NFKD", user_name)
        if character.isalnum() and unicodedata.category(character) != "Lm"
    )
    return "".join(letters).upper().casefold()
