"""The IP address a request comes from, as far as it can be believed."""

import ipaddress
import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from django.http import HttpRequest
from django.utils.translation import gettext as _

from sessions_api.conf import Problem, conf
from sessions_api.logs import warn_once_a_minute
from sessions_api.models import networks

_Networks = tuple[networks.IPNetwork, ...]

# What is longer is not read. No real chain, IP address or element comes near these.
_MAX_HOPS = 32
_MAX_HOP = 100
_MAX_ELEMENT = 1000

_LISTS = {"x-forwarded-for", "forwarded"}
_WITH_PORT_ALWAYS = {"cloudfront-viewer-address"}
_WORD = r"[\w!#$%&'*+.^`|~-]+"
# RFC 7239 has quotes around colons and brackets, which nginx and others leave out.
_VALUE = r"[\w!#$%&'*+.^`|~:\[\]-]+"
_PAIR = rf'({_WORD})=({_VALUE}|"(?:[^"\\]|\\.)*")'
_PAIRS = re.compile(rf"\s*(?:{_PAIR}\s*)?(?:;\s*(?:{_PAIR}\s*)?)*", re.ASCII)
_ESCAPED = re.compile(r"\\(.)")
_PORTS = (
    re.compile(r"\[([^\]]+)\](?::[\w.-]+)?"),
    re.compile(r"([^:]+):[\w.-]+"),
    # IPv6 without brackets: nine groups, or one of more digits than a group has.
    re.compile(r"((?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}):\d{1,5}", re.ASCII),
    re.compile(r"([0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*):\d{5}", re.ASCII),
)
# Cloudflare makes these up for IPv6 clients of sites that know IPv4 alone ("pseudo IPv4").
_MADE_UP = ipaddress.ip_network("240.0.0.0/4")
_REAL = "CF-Connecting-IPv6"

_logger = logging.getLogger("sessions_api.client")


def client_ip(request: HttpRequest) -> str | None:
    """Return the client's IP address in canonical form. None when unknown or RECORD_IP is off.

    It is the peer's own IP address unless the peer is a trusted proxy. Then CLIENT_IP_HEADER is
    read from the right, where the nearest proxy writes, up to the first hop that is not a proxy of
    the site. The client may have sent anything that stands further left (RFC 7239, section 8.1).
    Where a proxy does not say whom it speaks for, nobody knows: the proxy is not the client. With
    RECORD_IP = "network" it is the first address of the client's network.
    """
    ip_address = client_ip_even_unrecorded(request) if conf.RECORD_IP else None
    return None if ip_address is None else networks.recorded(ip_address)


def client_ip_even_unrecorded(request: HttpRequest) -> str | None:
    """Return the client's IP address, ignoring RECORD_IP. For throttling only; never store it."""
    address = _address(request)
    return None if address is None else str(address)


def comes_from_proxy(request: HttpRequest) -> bool:
    """Tell whether one of the site's TRUSTED_PROXIES has handed the request on."""
    try:
        count, trusted = _proxies()
    except (TypeError, ValueError):
        return False
    return bool(count) or _is_proxy(request.META.get("REMOTE_ADDR") or "", trusted)


def configuration_problems() -> list[Problem]:
    """Return the mistakes in TRUSTED_PROXIES and CLIENT_IP_HEADER."""
    return [*_proxy_problems(conf.TRUSTED_PROXIES), *_header_problems(conf.CLIENT_IP_HEADER)]


def _address(request: HttpRequest) -> networks.IPAddress | None:
    remote = request.META.get("REMOTE_ADDR") or ""
    try:
        count, trusted = _proxies()
        header = conf.CLIENT_IP_HEADER.lower()
    except (AttributeError, TypeError, ValueError):
        warn_once_a_minute(
            _logger,
            "No IP address is recorded: TRUSTED_PROXIES or CLIENT_IP_HEADER cannot be read. Run check.",
        )
        return None
    if count:
        address = _at(_hops(request, header), count if header in _LISTS else 1)
    elif _is_proxy(remote, trusted):
        address = _first_untrusted(_hops(request, header), trusted)
    else:
        return _parsed(remote)
    if address is not None and address in _MADE_UP:
        address = _parsed(request.headers.get(_REAL, ""))
    if address is None and remote:
        warn_once_a_minute(
            _logger,
            "No IP address is recorded: a proxy has not said whose request it is in %s.",
            conf.CLIENT_IP_HEADER,
        )
    return address


def _proxies() -> tuple[int, _Networks]:
    """Return how many proxies there are, or else their networks. Raises TypeError or ValueError."""
    proxies: object = conf.TRUSTED_PROXIES
    if isinstance(proxies, int):
        if not 0 < proxies <= _MAX_HOPS or isinstance(proxies, bool):
            raise ValueError(proxies)
        return proxies, ()
    if isinstance(proxies, str | bytes) or not isinstance(proxies, Sequence):
        raise TypeError(proxies)
    return 0, _networks(tuple(proxies))


def _is_proxy(remote: str, trusted: _Networks) -> bool:
    """Tell whether a peer is a proxy of the site.

    One on a unix socket has no IP address. Only the site's own proxy can reach the socket.
    """
    if not remote or remote.startswith("unix:"):
        return bool(trusted)
    return _within(_parsed(remote), trusted)


