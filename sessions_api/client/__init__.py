"""Who is at the other end of a request: IP address and user agent."""

from functools import lru_cache

from django.http import HttpRequest

from sessions_api.client import ip, user_agent
from sessions_api.client.location import Location, location_of
from sessions_api.conf import conf
from sessions_api.models import Client


def fingerprint_of(request: HttpRequest) -> int:
    """Return a number that is the same as long as nothing has changed from which a client is told.

    It is cheap: what it stands for is worked out only when it differs.
    """
    get = request.META.get
    return hash((get("REMOTE_ADDR"), get(_header()), get("HTTP_USER_AGENT")))


@lru_cache
def _header() -> str:
    """Return the key in ``META`` of the header that the proxies write, or "" without proxies."""
    name: object = conf.CLIENT_IP_HEADER
    if not conf.TRUSTED_PROXIES or not isinstance(name, str):  # E005 says what a name is
        return ""
    return f"HTTP_{name.upper().replace('-', '_')}"


forget_header = _header.cache_clear
"""Read the settings again, which have changed."""


def client_of(request: HttpRequest) -> Client:
    """Return the request's client, as far as the site records it."""
    return Client(ip.client_ip(request), user_agent.recorded_user_agent(request))


def located_client_of(request: HttpRequest) -> tuple[Client, Location]:
    """Return the request's client and where it is, in a view. Telling where may take a while."""
    client = client_of(request)
    return client, location_of(request, client.ip_address, in_view=True)
