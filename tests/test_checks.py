"""The system checks: one test for each id, and values that no check may stumble over.

Most of these tests have no database, and pytest-django refuses queries: our checks make none.
"""

import math
import re
from collections import Counter
from datetime import timedelta
from inspect import getsource
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.core.checks import registry, run_checks
from django.core.management import CommandError, call_command
from django.utils.translation import gettext_lazy

from sessions_api.apps import check_models, check_security
from sessions_api.checks import settings as settings_checks
from sessions_api.checks import site
from sessions_api.middleware import SessionsMiddleware
from tests.client.databases import write_database
from tests.helpers import SETTINGS

CHECKS = (check_security, check_models)
IDS = [
    *(f"sessions_api.E{number:03}" for number in range(1, 10)),
    *(f"sessions_api.W{number:03}" for number in range(1, 14)),
]
AUTHENTICATION = "django.contrib.auth.middleware.AuthenticationMiddleware"
OURS = "sessions_api.middleware.SessionsMiddleware"
SIGNED_COOKIES = "django.contrib.sessions.backends.signed_cookies"
BEFORE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
]
AFTER = ["django.contrib.messages.middleware.MessageMiddleware"]


class SiteAuthenticationMiddleware(AuthenticationMiddleware):
    """A site's own."""


class SiteSessionsMiddleware(SessionsMiddleware):
    """A site's own."""


def function_middleware(get_response):
    """A middleware that is no class."""
    return get_response


class TokensElsewhere:
    """A router that keeps the app in a database of its own."""

    def db_for_write(self, model, **hints):
        return "elsewhere" if model._meta.app_label == "sessions_api" else None


class UsersElsewhere:
    """A router that keeps the users in a database of their own."""

    def db_for_write(self, model, **hints):
        return "users" if model._meta.app_label == "auth" else None


class EngineElsewhere:
    """A router that keeps Django's sessions in a database of their own."""

    def db_for_write(self, model, **hints):
        return "elsewhere" if model._meta.app_label == "sessions" else None


class ReadsElsewhere:
    """A router that reads from a replica."""

    def db_for_read(self, model, **hints):
        return "replica"


def found():
    return [message for check in CHECKS for message in check(app_configs=None, databases=None)]


def message_ids():
    return [message.id for message in found()]


def only_message(expected_id):
    messages = found()
    assert [message.id for message in messages] == [expected_id]
    return messages[0]


def test_a_correct_project_has_nothing_to_hear():
    assert found() == []


def test_a_project_with_every_setting_used_well_has_nothing_to_hear(settings):
    settings.SESSIONS_API = {
        "TOUCH_INTERVAL": 60,
        "IDLE_TIMEOUT": timedelta(minutes=30),
        "ABSOLUTE_TIMEOUT": 43_200.5,
        "MAX_SESSIONS_PER_USER": 5,
        "ON_LIMIT": "refuse",
        "STRICT": True,
        "ADOPT": "refuse",
        "TOKEN_PREFIX": "acme",
        "TOKEN_LIFETIME": timedelta(days=7),
        "TOKEN_SIGN_IN": "sessions_api.sign_in.password",
        "REAUTHENTICATORS": ["sessions_api.authenticators.password"],
        "REAUTHENTICATION_AGE": 600,
        "ORGANIZATION": "tests.site.organizations.of",
        "ORY_IDENTITY": "tests.site.organizations.of",
        "ORY_REQUIRED_AAL": "tests.site.organizations.of",
        "TORII_ENVIRONMENT": "01931a72-0000-7000-8000-0000000000cc",
        "TORII_ENVIRONMENT_OF": "tests.site.organizations.of",
        "RETENTION": timedelta(days=365),
        "RECORD_IP": "network",
        "RECORD_USER_AGENT": True,
        "LOCATION": "tests.site.organizations.of",
        "NEW_DEVICE_EMAIL": False,
        "KNOWN_DEVICES": "client",
        "TRUSTED_PROXIES": ["10.0.0.0/8", "2001:db8::/32"],
        "CLIENT_IP_HEADER": "X-Real-IP",
    }
    assert settings.SESSIONS_API.keys() == SETTINGS.keys()
    assert found() == []


