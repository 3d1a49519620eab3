"""Where the demo's IP addresses are. They are those of examples (RFC 5737 and 3849), and nowhere."""

from ipaddress import ip_address as parsed
from ipaddress import ip_network

from django.http import HttpRequest

from sessions_api.client.location import Location

PLACES = {
    ip_network("203.0.113.0/24"): Location("DE", "Bavaria", "Munich"),
    ip_network("198.51.100.0/25"): Location("FR", "Auvergne-Rhône-Alpes", "Lyon"),
    ip_network("198.51.100.128/25"): Location("BR", "São Paulo", "São Paulo"),
    ip_network("192.0.2.0/24"): Location("JP", "Tokyo", "Tokyo"),
    ip_network("2001:db8::/32"): Location("CA", "Quebec", "Montreal"),
}


def location(request: HttpRequest, ip_address: str) -> Location | None:
    """Tell where a client is, for LOCATION. A real site has a database: see the README."""
    address = parsed(ip_address)
    return next((place for network, place in PLACES.items() if address in network), None)
