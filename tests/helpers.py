"""What tests in several folders share."""

import os
from datetime import timedelta
from importlib import import_module
from typing import Any

import time_machine
from django.conf import settings as django_settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import AnonymousUser, Permission
from django.contrib.sessions.models import Session as EngineRow
from django.core.cache import caches
from django.db import OperationalError, connection
from django.test import Client, RequestFactory
from django.utils import timezone

from sessions_api import engines, payload, recent
from sessions_api.conf import SettingsGroup, conf
from sessions_api.dialects.ory.conf import conf as ory_conf
from sessions_api.dialects.torii.conf import conf as torii_conf
from sessions_api.models import Session
from tests.factories import PASSWORD, UserFactory
from tests.site.views import BACKEND

SETTINGS: dict[str, SettingsGroup] = {
    name: group
    for group in (conf, ory_conf, torii_conf)
    for name in vars(type(group))
    if name.isupper()
}
"""Every setting by name, and the group it is in."""

SESSIONS = "/api/sessions/"
CURRENT = "/api/sessions/current/"
REAUTHENTICATE = "/api/sessions/current/reauthenticate/"

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:157.0) Gecko/20100101 Firefox/157.0"

ENGINES: dict[str, dict[str, str]] = {
    "db": {"SESSION_ENGINE": "django.contrib.sessions.backends.db"},
    "cached_db": {"SESSION_ENGINE": "django.contrib.sessions.backends.cached_db"},
    "cache": {"SESSION_ENGINE": "django.contrib.sessions.backends.cache"},
    "file": {"SESSION_ENGINE": "django.contrib.sessions.backends.file"},
    "signed_cookies": {"SESSION_ENGINE": "django.contrib.sessions.backends.signed_cookies"},
}
"""Django's session engines by name, each with the settings of a site that has it."""
if "TEST_REDIS" in os.environ:
    ENGINES["redis"] = {**ENGINES["cache"], "SESSION_CACHE_ALIAS": "redis"}
    ENGINES["cached_db_redis"] = {**ENGINES["cached_db"], "SESSION_CACHE_ALIAS": "redis"}

THIRD_PARTY_ENGINES = {
    name: {"SESSION_ENGINE": f"tests.site.third_party.{name}"}
    for name in ("dictionary", "encrypting", "overriding", "renaming", "subclassed")
}
"""Engines that are not Django's: see tests/site/engines.py."""

DJANGOS_ENGINES = ["db", "cached_db", "cache", "file", "signed_cookies"]
SERVER_SIDE = [name for name in DJANGOS_ENGINES if name != "signed_cookies"]
"""Those that hold their sessions on the server. On signed_cookies the cookie is the session."""


def use_engine(settings: Any, name: str) -> None:
    """Run the site on a session engine, with an empty cache behind it."""
    for setting, value in (ENGINES | THIRD_PARTY_ENGINES)[name].items():
        setattr(settings, setting, value)
    caches[settings.SESSION_CACHE_ALIAS].clear()


def engine_rows():
    """Return the sessions that Django keeps in the database, without the canary."""
    return EngineRow.objects.filter(expire_date__lt=timezone.now() + timedelta(days=1000))


def held(keys):
    """Return the payloads that the engine holds, by their keys."""
    answers = engines.load_many(keys)
    return {key: answer for key, answer in answers.items() if isinstance(answer, dict)}


def later(**duration):
    """Move the clock on."""
    return time_machine.travel(timezone.now() + timedelta(**duration), tick=False)


def bearer(token):
    """Return the headers that present a token."""
    return {"authorization": f"Bearer {token}"}


def staff_with(*codenames, **fields):
    """Return a new staff user who holds these permissions alone."""
    staff = UserFactory.create(is_staff=True, **fields)
    permissions = Permission.objects.filter(
        codename__in=codenames, content_type__app_label__in=["auth", "sessions_api"]
    )
    assert len(permissions) == len(codenames)
    staff.user_permissions.set(permissions)
    return staff


def signed_in(user, **defaults):
    """Return a browser that a user has signed in with, in a view of the site."""
    client = Client(**defaults)
    assert client.get(f"/do/login:{user.pk}/").status_code == 200
    return client


def browser_of(user):
    """Return a browser that a script has signed a user in with: no request has seen it yet."""
    client = Client()
    client.force_login(user)
    return client


def browser_with_password(user, **defaults):
    """Return a browser that a user has signed in with by their password: that is a proof."""
    client = Client(**defaults)
    steps = f"password_login:{user.get_username()}|{PASSWORD}"
    assert client.post(f"/do/{steps}/").status_code == 200
    return client


def returning_browser(user):
    """Return a browser that a user has signed in with and has come back with once."""
    client = signed_in(user)
    assert name_of(client) == user.get_username()
    return client


def old_session(user, **content):
    """Return a browser that a user signed in with before the app was installed."""
    store = import_module(django_settings.SESSION_ENGINE).SessionStore()
    store.update(
        {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: BACKEND,
            HASH_SESSION_KEY: user.get_session_auth_hash(),
            **content,
        }
    )
    store.save()
    client = Client()
    client.cookies[django_settings.SESSION_COOKIE_NAME] = store.session_key
    return client


def name_of(client):
    """Return whom the site takes a browser for: a user name, or ""."""
    return client.get("/do/user/").content.decode()


def name_in_new_process(client):
    """Return whom a process of the site that remembers nothing takes a browser for."""
    recent.clear()
    return name_of(client)


def session_id(client):
    """Return the id of a browser's session, which its payload carries."""
    return client.session[payload.ID_KEY]


def session_of(client):
    """Return the row of a browser's session."""
    return Session.objects.get(pk=session_id(client))


def lose(client):
    """Have the engine lose a browser's session behind our back."""
    cookie = client.cookies[django_settings.SESSION_COOKIE_NAME].value
    import_module(django_settings.SESSION_ENGINE).SessionStore(cookie).delete()


def script_request(store=None):
    """Return a request that no middleware has seen."""
    request = RequestFactory().get("/")
    request.session = store if store is not None else engines.store_class()()
    request.user = AnonymousUser()
    return request


def store_of(content):
    """Return an engine session that holds this."""
    store = engines.store_class()()
    store.update(content)
    return store


def reasons(user):
    """Return why a user's sessions have ended: "" for each that has not."""
    return sorted(Session.objects.for_user(user).values_list("end_reason", flat=True))


def refusing(*verbs):
    """Return a context in which our tables fail at the statements that begin with these verbs."""

    def fail(execute, sql, params, many, context):
        if sql.startswith(verbs) and "sessions_api_" in sql.replace("_sessions_api", ""):
            raise OperationalError("cannot execute this in a read-only transaction")
        return execute(sql, params, many, context)

    return connection.execute_wrapper(fail)