@pytest.mark.parametrize("value", [None, [], (), "IDLE_TIMEOUT", 5, {"IDLE_TIMEOUT"}], ids=repr)
def test_e001_the_setting_is_not_a_dict(value, settings):
    settings.SESSIONS_API = value
    errors = settings_checks.check_settings()
    assert [error.id for error in errors] == ["sessions_api.E001"]
    assert "SESSIONS_API = {" in str(errors[0].hint)


@pytest.mark.parametrize("value", [None, [], "IDLE_TIMEOUT"])
@pytest.mark.parametrize("engine", ["django.contrib.sessions.backends.db", SIGNED_COOKIES])
def test_e001_is_said_by_manage_py_check_and_no_other_check_stumbles(value, engine, settings, db):
    settings.SESSIONS_API = value
    settings.SESSION_ENGINE = engine
    with pytest.raises(CommandError, match=r"sessions_api\.E001"):
        call_command("check")


@pytest.mark.parametrize("name", ["IDLE_TIMEOUTS", "idle_timeout", "", 5, None, ("a",)])
def test_e002_an_unknown_setting(name, settings):
    settings.SESSIONS_API = {name: 5}
    message = only_message("sessions_api.E002")
    assert repr(name) in message.msg
    assert "IDLE_TIMEOUT, " in message.hint
    assert "CLIENT_IP_HEADER" in message.hint


def test_e002_each_unknown_setting_is_named(settings):
    settings.SESSIONS_API = {"FOO": 1, "STRICT": True, "BAR": 2}
    assert message_ids() == ["sessions_api.E002", "sessions_api.E002"]


def test_e002_names_of_the_class_that_are_no_settings(settings):
    settings.SESSIONS_API = {"__module__": 1, "__getattribute__": 2}
    assert message_ids() == ["sessions_api.E002", "sessions_api.E002"]


