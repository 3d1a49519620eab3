"""System checks: they say before the first request what would go wrong with it."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TypeAlias

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage, Error, Warning
from django.db import router
from django.utils.module_loading import import_string

from sessions_api import engines
from sessions_api.client import ip
from sessions_api.conf import SETTING_NAME, Settings, conf
from sessions_api.models import Session
from sessions_api.sign_in import login_form

OWN_SIGN_IN = "sessions_api.sign_in.password"
MIDDLEWARE = "sessions_api.middleware.SessionsMiddleware"
AUTHENTICATION_MIDDLEWARE = "django.contrib.auth.middleware.AuthenticationMiddleware"

Test: TypeAlias = Callable[[object], bool]
Rules: TypeAlias = Mapping[str, tuple[Test, str]]
"""By the name of a setting: whether a value is right, and in words what is."""

_rules_of_dialects: dict[str, tuple[Test, str]] = {}


def allow_settings(rules: Rules) -> None:
    """Have ``check_settings`` know the settings of a dialect."""
    _rules_of_dialects.update(rules)


def check_settings(**kwargs: object) -> list[CheckMessage]:
    """E001 to E004, W001 to W003: SESSIONS_API holds known settings whose values make sense."""
    values = getattr(settings, SETTING_NAME, {})
    if not isinstance(values, dict):
        return [
            Error(
                f"{SETTING_NAME} is not a dict.",
                hint=f'Write it as {SETTING_NAME} = {{"IDLE_TIMEOUT": timedelta(hours=1)}}.',
                id="sessions_api.E001",
            )
        ]
    errors = [*_unknown_settings(values), *_bad_values(values)]
    return errors or [*_contradictions(values)]


def check_proxies(**kwargs: object) -> list[CheckMessage]:
    """E005 and W008: TRUSTED_PROXIES and CLIENT_IP_HEADER make sense, and name the site's proxies."""
    errors: list[CheckMessage] = []
    for problem in ip.configuration_problems():
        message, _, remedy = problem.rpartition(": ")
        hint = remedy[0].upper() + remedy[1:]
        errors.append(Error(f"{SETTING_NAME}: {message}.", hint=hint, id="sessions_api.E005"))
    return errors or [*_unnamed_proxies()]


def check_middleware(**kwargs: object) -> list[CheckMessage]:
    """E006, E007 and W004: the middleware stands directly after AuthenticationMiddleware."""
    paths = list(settings.MIDDLEWARE)
    ours = _position(paths, MIDDLEWARE)
    authentication = _position(paths, AUTHENTICATION_MIDDLEWARE)
    place = f"Put '{MIDDLEWARE}' directly after '{AUTHENTICATION_MIDDLEWARE}' in MIDDLEWARE."
    if ours is None:
        return [Error(f"{MIDDLEWARE} is missing.", hint=place, id="sessions_api.E006")]
    if authentication is None or ours < authentication:
        message = f"{MIDDLEWARE} does not come after {AUTHENTICATION_MIDDLEWARE}."
        return [Error(message, hint=place, id="sessions_api.E007")]
    if ours > authentication + 1:
        between = ", ".join(paths[authentication + 1 : ours])
        message = f"{between} may see the user of a session that has ended."
        return [Warning(message, hint=place, id="sessions_api.W004")]
    return []


def check_engine(**kwargs: object) -> list[CheckMessage]:
    """W005 to W007: what signed_cookies costs, and a cache that hides its errors."""
    try:
        is_client_side, hides_errors = engines.is_client_side(), engines.swallows_errors()
    except Exception:  # noqa: BLE001 (no engine, or one that fails: the first request says so)
        return []
    if hides_errors:
        return [
            Warning(
                "The cache that holds the sessions says 'nothing there' when it fails.",
                hint=(
                    "All users are signed out for as long as it fails, and nobody is told. Remove "
                    "IGNORE_EXCEPTIONS (django-redis) or ignore_exc (memcached) from its OPTIONS, or "
                    "name another cache in SESSION_CACHE_ALIAS."
                ),
                id="sessions_api.W007",
            )
        ]
    if not is_client_side:
        return []
    warnings: list[CheckMessage] = [
        Warning(
            "The cookie alone is the session, as with signed_cookies. Every authenticated request has to "
            "read its row, or no session could be ended.",
            hint=(
                "Choose a SESSION_ENGINE with a store on the server, such as "
                "'django.contrib.sessions.backends.cached_db', or silence this check."
            ),
            id="sessions_api.W005",
        )
    ]
    if conf.ADOPT == "lazy":
        warnings.append(
            Warning(
                "A cookie from before the installation can be adopted again after its session has "
                "ended, until SESSION_COOKIE_AGE has passed.",
                hint=f'Set {SETTING_NAME} = {{"ADOPT": "refuse"}} to refuse such cookies.',
                id="sessions_api.W006",
            )
        )
    return warnings