def _at(hops: Sequence[str], count: int) -> networks.IPAddress | None:
    return _parsed(hops[count - 1]) if 0 < count <= len(hops) else None


def _first_untrusted(hops: Iterable[str], trusted: _Networks) -> networks.IPAddress | None:
    """Return the first hop that is no proxy, or else the furthest one. None if one is unreadable."""
    address = None
    for hop in hops:
        address = _parsed(hop)
        if not _within(address, trusted):
            break
    return address


def _within(address: networks.IPAddress | None, trusted: _Networks) -> bool:
    return address is not None and any(address in network for network in trusted)


@lru_cache(maxsize=8)
def _networks(texts: tuple[str, ...]) -> _Networks:
    if not all(isinstance(text, str) for text in texts):
        raise TypeError(texts)
    return tuple(ipaddress.ip_network(text, strict=False) for text in texts)


def _parsed(hop: str) -> networks.IPAddress | None:
    """Read an IP address that may have brackets, a port or a zone. The zone is dropped."""
    text = hop.strip()
    if len(text) > _MAX_HOP:
        return None
    for pattern in _PORTS:
        if match := pattern.fullmatch(text):
            text = match[1]
            break
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv4Address):
        return address
    return address.ipv4_mapped or ipaddress.IPv6Address(address.packed)


def _hops(request: HttpRequest, header: str) -> list[str]:
    """Return the hops that the header names, the nearest first. Empty ones are none (RFC 9110, 5.6.1)."""
    value = request.headers.get(header, "")
    if header in _WITH_PORT_ALWAYS:
        value = value.rpartition(":")[0]
    if header not in _LISTS:
        return [value]
    pieces = [piece for piece in value.rsplit(",", _MAX_HOPS)[::-1] if piece.strip()]
    return list(_forwarded(pieces)) if header == "forwarded" else list(map(_unquoted, pieces))


def _unquoted(text: str) -> str:
    return re.sub(r'^\s*"(.*)"\s*$', r"\1", text)


def _forwarded(pieces: Iterable[str]) -> Iterator[str]:
    """Read a Forwarded header (RFC 7239, section 4) from the right, up to a malformed element."""
    element = ""
    for piece in pieces:
        element = f"{piece},{element}" if element else piece
        if len(element) > _MAX_ELEMENT:
            break
        if _ESCAPED.sub("", element).count('"') % 2:  # The comma stood between quotes.
            continue
        hop = _for(element)
        yield hop
        if not hop:
            return
        element = ""
    if element:
        yield ""


def _for(element: str) -> str:
    """Return the value of the element's only ``for``. Empty when the element is malformed."""
    pairs = re.findall(_PAIR, element, re.ASCII) if _PAIRS.fullmatch(element) else []
    values: list[str] = [value for name, value in pairs if name.lower() == "for"]
    if len(values) != 1:
        return ""
    return _ESCAPED.sub(r"\1", values[0].strip('"'))


def _proxy_problems(proxies: object) -> list[Problem]:
    if isinstance(proxies, Sequence) and not isinstance(proxies, str | bytes):
        return [problem for text in proxies if (problem := _network_problem(text))]
    message = _("TRUSTED_PROXIES is %(value)r.") % {"value": proxies}
    if not isinstance(proxies, int) or type(proxies) is bool:
        return [Problem(message, _('Write a list such as ["10.0.0.0/8"], or a number.'))]
    if 0 < proxies <= _MAX_HOPS:
        return []
    return [Problem(message, _("Count your proxies, from 1 to %(most)d.") % {"most": _MAX_HOPS})]


def _network_problem(text: object) -> Problem | None:
    message = _("TRUSTED_PROXIES contains %(value)r.") % {"value": text}
    try:
        interface = ipaddress.ip_interface(str(text))
    except ValueError:
        return Problem(message, _('Write a network in CIDR notation, such as "10.0.0.0/8".'))
    network = interface.network
    if network.prefixlen == 0:
        message = _("TRUSTED_PROXIES contains %(value)r, which trusts everyone.") % {"value": text}
        return Problem(message, _("Name only the networks your proxies are in."))
    if interface.ip != network.network_address:
        hint = _('Write "%(network)s" for that network, or "%(address)s" for one proxy.')
        return Problem(message, hint % {"network": network, "address": interface.ip})
    if getattr(network.network_address, "ipv4_mapped", None):
        hint = _("Write an IPv4 network, since mapped IP addresses are compared as IPv4.")
        return Problem(message, hint)
    return None


def _header_problems(header: object) -> list[Problem]:
    message = _("CLIENT_IP_HEADER is %(value)r.") % {"value": header}
    if not isinstance(header, str) or not re.fullmatch(_WORD, header, re.ASCII):
        return [Problem(message, _('Write one name, such as "X-Forwarded-For".'))]
    if "_" in header:
        name = header.upper().removeprefix("HTTP_").replace("_", "-").title()
        hint = _('Write it as proxies send it: "%(name)s".') % {"name": name}
        return [Problem(message, hint)]
    return []
