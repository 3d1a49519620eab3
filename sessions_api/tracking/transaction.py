"""The transaction that a view may have open, which reading of ours must not break."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections, router, transaction

from sessions_api.models import Session


@contextmanager
def apart_from_the_view() -> Iterator[None]:
    """Keep an error of ours from breaking the view's transaction, as PostgreSQL would have it."""
    connection = connections[router.db_for_write(Session)]
    if connection.vendor == "postgresql" and connection.in_atomic_block:
        with transaction.atomic(using=connection.alias):
            yield
    else:
        yield