def check_database(**kwargs: object) -> list[CheckMessage]:
    """E008: our table lives in the users' database."""
    ours, theirs = router.db_for_write(Session), router.db_for_write(get_user_model())
    if ours == theirs:
        return []
    return [
        Error(
            f"Sessions are written to the database '{ours}', but users to '{theirs}'.",
            hint=(
                "Have DATABASE_ROUTERS send the app 'sessions_api' to the database of the user model. "
                "The session engine's own table may be in another one."
            ),
            id="sessions_api.E008",
        )
    ]


def check_sign_in(**kwargs: object) -> list[CheckMessage]:
    """W009: what the site's own login asks is known, if ours is to ask the same."""
    if conf.TOKEN_SIGN_IN != OWN_SIGN_IN or login_form.is_known():
        return []
    return [
        Warning(
            f"LOGIN_URL = {settings.LOGIN_URL!r} does not lead to a login that {OWN_SIGN_IN} knows. It may "
            "ask for more than a token is given for here.",
            hint=(
                f"Write a callable for {SETTING_NAME}['TOKEN_SIGN_IN'] that asks for the same, have "
                "LOGIN_URL name the login of Django, django-allauth, django-otp or "
                "django-two-factor-auth, or silence this check if yours asks for a password only."
            ),
            id="sessions_api.W009",
        )
    ]


OF_SECURITY = (check_settings, check_proxies, check_middleware, check_engine, check_sign_in)
"""The checks that ``manage.py check --tag security`` makes."""


def _unnamed_proxies() -> Iterator[CheckMessage]:
    said = [name for name in _BEHIND_A_PROXY if getattr(settings, name, None)]
    if said and not conf.TRUSTED_PROXIES:
        yield Warning(
            f"{' and '.join(said)} says that the site is behind a proxy, but TRUSTED_PROXIES names none. "
            "All clients have the proxy's IP address, in the list of sessions and where sign-ins are "
            "counted: a few wrong passwords keep everybody from signing in for a token.",
            hint=(
                f'Name the networks of your proxies: {SETTING_NAME} = {{"TRUSTED_PROXIES": '
                '["10.0.0.0/8"]}, or count them: 1. Silence this check where your server puts the '
                "client's IP address into REMOTE_ADDR itself."
            ),
            id="sessions_api.W008",
        )


def _unknown_settings(values: dict[str, object]) -> Iterator[CheckMessage]:
    known = [name for name in vars(Settings) if name.isupper()] + [*_rules_of_dialects]
    for name in values:
        if name not in known:
            yield Error(
                f"{SETTING_NAME} has no setting {name!r}.",
                hint=f"Remove it, or write one of {', '.join(known)}.",
                id="sessions_api.E002",
            )


def _bad_values(values: dict[str, object]) -> Iterator[CheckMessage]:
    for name, (is_right, wanted) in {**_RULES, **_rules_of_dialects}.items():
        if name in values and not is_right(values[name]):
            yield Error(
                f"{SETTING_NAME}: {name} is {values[name]!r}.",
                hint=f"Make it {wanted}.",
                id="sessions_api.E003",
            )


