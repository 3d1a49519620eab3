"""Checks of SESSIONS_API: its settings are known, make sense, and do not contradict each other."""

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.utils.translation import gettext as _

from sessions_api.checks import rules
from sessions_api.conf import SETTING_NAME, Settings, conf


def check_settings(**kwargs: object) -> list[CheckMessage]:
    """E001 to E004, W001 to W003, W010 and W013: SESSIONS_API holds known settings whose values make sense."""
    values = getattr(settings, SETTING_NAME, {})
    if not isinstance(values, dict):
        return [
            Error(
                _("SESSIONS_API is not a dict."),
                hint=_('Write it as SESSIONS_API = {"IDLE_TIMEOUT": timedelta(hours=1)}.'),
                id="sessions_api.E001",
            )
        ]
    errors = [*_unknown_settings(values), *_bad_values(values)]
    return errors or [*_lifetimes(), *_without_effect(values)]


def _unknown_settings(values: dict[str, object]) -> Iterator[CheckMessage]:
    own = [name for name in vars(Settings) if name.isupper()]
    known = list(dict.fromkeys([*own, *rules.known()]))
    for name in values:
        if name not in known:
            yield Error(
                _("SESSIONS_API has no setting %(name)r.") % {"name": name},
                hint=_("Remove it, or write one of %(known)s.") % {"known": ", ".join(known)},
                id="sessions_api.E002",
            )


def _bad_values(values: dict[str, object]) -> Iterator[CheckMessage]:
    for name, (is_right, hint) in rules.known().items():
        if name in values and not is_right(values[name]):
            yield Error(
                _("SESSIONS_API: %(name)s is %(value)r.") % {"name": name, "value": values[name]},
                hint=str(hint),
                id="sessions_api.E003",
            )


def _lifetimes() -> Iterator[CheckMessage]:
    if timedelta(seconds=settings.SESSION_COOKIE_AGE) > conf.RETENTION:
        yield Error(
            _(
                "SESSIONS_API: RETENTION is shorter than SESSION_COOKIE_AGE. The row of an ended "
                "session could be gone while a copy of its cookie is still accepted."
            ),
            hint=_("Make RETENTION at least %(least)d seconds.")
            % {"least": settings.SESSION_COOKIE_AGE},
            id="sessions_api.E004",
        )
    if conf.IDLE_TIMEOUT is not None and conf.TOUCH_INTERVAL > conf.IDLE_TIMEOUT / 4:
        yield Warning(
            _(
                "SESSIONS_API: a session may end up to TOUCH_INTERVAL before its IDLE_TIMEOUT has "
                "passed, and TOUCH_INTERVAL is more than a quarter of that."
            ),
            hint=_("Make TOUCH_INTERVAL at most %(most)s.") % {"most": conf.IDLE_TIMEOUT / 4},
            id="sessions_api.W001",
        )
    idle, absolute = conf.IDLE_TIMEOUT, conf.ABSOLUTE_TIMEOUT
    if idle is not None and absolute is not None and idle >= absolute:
        yield Warning(
            _(
                "SESSIONS_API: IDLE_TIMEOUT is not shorter than ABSOLUTE_TIMEOUT, so it has no effect."
            ),
            hint=_("Make IDLE_TIMEOUT shorter, or None."),
            id="sessions_api.W002",
        )


def _without_effect(values: dict[str, object]) -> Iterator[CheckMessage]:
    if conf.LOCATION is not None and not conf.RECORD_IP:
        yield Warning(
            _("SESSIONS_API: LOCATION has no effect while RECORD_IP is False."),
            hint=_(
                'Remove LOCATION, or set RECORD_IP to "network", which is enough for most places.'
            ),
            id="sessions_api.W010",
        )
    if conf.KNOWN_DEVICES == "client" and not conf.RECORD_USER_AGENT:
        yield Warning(
            _(
                "SESSIONS_API: KNOWN_DEVICES is 'client', but RECORD_USER_AGENT is False. All devices "
                "are alike, and none is new."
            ),
            hint=_("Record user agents, or have devices known by a cookie."),
            id="sessions_api.W013",
        )
    if "ON_LIMIT" in values and conf.MAX_SESSIONS_PER_USER is None:
        yield Warning(
            _("SESSIONS_API: ON_LIMIT has no effect without MAX_SESSIONS_PER_USER."),
            hint=_("Set MAX_SESSIONS_PER_USER, or remove ON_LIMIT."),
            id="sessions_api.W003",
        )