NOT_A_DURATION = [
    "60",
    "1:00:00",
    b"60",
    0,
    -1,
    -0.5,
    timedelta(0),
    timedelta(seconds=-1),
    True,
    False,
    [],
    [60],
    (60,),
    {},
    {"seconds": 60},
    timedelta,
    object(),
    1j,
    math.inf,
    -math.inf,
    math.nan,
    1e300,
    10**30,
]
NOT_A_COUNT = ["3", b"3", 0, -1, 1.5, 3.0, True, False, [], [3], {}, timedelta(1), math.inf, 1j]
NOT_A_CHOICE = ["", "END_OLDEST", "Lazy", " lazy", b"lazy", 0, 1, None, True, ["lazy"], {}, set()]
NOT_A_BOOL = ["True", "", "no", 0, 1, None, [], [True], {}, timedelta(1), 1.0, object()]
NOT_A_PATH = ["", "x", "tests.site.nothing", "tests.site.organizations.nothing", 5, b"a.b"]
NOT_A_UUID = [
    *("", "x", "5d1ab3a53d7c8e0ab7a16f0f1c2e9d44", "{5d1ab3a5-3d7c-8e0a-b7a1-6f0f1c2e9d44}"),
    *("5d1ab3a5-3d7c-8e0a-b7a1-6f0f1c2e9d4", "5d1ab3a5-3d7c-8e0a-b7a1-6f0f1c2e9d44\n", None, 5),
    *("5d1a-b3a53d7c-8e0ab7a1-6f0f-1c2e9d44", UUID("5d1ab3a5-3d7c-8e0a-b7a1-6f0f1c2e9d44"), b""),
]
NASTY: dict[str, list[Any]] = {
    "TOUCH_INTERVAL": [*NOT_A_DURATION, None],
    "IDLE_TIMEOUT": NOT_A_DURATION,
    "ABSOLUTE_TIMEOUT": NOT_A_DURATION,
    "ORGANIZATION": NOT_A_PATH,
    "TOKEN_SIGN_IN": NOT_A_PATH,
    "REAUTHENTICATORS": [*NOT_A_PATH, None, *([path] for path in NOT_A_PATH)],
    "ORY_IDENTITY": NOT_A_PATH,
    "ORY_REQUIRED_AAL": NOT_A_PATH,
    "TORII_ENVIRONMENT": NOT_A_UUID,
    "TORII_ENVIRONMENT_OF": NOT_A_PATH,
    "TOKEN_PREFIX": ["", "Acme", "a_b", "a b", "é", "x" * 21, b"acme", 5, None, True, ["acme"]],
    "TOKEN_LIFETIME": [*NOT_A_DURATION, None],
    "REAUTHENTICATION_AGE": NOT_A_DURATION,
    "RETENTION": [*NOT_A_DURATION, None],
    "MAX_SESSIONS_PER_USER": NOT_A_COUNT,
    "ON_LIMIT": NOT_A_CHOICE,
    "ADOPT": NOT_A_CHOICE,
    "STRICT": NOT_A_BOOL,
    "RECORD_IP": [*NOT_A_BOOL, "networks", b"network"],
    "LOCATION": NOT_A_PATH,
    "NEW_DEVICE_EMAIL": NOT_A_BOOL,
    "KNOWN_DEVICES": NOT_A_CHOICE,
    "RECORD_USER_AGENT": NOT_A_BOOL,
}
NASTY_ORIGIN = {
    "TRUSTED_PROXIES": [
        *(None, True, False, 0, -1, 33, 10**30, 1.5, math.nan, "10.0.0.0/8", b"10.0.0.0/8", {}),
        *({"10.0.0.0/8": 1}, {"10.0.0.0/8"}, object(), [None], [[]], [["10.0.0.0/8"]], [{}], [""]),
        *([b"10.0.0.0/8"], ["nonsense"], ["10.0.0.1/8"], ["0.0.0.0/0"], ["::/0"], ["a: b"]),
        *(["::ffff:10.0.0.0/104"], ["fe80::1%eth0/64"], [10], range(2), [math.nan], ["\ud800"]),
    ],
    "CLIENT_IP_HEADER": [
        *(None, True, 0, 1.5, b"Forwarded", "", " ", "X-Forwarded-For: a", "X Y", "X\n", "é"),
        *([], ["Forwarded"], {}, object(), "HTTP_X_FORWARDED_FOR", "X_REAL_IP", "\ud800", "_"),
    ],
}


def nasty(table):
    return [
        pytest.param(name, value, id=f"{name}-{number}")
        for name, values in table.items()
        for number, value in enumerate(values)
    ]


def test_the_nasty_tables_here_name_every_setting():
    assert NASTY.keys() | NASTY_ORIGIN.keys() == SETTINGS.keys()


@pytest.mark.parametrize(("name", "value"), nasty(NASTY))
def test_e003_a_value_of_the_wrong_kind(name, value, settings):
    settings.SESSIONS_API = {name: value}
    message = only_message("sessions_api.E003")
    assert name in message.msg
    assert repr(value) in message.msg
    assert message.hint.startswith("Make it ")


@pytest.mark.parametrize("engine", ["django.contrib.sessions.backends.db", SIGNED_COOKIES])
def test_e003_every_wrong_value_is_named_at_once(engine, settings):
    settings.SESSION_ENGINE = engine
    settings.SESSIONS_API = {name: values[0] for name, values in NASTY.items()}
    messages = settings_checks.check_settings()
    assert [message.id for message in messages] == ["sessions_api.E003"] * len(NASTY)
    named = {message.msg.split()[1] for message in messages}
    assert named == NASTY.keys()