def _contradictions(values: dict[str, object]) -> Iterator[CheckMessage]:
    if timedelta(seconds=settings.SESSION_COOKIE_AGE) > conf.RETENTION:
        yield Error(
            f"{SETTING_NAME}: RETENTION is shorter than SESSION_COOKIE_AGE. The row of an ended "
            "session could be gone while a copy of its cookie is still accepted.",
            hint=f"Make RETENTION at least {settings.SESSION_COOKIE_AGE} seconds.",
            id="sessions_api.E004",
        )
    if conf.IDLE_TIMEOUT is not None and conf.TOUCH_INTERVAL > conf.IDLE_TIMEOUT / 4:
        yield Warning(
            f"{SETTING_NAME}: a session may end up to TOUCH_INTERVAL before its IDLE_TIMEOUT has "
            "passed, and TOUCH_INTERVAL is more than a quarter of that.",
            hint=f"Make TOUCH_INTERVAL at most {conf.IDLE_TIMEOUT / 4}.",
            id="sessions_api.W001",
        )
    idle, absolute = conf.IDLE_TIMEOUT, conf.ABSOLUTE_TIMEOUT
    if idle is not None and absolute is not None and idle >= absolute:
        yield Warning(
            f"{SETTING_NAME}: IDLE_TIMEOUT is not shorter than ABSOLUTE_TIMEOUT, so it has no effect.",
            hint="Make IDLE_TIMEOUT shorter, or None.",
            id="sessions_api.W002",
        )
    if "ON_LIMIT" in values and conf.MAX_SESSIONS_PER_USER is None:
        yield Warning(
            f"{SETTING_NAME}: ON_LIMIT has no effect without MAX_SESSIONS_PER_USER.",
            hint="Set MAX_SESSIONS_PER_USER, or remove ON_LIMIT.",
            id="sessions_api.W003",
        )


def _position(paths: Sequence[str], wanted: str) -> int | None:
    """Return the position of a middleware, or of a subclass of it. None where there is none."""
    base = import_string(wanted)
    for position, path in enumerate(paths):
        try:
            middleware = import_string(path)
        except ImportError:
            continue  # Django says so when it loads the middleware
        if isinstance(middleware, type) and issubclass(middleware, base):
            return position
    return None


def _is_duration(value: object) -> bool:
    if isinstance(value, timedelta):
        return timedelta(0) < value <= _LONGEST
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 < value <= _LONGEST.total_seconds()


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def or_none(is_right: Test) -> Test:
    """Return a test that None passes, too."""
    return lambda value: value is None or is_right(value)


def _one_of(*values: str) -> Test:
    return lambda value: value in values


def _is_bool(value: object) -> bool:
    return isinstance(value, bool)


_BEHIND_A_PROXY = ("SECURE_PROXY_SSL_HEADER", "USE_X_FORWARDED_HOST", "USE_X_FORWARDED_PORT")

_LONGEST = timedelta(days=36_500)
_DURATION = "a timedelta, or a number of seconds, greater than zero and at most 100 years"


def is_callable_path(value: object) -> bool:
    """Tell whether a value is the dotted path of something that can be called."""
    try:
        return callable(import_string(value))  # type: ignore[arg-type]  # whatever else fails
    except (ImportError, AttributeError, TypeError, ValueError):
        return False


def _is_prefix(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch("[a-z0-9]{1,20}", value) is not None


def _are_callable_paths(value: object) -> bool:
    return isinstance(value, list | tuple) and all(is_callable_path(path) for path in value)


_RULES: Rules = {
    "TOUCH_INTERVAL": (_is_duration, _DURATION),
    "IDLE_TIMEOUT": (or_none(_is_duration), f"{_DURATION}, or None"),
    "ABSOLUTE_TIMEOUT": (or_none(_is_duration), f"{_DURATION}, or None"),
    "TOKEN_LIFETIME": (_is_duration, _DURATION),
    "REAUTHENTICATION_AGE": (or_none(_is_duration), f"{_DURATION}, or None"),
    "RETENTION": (_is_duration, _DURATION),
    "MAX_SESSIONS_PER_USER": (or_none(_is_count), "a whole number greater than zero, or None"),
    "ORGANIZATION": (or_none(is_callable_path), "the dotted path of a callable, or None"),
    "TOKEN_SIGN_IN": (or_none(is_callable_path), "the dotted path of a callable, or None"),
    "REAUTHENTICATORS": (_are_callable_paths, "a list of dotted paths of callables"),
    "TOKEN_PREFIX": (_is_prefix, "1 to 20 lower-case letters and digits"),
    "ON_LIMIT": (_one_of("end_oldest", "refuse"), "'end_oldest' or 'refuse'"),
    "ADOPT": (_one_of("lazy", "refuse"), "'lazy' or 'refuse'"),
    "STRICT": (_is_bool, "True or False"),
    "RECORD_IP": (_is_bool, "True or False"),
    "RECORD_USER_AGENT": (_is_bool, "True or False"),
}
