"""Who is at the other end of a request: IP address and user agent."""

from django.http import HttpRequest

from sessions_api.client import ip, user_agent
from sessions_api.models import Client


def client_of(request: HttpRequest) -> Client:
    """Return the request's client, as far as the site records it."""
    return Client(ip.client_ip(request), user_agent.recorded_user_agent(request))
