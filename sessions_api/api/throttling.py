"""How often somebody may try to sign in.

A site sets its own rates for the scopes below in DEFAULT_THROTTLE_RATES of Django REST framework;
None removes the limit. Attempts are counted in the default cache.
"""

import ipaddress
import unicodedata
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from sessions_api import credentials
from sessions_api.client import ip


class SignInThrottle(SimpleRateThrottle):
    """Counts attempts to sign in, successful or not."""

    default_rate: ClassVar[str]

    def get_rate(self) -> str | None:
        rates: Any = api_settings.DEFAULT_THROTTLE_RATES
        rate: str | None = rates.get(self.scope, self.default_rate)
        return rate


class UserNameThrottle(SignInThrottle):
    """Counts attempts for one user name, from anywhere."""

    scope = "sessions_api_user_name"
    default_rate = "10/min"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        user_name = view.user_name(request)
        if not user_name:
            return None
        ident = credentials.digest(_without_spelling(user_name))
        return self.cache_format % {"scope": self.scope, "ident": ident}


class IPAddressThrottle(SignInThrottle):
    """Counts attempts from one IP address, for anybody. In IPv6 a subscriber's whole /64 is one."""

    scope = "sessions_api_address"
    default_rate = "30/min"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        client_ip = ip.client_ip_even_unrecorded(request._request)
        if client_ip is None:
            return None
        is_ipv6 = ":" in client_ip
        ident = ipaddress.ip_network((client_ip, 64), strict=False) if is_ipv6 else client_ip
        return self.cache_format % {"scope": self.scope, "ident": ident}


def _without_spelling(user_name: str) -> str:
    """Return what all spellings have in common that a database may take for one name.

    MariaDB's collations ignore case, accents, spaces, and characters without width. Where two names
    share a key by mistake, the limit is only stricter.
    """
    letters = (
        str(unicodedata.digit(character, character))
        for character in unicodedata.normalize("NFKD", user_name)
        if character.isalnum() and unicodedata.category(character) != "Lm"
    )
    return "".join(letters).casefold()
