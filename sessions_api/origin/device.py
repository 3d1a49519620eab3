"""The user agent of a request, and the device it names.

The only importer of ``user_agents``.
"""

import logging
import re
from functools import lru_cache
from typing import Any, Literal, NamedTuple

import user_agents
from django.http import HttpRequest

from sessions_api.conf import conf

DeviceType = Literal["desktop", "mobile", "tablet", "bot", ""]

_MAX_USER_AGENT = 512
_MAX_NAME = 64

_UNSTORABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_NO_MODEL = {"Other", "K", "Spider", "iOS-Device"}

_logger = logging.getLogger("sessions_api.origin")


class Device(NamedTuple):
    """What a user agent says of itself, for people to read. Unknown parts are empty strings."""

    device_type: DeviceType = ""
    browser: str = ""
    os: str = ""
    device: str = ""


def recorded_user_agent(request: HttpRequest) -> str:
    """Return the User-Agent header (RFC 9110, section 10.1.5) as it may be stored.

    At most 512 characters, without control characters and lone surrogates, which databases and
    encoders refuse. An empty string when there is none or RECORD_USER_AGENT is off.
    """
    if not conf.RECORD_USER_AGENT:
        return ""
    return _storable(request.META.get("HTTP_USER_AGENT", ""))


def parse(user_agent: str) -> Device:
    """Return the device that ``user_agent`` names. Never raises, whatever the text."""
    return _parsed(_storable(user_agent))


def _storable(user_agent: str) -> str:
    # Cut first: what follows costs time in proportion to the length.
    return _UNSTORABLE.sub("", user_agent[:_MAX_USER_AGENT])


@lru_cache(maxsize=1024)
def _parsed(user_agent: str) -> Device:
    try:
        agent = user_agents.parse(user_agent)
        return Device(_device_type(agent), _browser(agent), _os(agent), _model(agent))
    except Exception as error:  # noqa: BLE001 (a name for a device is not worth a failed request)
        _logger.debug("A user agent could not be parsed: %s", type(error).__name__)
        return Device()


def _device_type(agent: Any) -> DeviceType:
    if agent.is_bot:
        return "bot"
    if agent.device.family == "Generic Tablet" or agent.is_tablet:
        # Without "Mobile" it is a tablet only if it is a browser: apps do not write that word.
        is_app = agent.os.family == "Android" and not agent.ua_string.startswith("Mozilla/")
        return "" if is_app else "tablet"
    if agent.is_mobile:
        return "mobile"
    return "desktop" if agent.is_pc else ""


def _browser(agent: Any) -> str:
    return _name(agent.browser.family, agent.browser.version[:1])


def _os(agent: Any) -> str:
    family = agent.os.family.replace("Mac OS X", "macOS")
    return _name(family, () if _is_frozen(agent) else agent.os.version[:2])


def _is_frozen(agent: Any) -> bool:
    """Whether browsers go on writing this version of the system, whatever the real one is.

    Chrome's reduced user agent (https://www.chromium.org/updates/ua-reduction/) and Safari 26
    (https://webkit.org/blog/17333/webkit-features-in-safari-26-0/) are frozen on purpose.
    """
    family, version = agent.os.family, agent.os.version
    return (
        family == "Chrome OS"
        or (family == "Windows" and version == (10,))
        or (family == "Mac OS X" and (10, 15) <= version[:2] < (11,))
        or (family == "iOS" and (18, 6) <= version[:2] < (19,))
        or (family == "Android" and version[:1] == (10,) and not _model(agent))
    )


def _model(agent: Any) -> str:
    family = agent.device.family
    return "" if family in _NO_MODEL or family.startswith("Generic ") else _name(family, ())


def _name(family: str, version: tuple[int | str, ...]) -> str:
    if family == "Other":
        return ""
    return f"{family} {'.'.join(map(str, version))}"[:_MAX_NAME].strip()
