"""What every test leaves behind."""

import logging
import os
from pathlib import Path

import pytest
from django.contrib.auth import user_logged_out
from django.core.cache import cache
from django.core.management.commands import flush

from sessions_api import logs, recent
from tests.bystander import Bystander
from tests.factories import UserFactory
from tests.helpers import ENGINES, signed_in, use_engine
from tests.ids import NUMBERED, in_words
from tests.site import views

MADE_BY_MIGRATIONS = ("django_content_type", "auth_permission")


# What a database can change: SQL, locks, collations, types, transactions. PostgreSQL and MariaDB run
# these tests, by their marker. For the others, which ask every caller, body or dialect for the same
# rows again or read no row at all, SQLite is enough.
OF_DATABASES = (
    "admin/test_changelist.py",
    "admin/test_ending.py",
    "admin/test_filters.py",
    "admin/test_users.py",
    "api/test_admin_views.py",
    "api/test_pagination.py",
    "api/test_reauthentication.py",
    "api/test_sign_in.py",
    "api/test_throttling.py",
    "api/test_throttling_limits.py",
    "api/test_times.py",
    "api/test_views.py",
    "concurrency",
    "dialects/ory/test_deletion.py",
    "dialects/ory/test_hostile_inputs.py",
    "dialects/ory/test_manage.py",
    "dialects/ory/test_pages.py",
    "dialects/test_identifiers.py",
    "engines",
    "lifecycle",
    "listing",
    "management/test_adopt_sessions.py",
    "management/test_end_sessions.py",
    "management/test_personal_data.py",
    "management/test_purge_sessions.py",
    "management/test_reconcile_sessions.py",
    "matrix",
    "models",
    "test_authentication.py",
    "test_hostile_inputs.py",
    "test_migrations.py",
    "test_receivers.py",
    "test_revocation.py",
    "test_users.py",
    "test_validity.py",
    "tracking",
)


def pytest_collection_modifyitems(items):
    """Mark what a database can change. A test that is elsewhere has the marker itself."""
    tests = Path(__file__).parent
    chosen = [tests / name for name in OF_DATABASES]
    missing = [str(path) for path in chosen if not path.exists()]
    if missing:
        raise pytest.UsageError(f"OF_DATABASES names what is not there: {missing}")
    for item in items:
        if any(item.path == path or path in item.path.parents for path in chosen):
            item.add_marker(pytest.mark.database)


def pytest_make_parametrize_id(config, val, argname):
    """Name a parameter after its value where pytest would only number it."""
    is_numbered = isinstance(val, NUMBERED) or (isinstance(val, str | bytes) and len(val) > 60)
    return in_words(val) if is_numbered else None


@pytest.fixture(autouse=True, scope="session")
def what_migrations_have_made_stays():
    """Empty all other tables only: to make it anew takes a sixth of a test with transactions."""
    sql_flush = getattr(flush, "sql_flush")  # noqa: B009 (the stubs do not know it)

    def sql_flush_of_the_others(*args, **kwargs):
        statements = sql_flush(*args, **kwargs)
        return [one for one in statements if not any(name in one for name in MADE_BY_MIGRATIONS)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flush, "sql_flush", sql_flush_of_the_others)
        patch.setattr(flush, "emit_post_migrate_signal", lambda *args, **kwargs: None)
        yield


@pytest.fixture(autouse=True)
def nothing_is_remembered():
    """Have each test begin in a process that has seen no session yet."""
    recent.clear()
    logs.clear()
    views.callbacks.clear()


@pytest.fixture(autouse=True)
def no_attempts_are_counted():
    """Forget how often somebody has tried to sign in: all tests come from one IP address."""
    cache.clear()


class ErrorsOnCommit(logging.Handler):
    """Notes what Django only logs: a robust callback has failed after a commit."""

    def __init__(self):
        super().__init__(logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record):
        message = record.getMessage()
        if message.startswith("Error calling") and "in on_commit" in message:
            self.messages.append(message)


@pytest.fixture(autouse=True)
def no_error_on_commit_is_lost(request):
    """Fail a test in which a robust callback has failed, unless it asks for ``errors_on_commit``."""
    handler = ErrorsOnCommit()
    loggers = [logging.getLogger(name) for name in ("django.db.backends.base", "django.test")]
    for logger in loggers:
        logger.addHandler(handler)
    yield handler.messages
    for logger in loggers:
        logger.removeHandler(handler)
    assert "errors_on_commit" in request.fixturenames or handler.messages == []


@pytest.fixture
def errors_on_commit(no_error_on_commit_is_lost):
    """Return what Django has logged of callbacks that failed after a commit: they are expected."""
    return no_error_on_commit_is_lost


# Where there is Redis, it is the cache: without it the memory of the process is.
IN_MEMORY = ("cache", "cached_db") if "redis" in ENGINES else ()


@pytest.fixture(params=[name for name in ENGINES if name not in IN_MEMORY])
def engine(request, settings):
    """Run the site on each session engine, and return the engine's name.

    A test that is about some engines only is parametrized with their names and indirect=["engine"].
    """
    use_engine(settings, request.param)
    return request.param


@pytest.fixture
def bystander(db):
    """Return another user with sessions of every kind, and see that they notice nothing."""
    bystander = Bystander()
    yield bystander
    bystander.assert_unnoticed()


@pytest.fixture
def alice(db):
    """Return a user whose name is alice."""
    return UserFactory.create(username="alice")


@pytest.fixture
def forgotten_browser(db):
    """Return a browser that somebody has signed in with, in a process that remembers nothing."""
    client = signed_in(UserFactory.create())
    recent.clear()
    return client


@pytest.fixture
def executed(django_capture_on_commit_callbacks):
    """Return a context whose transactions are committed, as far as on_commit() goes."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def signed_out():
    """Return the names of those whom Django has told to have signed out."""
    names: list[str] = []

    def receiver(sender, request, user, **kwargs):
        names.append(user.get_username())

    user_logged_out.connect(receiver)
    yield names
    user_logged_out.disconnect(receiver)


if "TEST_REDIS" in os.environ:
    from tests.site import redis_pool

    @pytest.fixture(autouse=True)
    def connections_are_closed():
        """Close the connections to Redis of threads and settings that are gone."""
        yield
        redis_pool.close_all()
