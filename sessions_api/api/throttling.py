"""How often somebody may try to sign in.

The rates are those of the scopes below in DEFAULT_THROTTLE_RATES of Django REST framework, where a
site sets its own; None for none. They are counted in the default cache.
"""

import ipaddress
import unicodedata
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import SimpleRateThrottle

from sessions_api import credentials
from sessions_api.origin import address


class SignInThrottle(SimpleRateThrottle):
    """Counts attempts to sign in, successful or not."""

    default_rate: ClassVar[str]

    def get_rate(self) -> str | None:
        """Return the site's rate for the scope, or ours."""
        rates: Any = api_settings.DEFAULT_THROTTLE_RATES
        rate: str | None = rates.get(self.scope, self.default_rate)
        return rate


class UserNameThrottle(SignInThrottle):
    """For one user name, whoever tries it."""

    scope = "sessions_api_user_name"
    default_rate = "10/min"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        """Return a key for the user name that is sent, or that is asked to prove itself."""
        user_name = view.user_name(request)
        if not user_name:
            return None
        ident = credentials.digest(_spelt_plainly(user_name))
        return self.cache_format % {"scope": self.scope, "ident": ident}


class AddressThrottle(SignInThrottle):
    """For one address, whomever it tries; with IPv6 for all that one subscriber has, a /64."""

    scope = "sessions_api_address"
    default_rate = "30/min"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        """Return a key for the client's address, or None where it is not known."""
        peer = address.peer_address(request._request)
        if peer is None:
            return None
        ident = ipaddress.ip_network((peer, 64), strict=False) if ":" in peer else peer
        return self.cache_format % {"scope": self.scope, "ident": ident}


def _spelt_plainly(user_name: str) -> str:
    """Return what the spellings have in common that a database may take for one name.

    A collation may know neither case, accents nor spaces, nor whatever has no width; MariaDB's do
    not. To have other names share a key is only stricter.
    """
    letters = (
        str(unicodedata.digit(character, character))
        for character in unicodedata.normalize("NFKD", user_name)
        if character.isalnum() and unicodedata.category(character) != "Lm"
    )
    return "".join(letters).casefold()
