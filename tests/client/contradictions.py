"""What no reading of a user agent may say, whatever the user agent."""

import re

from sessions_api.client.user_agent import Device

MADE_UP = {
    "Windows 10": "Windows NT 10.0",
    "macOS 10.15": "10[_.]15[_.]7",
    "Android 10": "Android 10; K[;)]",
    "iOS 18.6": "OS 18_6.* Version/26",
}
"""Versions of systems that browsers write whatever the real one is, and by what one knows it."""


def contradictions(user_agent: str, device: Device) -> list[str]:
    """Return what is wrong with a reading, in words."""
    kind, browser, system, model = map(str, device)
    is_browser = user_agent.startswith("Mozilla/")
    says = {
        "a phone is a tablet": (
            kind == "tablet"
            and is_browser
            and re.search(r"\bAndroid\b.*\bMobile\b|\(iPhone\b", user_agent) is not None
            and not re.search(r"\bTablet\b", user_agent)
        ),
        "an iPad is a phone": kind == "mobile" and "(iPad;" in user_agent,
        "a computer runs a system of phones": kind == "desktop"
        and system.startswith(("Android", "iOS")),
        "a phone runs a system of computers": (
            kind == "mobile" and system.startswith(("macOS", "Ubuntu", "Fedora", "Chrome OS"))
        ),
        "a Mac is no Mac": model == "Mac" and system.startswith(("iOS", "Android", "Windows")),
        "a bot has a device": kind == "bot" and bool(model or system),
        "a name is a piece of a URL": any(
            re.search(
                r"[/@]|https?:|www\\.|\\.(?:com|org|net|html)\\b|^(?:com|org|net|www)\\b", part
            )
            for part in (browser, system)
        ),
        "a name is a piece of the syntax": any(
            re.search(r"[;()\\[\\]]|\\bBuild\\b", part) for part in (browser, system, model)
        ),
        "the system's version is made up": (
            system in MADE_UP and re.search(MADE_UP[system], user_agent) is not None
        ),
        "the browser is the system": bool(browser) and browser == system,
        "the browser is the device": bool(browser) and browser == model,
    }
    return [words for words, holds in says.items() if holds]
