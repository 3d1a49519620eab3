"""The user agent of a request, and the device it names.

Nothing else imports ``user_agents``.
"""

import logging
import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from django.http import HttpRequest

from sessions_api.client.corrections import CORRECTIONS
from sessions_api.client.text import storable
from sessions_api.conf import conf
from sessions_api.models import MAX_NAME, MAX_USER_AGENT, DeviceType

if TYPE_CHECKING:
    from user_agents.parsers import UserAgent

# Old phones begin with their model.
_PRODUCT = re.compile(
    r"(?!Mozilla/|Opera/|Dalvik/|Nokia|SonyEricsson|SAMSUNG|SEC-|LG|MOT|BlackBerry|Alcatel|ZTE|HUAWEI)"
    r"([A-Za-z][\w.%-]*)/v?(\d+)"
)
_NO_MODEL = {"Other", "K", "Spider", "iOS-Device"}

_logger = logging.getLogger("sessions_api.client")


class Device(NamedTuple):
    """What a user agent says of itself, in words for people. Unknown parts are empty."""

    device_type: str = ""
    """A ``DeviceType``, or "" when unknown."""
    browser: str = ""
    os: str = ""
    device: str = ""


def recorded_user_agent(request: HttpRequest) -> str:
    """Return the User-Agent header (RFC 9110, section 10.1.5) in a form that can be stored.

    That is at most 512 characters, without control characters and lone surrogates, which databases
    and encoders refuse. Empty without a header, or when RECORD_USER_AGENT is off.
    """
    if not conf.RECORD_USER_AGENT:
        return ""
    return storable(request.META.get("HTTP_USER_AGENT", ""), MAX_USER_AGENT)


def parse(user_agent: str) -> Device:
    """Return the device that a user agent names. Never raises, whatever the text."""
    return _parsed(storable(user_agent, MAX_USER_AGENT))


@lru_cache(maxsize=1024)
def _parsed(user_agent: str) -> Device:
    # Here, since it takes 120 ms and 9 MiB: a process in which nobody signs in does without.
    import user_agents

    try:
        agent = user_agents.parse(user_agent)
        parsed = Device(_device_type(agent), _browser(agent), _os(agent), _model(agent))
        return _corrected(user_agent, parsed)
    except Exception as error:  # noqa: BLE001 (a device without a name is better than a failed request)
        _logger.debug("A user agent could not be parsed: %s", type(error).__name__)
        return Device()


def _corrected(user_agent: str, parsed: Device) -> Device:
    """Return a device as the table of corrections has it. See ``client.corrections``."""
    parts: dict[str, str] = {}
    for pattern, said in _corrections():
        if match := pattern.search(user_agent):
            for part, words in said:
                parts.setdefault(part, _name(unquote(match.expand(words)), ()))
    return parsed._replace(**parts)


@cache
def _corrections() -> list[tuple[re.Pattern[str], list[tuple[str, str]]]]:
    """Return the patterns, each with what it says of which part."""
    return [
        (
            re.compile(each.pattern),
            [
                (part, str(words))
                for part in Device._fields
                if (words := getattr(each, part)) is not None
            ],
        )
        for each in CORRECTIONS
    ]


def _device_type(agent: "UserAgent") -> str:
    if agent.is_bot:
        return DeviceType.BOT
    if agent.device.family == "Generic Tablet" or agent.is_tablet:
        # Apps on phones leave out the word "Mobile", by which browsers tell a phone from a tablet.
        is_app = agent.os.family == "Android" and not agent.ua_string.startswith("Mozilla/")
        return "" if is_app else DeviceType.TABLET
    if agent.is_mobile:
        return DeviceType.MOBILE
    return DeviceType.DESKTOP if agent.is_pc else ""


def _browser(agent: "UserAgent") -> str:
    family = agent.browser.family
    if family == "Other":
        return _product(agent.ua_string)
    if family == agent.os.family or "/" in family:
        # The parser knows the system only, or has no name for people: "Mobile Safari UI/WKWebView".
        return ""
    return _name(family, agent.browser.version[:1])


def _product(user_agent: str) -> str:
    """Return the product that a program begins with (RFC 9110, section 10.1.5), and its version."""
    match = _PRODUCT.match(user_agent)
    return _name(match[1], (match[2],)) if match else ""


def _os(agent: "UserAgent") -> str:
    family = agent.os.family.replace("Mac OS X", "macOS")
    return _name(family, () if _is_frozen(agent) else agent.os.version[:2])


def _is_frozen(agent: "UserAgent") -> bool:
    """Tell whether browsers write this version of the system whatever the real one is.

    Chrome's reduced user agent (https://www.chromium.org/updates/ua-reduction/) and Safari 26
    (https://webkit.org/blog/17333/webkit-features-in-safari-26-0/) are frozen.
    """
    family, version = agent.os.family, agent.os.version
    return (
        family == "Chrome OS"
        or (family == "Windows" and version == (10,))
        or (family == "Mac OS X" and (10, 15) <= version[:2] < (11,))
        or (family == "iOS" and (18, 6) <= version[:2] < (19,))
        or (family == "Android" and version[:1] == (10,) and not _model(agent))
    )


def _model(agent: "UserAgent") -> str:
    family = agent.device.family.partition(" Build/")[0]
    return "" if family in _NO_MODEL or family.startswith("Generic ") else _name(family, ())


def _name(family: str, version: tuple[int | str, ...]) -> str:
    if family == "Other":
        return ""
    return f"{family} {'.'.join(map(str, version))}"[:MAX_NAME].strip()