@pytest.mark.parametrize(
    "name", ["TOUCH_INTERVAL", "IDLE_TIMEOUT", "ABSOLUTE_TIMEOUT", "RETENTION"]
)
@pytest.mark.parametrize("value", [timedelta.max, timedelta(days=365 * 9_000), 10**12])
def test_e003_a_duration_that_leaves_the_calendar(name, value, settings):
    settings.SESSIONS_API = {name: value}
    assert "sessions_api.E003" in message_ids()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TOUCH_INTERVAL", 0.5),
        ("RETENTION", 1e7),
        ("IDLE_TIMEOUT", None),
        ("ABSOLUTE_TIMEOUT", None),
        ("ABSOLUTE_TIMEOUT", timedelta(days=3650)),
        ("ORY_IDENTITY", None),
        ("ORY_REQUIRED_AAL", None),
        ("TORII_ENVIRONMENT", "5D1AB3A5-3D7C-8E0A-B7A1-6F0F1C2E9D44"),
        ("TORII_ENVIRONMENT", "00000000-0000-0000-0000-000000000000"),
        ("MAX_SESSIONS_PER_USER", None),
        ("MAX_SESSIONS_PER_USER", 1),
        ("MAX_SESSIONS_PER_USER", 10**6),
        ("TRUSTED_PROXIES", 1),
        ("TRUSTED_PROXIES", ("10.0.0.0/8",)),
        ("TRUSTED_PROXIES", []),
        ("TRUSTED_PROXIES", ["192.0.2.1"]),
    ],
)
def test_values_at_the_edge_that_are_right(name, value, settings):
    settings.SESSIONS_API = {name: value}
    assert found() == []


def test_e004_retention_is_shorter_than_a_cookie_may_live(settings):
    settings.SESSIONS_API = {"RETENTION": timedelta(days=14) - timedelta(seconds=1)}
    message = only_message("sessions_api.E004")
    assert "1209600 seconds" in message.hint
    settings.SESSIONS_API = {"RETENTION": timedelta(days=14)}
    assert found() == []


def test_e004_the_default_retention_is_too_short_for_a_very_long_cookie(settings):
    settings.SESSION_COOKIE_AGE = 91 * 24 * 3600
    assert message_ids() == ["sessions_api.E004"]


@pytest.mark.parametrize(("name", "value"), nasty(NASTY_ORIGIN))
def test_e005_proxies_or_a_header_that_cannot_be_right(name, value, settings):
    settings.SESSIONS_API = {name: value}
    messages = found()
    assert {message.id for message in messages} == {"sessions_api.E005"}
    for message in messages:
        assert name in message.msg
        assert len(message.hint) > 20
        assert message.hint[0].isupper()
        assert message.msg.endswith(".")
        assert message.hint.endswith((".", ")"))


def test_e006_our_middleware_is_missing(settings):
    settings.MIDDLEWARE = [*BEFORE, AUTHENTICATION, *AFTER]
    message = only_message("sessions_api.E006")
    assert OURS in message.hint
    assert f"after '{AUTHENTICATION}'" in message.hint


@pytest.mark.parametrize(
    "middleware",
    [
        [*BEFORE, OURS, AUTHENTICATION, *AFTER],
        [OURS, *BEFORE, AUTHENTICATION],
        [*BEFORE, OURS, *AFTER],
    ],
)
def test_e007_our_middleware_does_not_come_after_authentication(middleware, settings):
    settings.MIDDLEWARE = middleware
    message = only_message("sessions_api.E007")
    assert f"after '{AUTHENTICATION}'" in message.hint


@pytest.mark.parametrize("router", ["TokensElsewhere", "UsersElsewhere"])
def test_e008_the_rows_and_the_users_are_apart(router, settings):
    settings.DATABASE_ROUTERS = [f"{__name__}.{router}"]
    message = only_message("sessions_api.E008")
    assert "'sessions_api'" in message.hint
    assert ("elsewhere" in message.msg) or ("users" in message.msg)
    assert "default" in message.msg


