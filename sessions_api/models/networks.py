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

    Where networks are recorded instead of IP addresses, what is smaller means the one it is in. Host
    bits are cleared, and IPv4 that is mapped into IPv6 is IPv4. Raises ValueError for anything else.
    """
    network = ipaddress.ip_network(text, strict=False)
    mapped = getattr(network.network_address, "ipv4_mapped", None)
    if mapped is not None and network.prefixlen >= 96:
        network = ipaddress.ip_network((mapped, network.prefixlen - 96), strict=False)
    kept = PREFIXES[network.version]
    if are_kept() and network.prefixlen > kept:
        return network.supernet(new_prefix=kept)
    return network


def meant_by(text: str) -> IPNetwork | None:
    """Return the network that is searched instead of what a text says. None where it is what it says."""
    try:
        asked = ipaddress.ip_network(text.strip(), strict=False)
        meant = searched(text.strip())
    except ValueError:
        return None
    return meant if are_kept() and meant != asked else None


def in_words(ip_address: str) -> str:
    """Return what a row has for an IP address as people should read it: maybe as a network."""
    if are_kept() and recorded(ip_address) == ip_address:
        return str(network_of(ip_address))
    return ip_address
