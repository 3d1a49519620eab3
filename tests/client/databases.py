"""Databases in MaxMind's format, which the tests make themselves."""

from pathlib import Path
from typing import Any

from mmdb_writer import MMDBWriter
from netaddr import IPSet

MUNICH = {
    "country": {"iso_code": "DE", "names": {"en": "Germany", "de": "Deutschland"}},
    "subdivisions": [{"iso_code": "BY", "names": {"en": "Bavaria", "de": "Bayern"}}],
    "city": {"names": {"en": "Munich", "de": "München"}},
}
LYON = {
    "country": {"iso_code": "FR", "names": {"en": "France"}},
    "subdivisions": [
        {"iso_code": "ARA", "names": {"en": "Auvergne-Rhône-Alpes"}},
        {"iso_code": "69", "names": {"en": "Rhône"}},
    ],
    "city": {"names": {"en": "Lyon"}},
}
REGION_ALONE = {
    "country": {"iso_code": "US", "names": {"en": "United States"}},
    "subdivisions": [{"iso_code": "IA", "names": {"en": "Iowa"}}],
}
COUNTRY_ALONE = {"country": {"iso_code": "JP", "names": {"en": "Japan"}}}
NO_COUNTRY = {"continent": {"code": "EU", "names": {"en": "Europe"}}}

NETWORKS: dict[str, dict[str, Any]] = {
    "203.0.113.0/24": MUNICH,
    "198.51.100.0/25": LYON,
    "198.51.100.128/25": REGION_ALONE,
    "192.0.2.0/25": COUNTRY_ALONE,
    "192.0.2.128/25": NO_COUNTRY,
    "2001:db8:1::/48": LYON,
}


def write_database(
    path: Path,
    networks: dict[str, dict[str, Any]] = NETWORKS,
    kind: str = "GeoLite2-City",
) -> Path:
    """Write a database of networks, and return its path."""
    writer = MMDBWriter(6, kind, languages=["en"], ipv4_compatible=True)
    for network, place in networks.items():
        writer.insert_network(IPSet([network]), place)
    writer.to_db_file(str(path))
    return path