@pytest.mark.parametrize("router", ["EngineElsewhere", "ReadsElsewhere"])
def test_e008_is_not_said_of_engine_tables_and_replicas(router, settings):
    settings.DATABASE_ROUTERS = [f"{__name__}.{router}"]
    assert found() == []


def test_w001_the_touch_interval_is_a_large_part_of_the_idle_timeout(settings):
    settings.SESSIONS_API = {"TOUCH_INTERVAL": 61, "IDLE_TIMEOUT": 240}
    message = only_message("sessions_api.W001")
    assert "0:01:00" in message.hint
    settings.SESSIONS_API = {"TOUCH_INTERVAL": 60, "IDLE_TIMEOUT": 240}
    assert found() == []


@pytest.mark.parametrize(("idle", "is_wrong"), [(3601, True), (3600, True), (3599, False)])
def test_w002_the_idle_timeout_never_acts(idle, is_wrong, settings):
    settings.SESSIONS_API = {"IDLE_TIMEOUT": idle, "ABSOLUTE_TIMEOUT": 3600}
    assert message_ids() == (["sessions_api.W002"] if is_wrong else [])
    assert all("IDLE_TIMEOUT" in message.hint for message in found())


@pytest.mark.parametrize("limit", [{}, {"MAX_SESSIONS_PER_USER": None}])
def test_w003_on_limit_without_a_limit(limit, settings):
    settings.SESSIONS_API = {"ON_LIMIT": "refuse", **limit}
    assert "MAX_SESSIONS_PER_USER" in only_message("sessions_api.W003").hint
    settings.SESSIONS_API = {"ON_LIMIT": "refuse", "MAX_SESSIONS_PER_USER": 1}
    assert found() == []


def test_w004_something_stands_between(settings):
    between = ["django.middleware.locale.LocaleMiddleware", f"{__name__}.function_middleware"]
    settings.MIDDLEWARE = [*BEFORE, AUTHENTICATION, *between, OURS, *AFTER]
    message = only_message("sessions_api.W004")
    assert all(path in message.msg for path in between)
    assert "directly after" in message.hint


def test_w005_signed_cookies_cost_a_query(settings):
    settings.SESSION_ENGINE = SIGNED_COOKIES
    settings.SESSIONS_API = {"ADOPT": "refuse"}
    message = only_message("sessions_api.W005")
    assert "cached_db" in message.hint


def test_w006_signed_cookies_and_lazy_adoption(settings):
    settings.SESSION_ENGINE = SIGNED_COOKIES
    assert message_ids() == ["sessions_api.W005", "sessions_api.W006"]
    assert '"ADOPT": "refuse"' in found()[1].hint


@pytest.mark.parametrize("engine", ["cache", "cached_db"])
@pytest.mark.parametrize("options", [{"IGNORE_EXCEPTIONS": True}, {"ignore_exc": True}, {}])
def test_w007_a_cache_hides_its_errors(engine, options, settings):
    settings.SESSION_ENGINE = f"django.contrib.sessions.backends.{engine}"
    settings.CACHES = {**settings.CACHES, "sessions": {**settings.CACHES["default"]}}
    settings.CACHES["sessions"]["OPTIONS"] = options
    settings.DJANGO_REDIS_IGNORE_EXCEPTIONS = not options
    assert found() == [] or not options  # another cache than the sessions'
    settings.SESSION_CACHE_ALIAS = "sessions"
    assert "nothing there" in only_message("sessions_api.W007").msg


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECURE_PROXY_SSL_HEADER", ("HTTP_X_FORWARDED_PROTO", "https")),
        ("USE_X_FORWARDED_HOST", True),
        ("USE_X_FORWARDED_PORT", True),
    ],
)
def test_w008_there_is_a_proxy_that_nobody_has_named(name, value, settings):
    setattr(settings, name, value)
    message = only_message("sessions_api.W008")
    assert name in message.msg
    assert '"TRUSTED_PROXIES": ["10.0.0.0/8"]' in message.hint
    settings.SESSIONS_API = {"TRUSTED_PROXIES": ()}
    assert message_ids() == ["sessions_api.W008"]
    settings.SESSIONS_API = {"TRUSTED_PROXIES": True}
    assert message_ids() == ["sessions_api.E005"]


