"""The IP address a request comes from, as far as it can be believed."""

import ipaddress
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from django.http import HttpRequest

from sessions_api.conf import conf

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_Networks = tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]

# What is longer is not read. No real chain, IP address or element comes near these.
_MAX_HOPS = 32
_MAX_HOP = 100
_MAX_ELEMENT = 1000

_LISTS = {"x-forwarded-for", "forwarded"}
_WORD = r"[\w!#$%&'*+.^`|~-]+"
_PAIR = rf'({_WORD})=({_WORD}|"(?:[^"\\]|\\.)*")'
_PAIRS = re.compile(rf"\s*(?:{_PAIR}\s*)?(?:;\s*(?:{_PAIR}\s*)?)*", re.ASCII)
_ESCAPED = re.compile(r"\\(.)")
_WITH_PORT = re.compile(r"\[([^\]]+)\](?::[\w.-]+)?|([^:]+):[\w.-]+")


def client_ip(request: HttpRequest) -> str | None:
    """Return the client's IP address in canonical form. None when unknown or RECORD_IP is off.

    It is the peer's own IP address unless the peer is a trusted proxy. Then CLIENT_IP_HEADER is
    read from the right, where the nearest proxy writes, up to the first hop that is not a proxy of
    the site. The client may have sent anything that stands further left (RFC 7239, section 8.1).
    """
    return client_ip_even_unrecorded(request) if conf.RECORD_IP else None


def client_ip_even_unrecorded(request: HttpRequest) -> str | None:
    """Return the client's IP address, ignoring RECORD_IP. For throttling only; never store it."""
    address = _address(request)
    return None if address is None else str(address)


def configuration_problems() -> list[str]:
    """Return one sentence for each mistake in TRUSTED_PROXIES and CLIENT_IP_HEADER.

    Each says what is wrong and, behind a colon, how to mend it.
    """
    return [*_proxy_problems(conf.TRUSTED_PROXIES), *_header_problems(conf.CLIENT_IP_HEADER)]


def _address(request: HttpRequest) -> _Address | None:
    remote = request.META.get("REMOTE_ADDR") or ""
    peer, proxies = _parsed(remote), conf.TRUSTED_PROXIES
    if not proxies:
        return peer
    if isinstance(proxies, int):
        return _at(_hops(request), proxies)
    networks = _networks(tuple(proxies))
    # A peer on a unix socket has no IP address. Only the site's own proxy can reach the socket.
    if not remote or remote.startswith("unix:") or _within(peer, networks):
        return _first_untrusted(_hops(request), networks) or peer
    return peer


def _at(hops: Sequence[str], count: int) -> _Address | None:
    number = count if conf.CLIENT_IP_HEADER.lower() in _LISTS else 1
    return _parsed(hops[number - 1]) if 0 < number <= len(hops) else None


def _first_untrusted(hops: Iterable[str], networks: _Networks) -> _Address | None:
    """Return the first hop that is no proxy, or else the last one that can be read."""
    last = None
    for hop in hops:
        address = _parsed(hop)
        if not _within(address, networks):
            return address or last
        last = address
    return last


def _within(address: _Address | None, networks: _Networks) -> bool:
    return address is not None and any(address in network for network in networks)


@lru_cache(maxsize=8)
def _networks(texts: tuple[str, ...]) -> _Networks:
    return tuple(ipaddress.ip_network(text, strict=False) for text in texts)


def _parsed(hop: str) -> _Address | None:
    """Read an IP address that may have brackets, a port or a zone. The zone is dropped."""
    text = hop.strip()
    if len(text) > _MAX_HOP:
        return None
    if match := _WITH_PORT.fullmatch(text):
        text = match[1] or match[2]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv4Address):
        return address
    return address.ipv4_mapped or ipaddress.IPv6Address(address.packed)


def _hops(request: HttpRequest) -> list[str]:
    """Return the hops that the header names, the nearest first."""
    name = conf.CLIENT_IP_HEADER.lower()
    value = request.headers.get(name, "")
    if name not in _LISTS:
        return [value]
    pieces = value.rsplit(",", _MAX_HOPS)[::-1]
    return list(_forwarded(pieces)) if name == "forwarded" else pieces


def _forwarded(pieces: Iterable[str]) -> Iterator[str]:
    """Read a Forwarded header (RFC 7239, section 4) from the right, up to a malformed element."""
    element = ""
    for piece in pieces:
        element = f"{piece},{element}" if element else piece
        if len(element) > _MAX_ELEMENT:
            return
        if _ESCAPED.sub("", element).count('"') % 2:  # The comma stood between quotes.
            continue
        hop = _for(element)
        if not hop:
            return
        yield hop
        element = ""


def _for(element: str) -> str:
    """Return the value of the element's only ``for``. Empty when the element is malformed."""
    pairs = re.findall(_PAIR, element, re.ASCII) if _PAIRS.fullmatch(element) else []
    values: list[str] = [value for name, value in pairs if name.lower() == "for"]
    if len(values) != 1:
        return ""
    return _ESCAPED.sub(r"\1", values[0].strip('"'))


def _proxy_problems(proxies: object) -> list[str]:
    if isinstance(proxies, int) and type(proxies) is not bool:
        if 0 < proxies <= _MAX_HOPS:
            return []
        return [f"TRUSTED_PROXIES is {proxies}: count your proxies, from 1 to {_MAX_HOPS}."]
    if isinstance(proxies, Sequence) and not isinstance(proxies, str | bytes):
        return [problem for text in proxies if (problem := _network_problem(text))]
    return [f'TRUSTED_PROXIES is {proxies!r}: write a list such as ["10.0.0.0/8"], or a number.']


def _network_problem(text: object) -> str:
    said = f"TRUSTED_PROXIES contains {text!r}"
    try:
        interface = ipaddress.ip_interface(str(text))
    except ValueError:
        return f'{said}: write a network in CIDR notation, such as "10.0.0.0/8".'
    network = interface.network
    if network.prefixlen == 0:
        return f"{said}, which trusts everyone: name only the networks your proxies are in."
    if interface.ip != network.network_address:
        return f'{said}: write "{network}" for that network, or "{interface.ip}" for one proxy.'
    if getattr(network.network_address, "ipv4_mapped", None):
        return f"{said}: write an IPv4 network, since mapped IP addresses are compared as IPv4."
    return ""


def _header_problems(header: object) -> list[str]:
    if not isinstance(header, str) or not re.fullmatch(_WORD, header, re.ASCII):
        return [f'CLIENT_IP_HEADER is {header!r}: write one name, such as "X-Forwarded-For".']
    if "_" in header:
        name = header.upper().removeprefix("HTTP_").replace("_", "-").title()
        return [f'CLIENT_IP_HEADER is "{header}": write it as proxies send it, "{name}".']
    return []
