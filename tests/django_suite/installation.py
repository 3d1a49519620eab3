"""Our app and our middleware, put into whatever Django's tests install."""

from collections.abc import Sequence
from typing import Any
from unittest import mock

from django.conf import UserSettingsHolder, settings
from django.core.handlers import base

APP = "sessions_api"
AUTHENTICATION_MIDDLEWARE = "django.contrib.auth.middleware.AuthenticationMiddleware"
MIDDLEWARE = "sessions_api.middleware.SessionsMiddleware"


def install(runtests: Any) -> None:
    """Have Django's module ``runtests`` run every test with us."""
    runtests.ALWAYS_INSTALLED_APPS.append(APP)
    runtests.ALWAYS_MIDDLEWARE = with_ours(runtests.ALWAYS_MIDDLEWARE)
    _make_our_table_without_migrations(runtests)
    _load_our_middleware()


def with_ours(paths: Sequence[str]) -> list[str]:
    """Return a MIDDLEWARE with ours after AuthenticationMiddleware, and only there."""
    found = []
    for path in paths:
        if path != MIDDLEWARE:
            found.append(path)
        if path == AUTHENTICATION_MIDDLEWARE:
            found.append(MIDDLEWARE)
    return found


def _make_our_table_without_migrations(runtests: Any) -> None:
    """Do what runtests does with the tables of users, which our migration would ask for."""
    set_up = runtests.setup_collect_tests

    def set_up_with_us(*args: Any, **kwargs: Any) -> Any:
        modules_and_state = set_up(*args, **kwargs)
        settings.MIGRATION_MODULES[APP] = None
        return modules_and_state

    runtests.setup_collect_tests = set_up_with_us


def _load_our_middleware() -> None:
    """Have every handler load our middleware, whatever MIDDLEWARE a test has.

    The setting itself stays as the test has written it, since some tests look at it.
    """
    load = base.BaseHandler.load_middleware

    def load_with_ours(handler: base.BaseHandler, *args: Any, **kwargs: Any) -> None:
        for_us = UserSettingsHolder(settings)
        for_us.MIDDLEWARE = with_ours(settings.MIDDLEWARE)
        with mock.patch.object(base, "settings", for_us):
            load(handler, *args, **kwargs)

    mock.patch.object(base.BaseHandler, "load_middleware", load_with_ours).start()