@pytest.mark.parametrize("proxies", [1, ["10.0.0.0/8"]])
def test_proxies_that_are_named_may_say_so_in_every_header(proxies, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.USE_X_FORWARDED_HOST = settings.USE_X_FORWARDED_PORT = True
    settings.SESSIONS_API = {"TRUSTED_PROXIES": proxies}
    assert found() == []


@pytest.mark.parametrize("engine", ["db", "file"])
def test_an_engine_without_a_cache_hides_nothing(engine, settings):
    settings.SESSION_ENGINE = f"django.contrib.sessions.backends.{engine}"
    settings.CACHES = {"default": {**settings.CACHES["default"], "OPTIONS": {"ignore_exc": True}}}
    assert found() == []


@pytest.mark.parametrize("engine", ["db", "cached_db", "cache", "file"])
def test_engines_with_a_store_on_the_server_are_fine(engine, settings):
    settings.SESSION_ENGINE = f"django.contrib.sessions.backends.{engine}"
    assert found() == []


@pytest.mark.parametrize(
    "authentication", [AUTHENTICATION, f"{__name__}.SiteAuthenticationMiddleware"]
)
@pytest.mark.parametrize("ours", [OURS, f"{__name__}.SiteSessionsMiddleware"])
def test_subclasses_count_as_the_middleware(authentication, ours, settings):
    function = f"{__name__}.function_middleware"
    settings.MIDDLEWARE = [function, *BEFORE, authentication, ours, *AFTER]
    assert found() == []
    settings.MIDDLEWARE = [*BEFORE, ours, authentication]
    assert message_ids() == ["sessions_api.E007"]
    settings.MIDDLEWARE = [*BEFORE, authentication, function, ours]
    assert message_ids() == ["sessions_api.W004"]


@pytest.mark.parametrize("path", ["nowhere.Middleware", "tests.site.views.Nothing", "nodots", ""])
def test_a_middleware_that_cannot_be_imported_is_left_to_django(path, settings):
    settings.MIDDLEWARE = [path, *BEFORE, AUTHENTICATION, OURS, *AFTER]
    assert message_ids() == []
    settings.MIDDLEWARE = [path, *BEFORE, AUTHENTICATION]
    assert message_ids() == ["sessions_api.E006"]


@pytest.mark.parametrize("engine", ["nowhere", "tests.site.views", "", None])
def test_no_check_stumbles_over_a_session_engine_that_cannot_be_imported(engine, settings):
    settings.SESSION_ENGINE = engine
    assert all(message.hint for message in found())


def test_several_mistakes_are_all_said(settings):
    settings.SESSIONS_API = {"FOO": 1, "STRICT": "yes", "TRUSTED_PROXIES": "x"}
    settings.MIDDLEWARE = BEFORE
    assert message_ids() == [
        "sessions_api.E002",
        "sessions_api.E003",
        "sessions_api.E005",
        "sessions_api.E006",
    ]


def test_each_id_stands_for_one_message():
    written = re.findall(
        r'id="(sessions_api\.[EW]\d{3})"', f"{getsource(settings_checks)}{getsource(site)}"
    )
    assert Counter(written) == Counter(IDS)


@pytest.mark.parametrize(
    ("url", "is_known"),
    [
        ("/accounts/login/", True),
        ("admin:login", apps.is_installed("django.contrib.admin")),
        ("/do/user/", False),
        ("/nowhere/", False),
        ("no-such-name", False),
        ("https://sso.example.com/login/", False),
    ],
)
def test_w009_a_login_that_may_ask_for_more(url, is_known, settings):
    settings.LOGIN_URL = url
    assert message_ids() == ([] if is_known else ["sessions_api.W009"])
    settings.SESSIONS_API = {"TOKEN_SIGN_IN": "tests.site.organizations.of"}
    assert message_ids() == []


def test_e009_a_database_of_places_that_cannot_be_read(settings, tmp_path):
    settings.SESSIONS_API = {"LOCATION": "sessions_api.client.geoip.location"}
    settings.GEOIP_PATH = tmp_path
    message = only_message("sessions_api.E009")
    assert "There is no database" in message.msg
    assert "GEOIP_PATH" in message.hint
    write_database(tmp_path / "GeoLite2-City.mmdb")
    assert found() == []


def test_w010_places_without_ip_addresses(settings):
    settings.SESSIONS_API = {"LOCATION": "tests.site.organizations.of", "RECORD_IP": False}
    only_message("sessions_api.W010")
    settings.SESSIONS_API = {"LOCATION": "tests.site.organizations.of", "RECORD_IP": "network"}
    assert found() == []


@pytest.mark.parametrize("name", ["cloudflare", "cloudfront", "fly", "app_engine"])
def test_w011_headers_of_proxies_that_are_not_named(settings, name):
    path = f"sessions_api.client.cdn.{name}"
    settings.SESSIONS_API = {"LOCATION": path}
    only_message("sessions_api.W011")
    settings.SESSIONS_API = {"LOCATION": path, "TRUSTED_PROXIES": ["10.0.0.0/8"]}
    assert found() == []


def test_w012_a_mail_without_its_page(settings):
    settings.SESSIONS_API = {"NEW_DEVICE_EMAIL": True}
    only_message("sessions_api.W012")
    settings.ROOT_URLCONF = "tests.site.urls_with_pages"
    assert found() == []


def test_w013_devices_without_user_agents(settings):
    settings.SESSIONS_API = {"KNOWN_DEVICES": "client", "RECORD_USER_AGENT": False}
    only_message("sessions_api.W013")
    settings.SESSIONS_API = {"KNOWN_DEVICES": "cookie", "RECORD_USER_AGENT": False}
    assert found() == []


def test_the_checks_are_registered():
    registered = set(registry.registry.registered_checks)
    assert set(CHECKS) <= registered


def test_django_says_what_the_checks_find(settings, db):
    settings.MIDDLEWARE = [*BEFORE, AUTHENTICATION, *AFTER]
    settings.SESSION_ENGINE = SIGNED_COOKIES
    said = [str(message.id) for message in run_checks()]
    assert sorted(one for one in said if one.startswith("sessions_api.")) == [
        "sessions_api.E006",
        "sessions_api.W005",
        "sessions_api.W006",
    ]
    with pytest.raises(CommandError, match=r"sessions_api\.E006"):
        call_command("check")


def test_django_check_passes_on_a_correct_project(capsys, db):
    call_command("check", fail_level="DEBUG")
    assert "no issues" in "".join(capsys.readouterr())


def test_the_check_of_databases_is_made_by_default(settings, db):
    settings.DATABASE_ROUTERS = [f"{__name__}.TokensElsewhere"]
    assert "sessions_api.E008" in [message.id for message in run_checks()]


def test_a_message_can_be_silenced(settings, db):
    settings.SESSION_ENGINE = SIGNED_COOKIES
    settings.SILENCED_SYSTEM_CHECKS = ["sessions_api.W005"]
    said = {m.id: m.is_silenced() for m in run_checks()}
    assert said["sessions_api.W005"] is True
    assert said["sessions_api.W006"] is False


def test_a_path_may_be_a_lazy_text(settings):
    settings.SESSIONS_API = {"ORGANIZATION": gettext_lazy("tests.site.organizations.of")}
    assert found() == []
