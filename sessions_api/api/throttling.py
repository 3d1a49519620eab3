"""How often somebody may try to sign in over the API. See ``sessions_api.attempts``."""

import ipaddress
import unicodedata
from typing import Protocol, cast

from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from sessions_api import attempts
from sessions_api.attempts import Bucket
from sessions_api.client import ip
from sessions_api.exceptions import TooManyAttempts
from sessions_api.models import MAX_SEARCH_TERM
from sessions_api.sign_in import names
from sessions_api.tracking.current import current_session_id


class NamingView(Protocol):
    """A view that takes credentials."""

    def user_name(self, request: Request) -> str:
        """Return the user name as it was sent, or ""."""


class AttemptThrottle(BaseThrottle):
    """Refuses an attempt that is one too many."""

    seconds: float = 0

    def count(self, request: Request, view: NamingView) -> None:
        """Count an attempt. Raises what ``attempts.count`` raises."""
        raise NotImplementedError

    def allow_request(self, request: Request, view: APIView) -> bool:
        try:
            self.count(request, cast(NamingView, view))
        except TooManyAttempts as refusal:
            self.seconds = refusal.seconds or 0
            return False
        return True

    def wait(self) -> float:
        return self.seconds


class SignInThrottle(AttemptThrottle):
    """Counts attempts to sign in: by IP address, by the name that was sent, and by user.

    The database decides whom a name means, whatever the spelling, so it is asked. It is not asked
    about attempts that are refused already.
    """

    def count(self, request: Request, view: NamingView) -> None:
        name = view.user_name(request)[:MAX_SEARCH_TERM]  # before anything else is done with it
        client = Bucket("sessions_api_ip_address", _network(request._request))
        named = [Bucket("sessions_api_user_name", _without_spelling(name))] if name else []
        attempts.count([client, *named])
        attempts.count([Bucket("sessions_api_user", key) for key in names.keys_named(name)])


class ProofThrottle(AttemptThrottle):
    """Counts the attempts of callers to prove who they are."""

    def count(self, request: Request, view: NamingView) -> None:
        attempts.count_proof(request.user, current_session_id(request))


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
