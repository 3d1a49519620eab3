"""Checks of the site: its proxies, middleware, engine, databases, sign-in, and what tells of clients."""

from collections.abc import Iterator, Sequence

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage, Error, Warning
from django.db import router
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from sessions_api import engines
from sessions_api.client import cdn, geoip, ip
from sessions_api.conf import SETTING_NAME, conf
from sessions_api.mail import link
from sessions_api.models import Session
from sessions_api.sign_in import login_form

OWN_SIGN_IN = "sessions_api.sign_in.password"
MIDDLEWARE = "sessions_api.middleware.SessionsMiddleware"
AUTHENTICATION_MIDDLEWARE = "django.contrib.auth.middleware.AuthenticationMiddleware"

_BEHIND_A_PROXY = ("SECURE_PROXY_SSL_HEADER", "USE_X_FORWARDED_HOST", "USE_X_FORWARDED_PORT")


def check_proxies(**kwargs: object) -> list[CheckMessage]:
    """E005 and W008: TRUSTED_PROXIES and CLIENT_IP_HEADER make sense, and name the site's proxies."""
    errors: list[CheckMessage] = [
        Error(f"{SETTING_NAME}: {message}", hint=hint, id="sessions_api.E005")
        for message, hint in ip.configuration_problems()
    ]
    return errors or [*_unnamed_proxies()]


def check_location(**kwargs: object) -> list[CheckMessage]:
    """E009 and W011: what LOCATION names can tell where clients are."""
    path = str(conf.LOCATION)
    if path == f"{geoip.__name__}.location" and (problem := geoip.problem()):
        return [Error(f"{path}: {problem.message}", hint=problem.hint, id="sessions_api.E009")]
    if path.startswith(f"{cdn.__name__}.") and not conf.TRUSTED_PROXIES:
        return [
            Warning(
                _("%(path)s reads headers of TRUSTED_PROXIES only, and there are none.")
                % {"path": path},
                hint=_("Name the networks from which the CDN reaches the site in TRUSTED_PROXIES."),
                id="sessions_api.W011",
            )
        ]
    return []


def check_middleware(**kwargs: object) -> list[CheckMessage]:
    """E006, E007 and W004: the middleware stands directly after AuthenticationMiddleware."""
    paths = list(settings.MIDDLEWARE)
    ours = _position(paths, MIDDLEWARE)
    authentication = _position(paths, AUTHENTICATION_MIDDLEWARE)
    names = {"ours": MIDDLEWARE, "django": AUTHENTICATION_MIDDLEWARE}
    place = _("Put '%(ours)s' directly after '%(django)s' in MIDDLEWARE.") % names
    if ours is None:
        return [Error(_("%(ours)s is missing.") % names, hint=place, id="sessions_api.E006")]
    if authentication is None or ours < authentication:
        message = _("%(ours)s does not come after %(django)s.") % names
        return [Error(message, hint=place, id="sessions_api.E007")]
    if ours > authentication + 1:
        between = ", ".join(paths[authentication + 1 : ours])
        message = _("%(between)s may see the user of a session that has ended.") % {
            "between": between
        }
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
                _("The cache that holds the sessions says 'nothing there' when it fails."),
                hint=_(
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
            _(
                "The cookie alone is the session, as with signed_cookies. Every authenticated request "
                "has to read its row, or no session could be ended."
            ),
            hint=_(
                "Choose a SESSION_ENGINE with a store on the server, such as "
                "'django.contrib.sessions.backends.cached_db', or silence this check."
            ),
            id="sessions_api.W005",
        )
    ]
    if conf.ADOPT == "lazy":
        warnings.append(
            Warning(
                _(
                    "A cookie from before the installation can be adopted again after its session has "
                    "ended, until SESSION_COOKIE_AGE has passed."
                ),
                hint=_('Set SESSIONS_API = {"ADOPT": "refuse"} to refuse such cookies.'),
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
            _("Sessions are written to the database '%(ours)s', but users to '%(theirs)s'.")
            % {"ours": ours, "theirs": theirs},
            hint=_(
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
            _(
                "LOGIN_URL = %(url)r does not lead to a login that %(sign_in)s knows. It may ask for "
                "more than a token is given for here."
            )
            % {"url": settings.LOGIN_URL, "sign_in": OWN_SIGN_IN},
            hint=_(
                "Write a callable for SESSIONS_API['TOKEN_SIGN_IN'] that asks for the same, have "
                "LOGIN_URL name the login of Django, django-allauth, django-otp or "
                "django-two-factor-auth, or silence this check if yours asks for a password only."
            ),
            id="sessions_api.W009",
        )
    ]


def check_new_devices(**kwargs: object) -> list[CheckMessage]:
    """W012: the mail of NEW_DEVICE_EMAIL can have its link."""
    if conf.NEW_DEVICE_EMAIL is not True or link.path_of(Session()) is not None:
        return []
    return [
        Warning(
            _(
                "SESSIONS_API: NEW_DEVICE_EMAIL is on, but the page is missing that its link leads to."
            ),
            hint=_(
                'Mount it: path("account/sessions/", include("sessions_api.account.urls")). Without '
                "it, the mail has no link."
            ),
            id="sessions_api.W012",
        )
    ]


def _unnamed_proxies() -> Iterator[CheckMessage]:
    said = [name for name in _BEHIND_A_PROXY if getattr(settings, name, None)]
    if said and not conf.TRUSTED_PROXIES:
        yield Warning(
            _(
                "The site is behind a proxy, as %(settings)s says, but TRUSTED_PROXIES names none. All "
                "clients have the proxy's IP address, in the list of sessions and where sign-ins are "
                "counted: a few wrong passwords keep everybody from signing in for a token."
            )
            % {"settings": ", ".join(said)},
            hint=_(
                'Name the networks of your proxies: SESSIONS_API = {"TRUSTED_PROXIES": '
                '["10.0.0.0/8"]}, or count them: 1. Silence this check where your server puts the '
                "client's IP address into REMOTE_ADDR itself."
            ),
            id="sessions_api.W008",
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
