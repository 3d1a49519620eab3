"""What every test leaves behind."""

import os

import pytest
from django.core.cache import cache
from django.core.management.commands import flush

MADE_BY_MIGRATIONS = ("django_content_type", "auth_permission")


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
def no_attempts_are_counted():
    """Forget how often somebody has tried to sign in: all tests come from one address."""
    cache.clear()


if "TEST_REDIS" in os.environ:
    from tests.site import redis_pool

    @pytest.fixture(autouse=True)
    def connections_are_closed():
        """Close the connections to Redis of threads and settings that are gone."""
        yield
        redis_pool.close_all()
