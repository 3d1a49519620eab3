"""What RECORD_IP = "network" keeps of IP addresses: their networks."""

import ipaddress

from sessions_api.conf import conf

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

PREFIXES = {4: 24, 6: 48}
"""How long a prefix is kept, by the version of the protocol. The rest tells households apart."""


def are_kept() -> bool:
    """Tell whether networks are recorded instead of IP addresses."""
    return conf.RECORD_IP == "network"


def network_of(ip_address: str | IPAddress) -> IPNetwork:
    """Return the network that is kept of an IP address. Raises ValueError for anything else."""
    parsed = ipaddress.ip_address(ip_address)
    return ipaddress.ip_network((parsed, PREFIXES[parsed.version]), strict=False)


def recorded(ip_address: str) -> str:
    """Return what is stored of an IP address: itself, or the first address of its network."""
    return str(network_of(ip_address).network_address) if are_kept() else ip_address


def searched(text: str) -> IPNetwork:
    """Return the network that a search for an IP address or a network means.

    An IP address means itself, or its network where that is all that is recorded. Host bits are
    cleared. Raises ValueError for anything else.
    """
    network = ipaddress.ip_network(text, strict=False)
    is_one = network.num_addresses == 1
    return network_of(network.network_address) if is_one and are_kept() else network


def meant_by(text: str) -> IPNetwork | None:
    """Return the network that is searched instead of the IP address that a text is.

    None where the text is searched as it is.
    """
    try:
        meant = searched(text.strip())
        return None if meant == ipaddress.ip_network(text.strip(), strict=False) else meant
    except ValueError:
        return None


def in_words(ip_address: str) -> str:
    """Return what a row has for an IP address as people should read it: maybe as a network."""
    if are_kept() and recorded(ip_address) == ip_address:
        return str(network_of(ip_address))
    return ip_address
