"""The effective settings: the documented defaults, under whatever the site says right now."""

from datetime import timedelta

import pytest
from django.test import override_settings

from sessions_api.conf import conf
from tests.helpers import SETTINGS

DEFAULTS = {
    "TOUCH_INTERVAL": timedelta(seconds=60),
    "IDLE_TIMEOUT": None,
    "ABSOLUTE_TIMEOUT": None,
    "MAX_SESSIONS_PER_USER": None,
    "ON_LIMIT": "end_oldest",
    "STRICT": False,
    "ADOPT": "lazy",
    "TOKEN_PREFIX": "session",
    "TOKEN_LIFETIME": timedelta(days=30),
    "TOKEN_SIGN_IN": None,
    "REAUTHENTICATORS": (
        "sessions_api.authenticators.password",
        "sessions_api.authenticators.otp_device",
        "sessions_api.authenticators.allauth_code",
    ),
    "REAUTHENTICATION_AGE": None,
    "ORGANIZATION": None,
    "ORY_IDENTITY": None,
    "ORY_REQUIRED_AAL": None,
    "TORII_ENVIRONMENT": "5d1ab3a5-3d7c-8e0a-b7a1-6f0f1c2e9d44",
    "TORII_ENVIRONMENT_OF": None,
    "RETENTION": timedelta(days=90),
    "RECORD_IP": True,
    "RECORD_USER_AGENT": True,
    "LOCATION": None,
    "NEW_DEVICE_EMAIL": False,
    "KNOWN_DEVICES": "cookie",
    "TRUSTED_PROXIES": (),
    "CLIENT_IP_HEADER": "X-Forwarded-For",
}
OVERRIDES = {
    "TOUCH_INTERVAL": timedelta(seconds=5),
    "IDLE_TIMEOUT": timedelta(minutes=30),
    "ABSOLUTE_TIMEOUT": timedelta(hours=12),
    "MAX_SESSIONS_PER_USER": 3,
    "ON_LIMIT": "refuse",
    "STRICT": True,
    "ADOPT": "refuse",
    "TOKEN_PREFIX": "acme",
    "TOKEN_LIFETIME": timedelta(days=7),
    "TOKEN_SIGN_IN": "sessions_api.sign_in.password",
    "REAUTHENTICATORS": ["sessions_api.authenticators.password"],
    "REAUTHENTICATION_AGE": timedelta(minutes=10),
    "ORGANIZATION": "tests.site.organizations.of",
    "ORY_IDENTITY": "tests.site.organizations.of",
    "ORY_REQUIRED_AAL": "tests.site.organizations.of",
    "TORII_ENVIRONMENT": "01931a72-0000-7000-8000-0000000000cc",
    "TORII_ENVIRONMENT_OF": "tests.site.organizations.of",
    "RETENTION": timedelta(days=365),
    "RECORD_IP": False,
    "RECORD_USER_AGENT": False,
    "LOCATION": "tests.site.organizations.of",
    "NEW_DEVICE_EMAIL": True,
    "KNOWN_DEVICES": "client",
    "TRUSTED_PROXIES": ["10.0.0.0/8"],
    "CLIENT_IP_HEADER": "Forwarded",
}
DURATIONS = (
    "TOUCH_INTERVAL",
    "IDLE_TIMEOUT",
    "ABSOLUTE_TIMEOUT",
    "TOKEN_LIFETIME",
    "REAUTHENTICATION_AGE",
    "RETENTION",
)


def effective():
    return {name: getattr(SETTINGS[name], name) for name in DEFAULTS}


def test_the_tables_here_name_every_setting():
    assert SETTINGS.keys() == DEFAULTS.keys() == OVERRIDES.keys()


def test_a_site_without_the_dict_has_the_defaults(settings):
    del settings.SESSIONS_API
    assert effective() == DEFAULTS


@pytest.mark.parametrize("name", DEFAULTS)
def test_each_setting_has_its_documented_default(name, settings):
    settings.SESSIONS_API = {}
    assert getattr(SETTINGS[name], name) == DEFAULTS[name]
    assert type(getattr(SETTINGS[name], name)) is type(DEFAULTS[name])


@pytest.mark.parametrize("name", OVERRIDES)
def test_an_override_is_seen_at_once_and_changes_nothing_else(name, settings):
    settings.SESSIONS_API = {name: OVERRIDES[name]}
    assert effective() == DEFAULTS | {name: OVERRIDES[name]}


@pytest.mark.parametrize("name", OVERRIDES)
def test_an_override_is_gone_as_soon_as_it_is_taken_back(name, settings):
    settings.SESSIONS_API = {}
    with override_settings(SESSIONS_API={name: OVERRIDES[name]}):
        assert getattr(SETTINGS[name], name) == OVERRIDES[name]
        with override_settings(SESSIONS_API={}):
            assert getattr(SETTINGS[name], name) == DEFAULTS[name]
        assert getattr(SETTINGS[name], name) == OVERRIDES[name]
    assert getattr(SETTINGS[name], name) == DEFAULTS[name]


def test_a_setting_is_worked_out_once_and_again_after_a_change(settings):
    settings.SESSIONS_API = {"TOUCH_INTERVAL": 5}
    assert conf.TOUCH_INTERVAL is conf.TOUCH_INTERVAL
    settings.SESSIONS_API = {"TOUCH_INTERVAL": 6}
    assert conf.TOUCH_INTERVAL.total_seconds() == 6


@pytest.mark.parametrize("name", DURATIONS)
@pytest.mark.parametrize("seconds", [90, 90.0, 0.5])
def test_a_duration_in_seconds_becomes_a_timedelta(name, seconds, settings):
    settings.SESSIONS_API = {name: seconds}
    assert getattr(SETTINGS[name], name) == timedelta(seconds=seconds)


@pytest.mark.parametrize("name", DURATIONS)
def test_a_duration_given_as_timedelta_is_left_as_it_is(name, settings):
    duration = timedelta(hours=3)
    settings.SESSIONS_API = {name: duration}
    assert getattr(SETTINGS[name], name) is duration


@pytest.mark.parametrize("name", DURATIONS)
def test_a_duration_of_none_stays_none(name, settings):
    settings.SESSIONS_API = {name: None}
    assert getattr(SETTINGS[name], name) is None


@pytest.mark.parametrize("name", ["MAX_SESSIONS_PER_USER", "TRUSTED_PROXIES"])
def test_a_count_is_not_taken_for_a_duration(name, settings):
    settings.SESSIONS_API = {name: 2}
    assert getattr(SETTINGS[name], name) == 2
    assert isinstance(getattr(SETTINGS[name], name), int)


def test_a_name_that_is_no_setting_is_an_error_even_if_the_site_sets_it(settings):
    settings.SESSIONS_API = {"TIMEOUT": 5}
    with pytest.raises(AttributeError, match="TIMEOUT"):
        _ = conf.TIMEOUT  # type: ignore[attr-defined]  # that is the point
