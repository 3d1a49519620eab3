"""``sessions_api.client.cdn``: places by the headers of content delivery networks."""

import pytest

from sessions_api.client.edges import EDGES
from sessions_api.client.location import Location, location_of

CLOUDFLARE, CLOUDFRONT = "cloudflare", "cloudfront"
APP_ENGINE, FLY = "app_engine", "fly"


def at(text):
    """Return a text in UTF-8 as servers hand it on."""
    return text.encode().decode("latin-1")


CASES = {
    "Cloudflare": (
        CLOUDFLARE,
        {"CF-IPCountry": "DE", "CF-IPCity": "Munich", "CF-Region": "Bavaria"},
        ("DE", "Munich, DE"),
    ),
    "Cloudflare: the country alone": (CLOUDFLARE, {"CF-IPCountry": "FR"}, ("FR", "FR")),
    "Cloudflare: no city": (
        CLOUDFLARE,
        {"CF-IPCountry": "US", "CF-Region": "Iowa"},
        ("US", "Iowa, US"),
    ),
    "Cloudflare: UTF-8": (
        CLOUDFLARE,
        {"CF-IPCountry": "BR", "CF-IPCity": at("São Paulo")},
        ("BR", "São Paulo, BR"),
    ),
    "Cloudflare: percent-encoded": (
        CLOUDFLARE,
        {"CF-IPCountry": "TR", "CF-IPCity": "%C4%B0stanbul"},
        ("TR", "İstanbul, TR"),
    ),
    "Cloudflare: unknown": (CLOUDFLARE, {"CF-IPCountry": "XX"}, ("", "")),
    "Cloudflare: Tor": (CLOUDFLARE, {"CF-IPCountry": "T1"}, ("", "Tor network")),
    "Cloudflare: nothing": (CLOUDFLARE, {}, ("", "")),
    "CloudFront": (
        CLOUDFRONT,
        {
            "CloudFront-Viewer-Country": "FR",
            "CloudFront-Viewer-Country-Region-Name": "Rh%C3%B4ne",
            "CloudFront-Viewer-City": "Saint-%C3%89tienne",
        },
        ("FR", "Saint-Étienne, FR"),
    ),
    "CloudFront: the country alone": (
        CLOUDFRONT,
        {"CloudFront-Viewer-Country": "IN"},
        ("IN", "IN"),
    ),
    "App Engine": (
        APP_ENGINE,
        {
            "X-AppEngine-Country": "US",
            "X-AppEngine-Region": "ca",
            "X-AppEngine-City": "mountain view",
        },
        ("US", "Mountain View, US"),
    ),
    "App Engine: small words and hyphens": (
        APP_ENGINE,
        {"X-AppEngine-Country": "CA", "X-AppEngine-City": "st. john's-east"},
        ("CA", "St. John's-East, CA"),
    ),
    "App Engine: no city": (
        APP_ENGINE,
        {"X-AppEngine-Country": "US", "X-AppEngine-Region": "ca", "X-AppEngine-City": "?"},
        ("US", "CA, US"),
    ),
    "App Engine: unknown": (
        APP_ENGINE,
        {"X-AppEngine-Country": "ZZ", "X-AppEngine-Region": "?", "X-AppEngine-City": "?"},
        ("", ""),
    ),
    "Fly.io tells its edge, not the client": (FLY, {"Fly-Region": "ams"}, ("", "near Amsterdam")),
    "Fly.io: an edge that is not known": (FLY, {"Fly-Region": "xyz"}, ("", "")),
    "a country that is none": (CLOUDFLARE, {"CF-IPCountry": "Germany"}, ("", "")),
    "a country in small letters": (CLOUDFLARE, {"CF-IPCountry": "de"}, ("DE", "DE")),
}


def found(rf, settings, name, headers, *, proxies, peer="10.0.0.2"):
    path = f"sessions_api.client.cdn.{name}"
    settings.SESSIONS_API = {"TRUSTED_PROXIES": proxies, "LOCATION": path}
    request = rf.get("/", headers=headers, REMOTE_ADDR=peer)
    return location_of(request, "203.0.113.7")


@pytest.mark.parametrize(("name", "headers", "expected"), CASES.values(), ids=CASES.keys())
def test_a_proxy_of_the_site_tells(rf, settings, name, headers, expected):
    for proxies in (["10.0.0.0/8"], 1):
        location = found(rf, settings, name, headers, proxies=proxies)
        assert (location.country, str(location)) == expected


@pytest.mark.parametrize(
    ("name", "headers", "expected"),
    [case for case in CASES.values() if case[2] != ("", "")],
    ids=[name for name, case in CASES.items() if case[2] != ("", "")],
)
@pytest.mark.parametrize("proxies", [[], ["10.0.0.0/8"], "no list"], ids=repr)
def test_nobody_else_is_believed(rf, settings, caplog, name, headers, expected, proxies):
    location = found(rf, settings, name, headers, proxies=proxies, peer="203.0.113.9")
    assert location == Location()
    assert caplog.messages == []


def test_a_proxy_on_a_unix_socket_is_believed(rf, settings):
    headers = {"CF-IPCountry": "DE"}
    for peer, expected in (("", "DE"), ("unix:", "DE")):
        location = found(rf, settings, CLOUDFLARE, headers, proxies=["10.0.0.0/8"], peer=peer)
        assert location.country == expected


def test_the_edges_are_named_in_small_letters():
    assert all(len(code) == 3 and code.islower() for code in EDGES)
