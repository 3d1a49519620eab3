"""The sites that are measured side by side: plain Django, ours, and each peer as its manual says.

A process is one of them: ``configure`` comes before anything that needs the apps.
"""

import os
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

from tests import settings as site

SESSIONS = "django.contrib.sessions"
SESSION_MIDDLEWARE = "django.contrib.sessions.middleware.SessionMiddleware"
AUTHENTICATION = "django.contrib.auth.middleware.AuthenticationMiddleware"
SAVE = {"SESSION_SAVE_EVERY_REQUEST": True}
ALLAUTH = ("django.contrib.humanize", "allauth", "allauth.account", "allauth.usersessions")
ALLAUTH_MIDDLEWARE = ("allauth.account.middleware.AccountMiddleware",)
ALLAUTH_SETTINGS = {
    "AUTHENTICATION_BACKENDS": [
        "django.contrib.auth.backends.ModelBackend",
        "allauth.account.auth_backends.AuthenticationBackend",
    ],
    "ACCOUNT_EMAIL_VERIFICATION": "none",
    "ACCOUNT_RATE_LIMITS": False,
    "ALLAUTH_TRUSTED_PROXY_COUNT": 0,
}
SERVER_SIDE = {name: f"{SESSIONS}.backends.{name}" for name in ("db", "cached_db", "cache", "file")}


@dataclass(frozen=True)
class Contender:
    """What a site installs besides Django's own apps, and which session engines it then runs on."""

    package: str = "django"
    apps: tuple[str, ...] = ()
    middleware: tuple[str, ...] = ()
    """What comes after Django's AuthenticationMiddleware."""
    session_middleware: str = SESSION_MIDDLEWARE
    engines: dict[str, str] = field(default_factory=lambda: SERVER_SIDE)
    settings: dict[str, Any] = field(default_factory=dict)


SIGNED_COOKIES = {"signed_cookies": f"{SESSIONS}.backends.signed_cookies"}

CONTENDERS = {
    "plain": Contender(engines=SERVER_SIDE | SIGNED_COOKIES),
    "ours": Contender(
        package="django-sessions-api",
        apps=("sessions_api",),
        middleware=("sessions_api.middleware.SessionsMiddleware",),
        engines=SERVER_SIDE | SIGNED_COOKIES,
    ),
    "allauth": Contender(
        package="django-allauth",
        apps=ALLAUTH,
        middleware=ALLAUTH_MIDDLEWARE,
        engines=SERVER_SIDE | SIGNED_COOKIES,
        settings=ALLAUTH_SETTINGS,
    ),
    "allauth, tracking": Contender(
        package="django-allauth",
        apps=ALLAUTH,
        middleware=(*ALLAUTH_MIDDLEWARE, "allauth.usersessions.middleware.UserSessionsMiddleware"),
        settings=ALLAUTH_SETTINGS | {"USERSESSIONS_TRACK_ACTIVITY": True},
    ),
    "user-sessions": Contender(
        package="django-user-sessions",
        apps=("user_sessions",),
        session_middleware="user_sessions.middleware.SessionMiddleware",
        engines={"db": "user_sessions.backends.db"},
    ),
    "qsessions": Contender(
        package="django-qsessions",
        apps=("qsessions",),
        session_middleware="qsessions.middleware.SessionMiddleware",
        engines={name: f"qsessions.backends.{name}" for name in ("db", "cached_db")},
    ),
    "DRF authtoken": Contender(package="djangorestframework", apps=("rest_framework.authtoken",)),
    "knox": Contender(package="django-rest-knox", apps=("knox",)),
}


def configure(
    name: str, *, engine: str = "db", database: dict[str, Any] | None = None, **settings: Any
) -> None:
    """Set Django up for one site. ``database`` changes settings of the test site's database."""
    contender = CONTENDERS[name]
    default = vars(site)["DATABASES"]["default"] | (database or {})
    if site.DATABASE == "postgresql":
        default["ENGINE"] = "django.db.backends.postgresql"
    vars(site).update(
        INSTALLED_APPS=installed_apps(name),
        MIDDLEWARE=middleware_of(contender),
        SESSION_ENGINE=contender.engines[engine],
        SESSION_CACHE_ALIAS="redis" if "redis" in site.CACHES else "default",
        **{"DATABASES": {"default": default}, **contender.settings, **settings},
    )
    django.setup()


def installed_apps(name: str) -> list[str]:
    """Return the apps of a site. A peer with sessions of its own stands in for Django's."""
    contender = CONTENDERS[name]
    own = {"sessions_api", "tests.site"}
    if contender.session_middleware != SESSION_MIDDLEWARE:
        own.add(SESSIONS)
    return [*(app for app in site.INSTALLED_APPS if app not in own), *contender.apps]


def middleware_of(contender: Contender) -> list[str]:
    """Return the middleware of a site."""
    found: list[str] = []
    for each in site.MIDDLEWARE:
        if each.startswith("sessions_api."):
            continue
        found.append(contender.session_middleware if each == SESSION_MIDDLEWARE else each)
        if each == AUTHENTICATION:
            found += contender.middleware
    return found


def versions() -> dict[str, str]:
    """Return the version of each package that is measured."""
    return {each.package: version(each.package) for each in CONTENDERS.values()}


def url_patterns(name: str) -> tuple[Any, ...]:
    """Return the URLs of a site: its login, its own pages of sessions, the admin, and our API."""
    from django.contrib import admin
    from django.contrib.auth.views import LoginView
    from django.urls import include, path

    if name.startswith("allauth"):
        return (path("accounts/", include("allauth.urls")), path("admin/", admin.site.urls))
    login = LoginView.as_view(template_name="admin/login.html", success_url="/")
    patterns = [path("accounts/login/", login), path("admin/", admin.site.urls)]
    if name == "user-sessions":
        patterns.append(path("", include("user_sessions.urls")))
    if name == "ours":
        patterns += [
            path("api/", include("sessions_api.urls")),
            path("ory/", include("sessions_api.dialects.ory.urls")),
            path("account/", include("sessions_api.account.urls")),
        ]
    return tuple(patterns)


def sign_in(username: str, password: str) -> Any:
    """Return a client that has signed in by the login page of the site."""
    from django.test import Client

    client = Client(headers={"user-agent": USER_AGENT})
    fields = {"username": username, "login": username, "password": password}
    response = client.post("/accounts/login/", fields)
    if response.status_code != 302:
        raise SystemExit(f"Nobody could sign in: {response.status_code} {response.content!r}")
    return client


USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
