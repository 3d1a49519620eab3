"""Where clients are by the headers of content delivery networks, for LOCATION.

They are read only from TRUSTED_PROXIES. Anybody could write them who reaches the site otherwise.
"""

import re
from urllib.parse import unquote

from django.http import HttpRequest

from sessions_api.client.edges import EDGES
from sessions_api.client.ip import comes_from_proxy
from sessions_api.client.location import Location


def cloudflare(request: HttpRequest, ip_address: str) -> Location | None:
    """Return what Cloudflare says, if "Add visitor location headers" is on.

    With "IP geolocation" alone it is the country. A client in the Tor network is in no country.
    """
    said = _said(request, "CF-IPCountry", "CF-Region", "CF-IPCity")
    return Location(region="Tor network") if said is not None and said.country == "T1" else said


def cloudfront(request: HttpRequest, ip_address: str) -> Location | None:
    """Return what CloudFront says, if its origin request policy forwards these headers."""
    return _said(
        request,
        "CloudFront-Viewer-Country",
        "CloudFront-Viewer-Country-Region-Name",
        "CloudFront-Viewer-City",
    )


def app_engine(request: HttpRequest, ip_address: str) -> Location | None:
    """Return what Google App Engine says, which writes cities in small letters."""
    said = _said(request, "X-AppEngine-Country", "X-AppEngine-Region", "X-AppEngine-City")
    if said is None:
        return None
    city = re.sub(r"(?:^|[\s-])\w", lambda match: match[0].upper(), said.city.strip("?"))
    return Location(said.country, said.region.strip("?").upper(), city)


def fly(request: HttpRequest, ip_address: str) -> Location | None:
    """Return which edge of Fly.io the client has reached. Fly does not say where the client is."""
    edge = EDGES.get(_read(request, "Fly-Region").lower()) if comes_from_proxy(request) else None
    return None if edge is None else Location(region=f"near {edge}")


def _said(request: HttpRequest, country: str, region: str, city: str) -> Location | None:
    if not comes_from_proxy(request):
        return None
    return Location(*(_read(request, name) for name in (country, region, city)))


def _read(request: HttpRequest, name: str) -> str:
    """Return a header as text. Some send names in UTF-8, others percent-encoded."""
    value = unquote(request.headers.get(name, "").strip())
    try:
        # Servers hand headers on as Latin-1 (PEP 3333).
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value
