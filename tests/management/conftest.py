"""The site as the commands find it."""

from contextlib import contextmanager
from io import StringIO

import pytest
from django.apps import apps
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection
from django.test import Client

from sessions_api import recent
from tests.matrix.conftest import ENGINES


class Terminal(StringIO):
    """Standard error as a person has it."""

    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def _fresh_process(transactional_db):
    recent.clear()


@contextmanager
def interrupted(*, at, statement):
    """Interrupt the n-th statement that begins so, before the database gets it."""
    seen = []

    def interrupt(execute, sql, *arguments):
        if sql.startswith(statement):
            seen.append(sql)
            if len(seen) == at:
                raise KeyboardInterrupt
        return execute(sql, *arguments)

    with connection.execute_wrapper(interrupt):
        yield


def use_engine(settings, name, tmp_path):
    """Run on an engine, with a cache that processes share and files of one's own."""
    for setting, value in ENGINES[name].items():
        setattr(settings, setting, value)
    shared = {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": str(tmp_path / "cache"),
    }
    settings.CACHES = {**settings.CACHES, "default": shared}
    caches[settings.SESSION_CACHE_ALIAS].clear()


@pytest.fixture(params=ENGINES)
def engine(request, settings, tmp_path):
    """Run on each engine."""
    use_engine(settings, request.param, tmp_path)
    return settings.SESSION_ENGINE.rpartition(".")[2]


def signed_in(user, **environ):
    client = Client(**environ)
    client.get(f"/do/login:{user.pk}/")
    return client


def name_of(client):
    recent.clear()
    return client.get("/do/user/").content.decode()


def said(command, **options):
    """Return what a command says."""
    stdout = StringIO()
    call_command(command, stdout=stdout, **options)
    return stdout.getvalue().strip()


def everything():
    """Return all rows of all tables."""
    return {
        model: sorted(map(repr, model._base_manager.values_list())) for model in apps.get_models()
    }
