"""How rows are written: what an engine session says of its row, one UPDATE, and sets in batches.

Whatever changes a row that may be live is an UPDATE that an ended row does not match, so that no
race brings one back.
"""

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from django.db import OperationalError, connections, router
from django.utils import timezone

from sessions_api import assurance, credentials, engines, validity
from sessions_api.models import Session, SessionQuerySet

DEADLOCKS = ("40P01", 1213)
"""What PostgreSQL (SQLSTATE) and MariaDB (error number) call a deadlock."""

ATTEMPTS = 10
"""How often a transaction that falls to deadlocks is begun, at most."""

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def update(sessions: SessionQuerySet, fields: dict[str, Any]) -> int:
    """Change those of the sessions that have not ended. Returns how many."""
    return sessions.not_ended().update(updated_at=timezone.now(), **fields)


def assign(session: Session, fields: dict[str, Any]) -> None:
    """Set these attributes of an object that mirrors a row."""
    for name, value in fields.items():
        setattr(session, name, value)


def bound_to(engine_session: engines.EngineSession) -> dict[str, Any]:
    """Return what a row records of an engine session that is about to be saved."""
    fields = {
        "backend": validity.backend(engine_session),
        "auth_digest": validity.auth_digest(engine_session),
        "expires_at": engines.expiry(engine_session),
        "ends_with_browser": engine_session.get_expire_at_browser_close(),
        "cookie_is_due": False,
        **assurance.of(engine_session)._asdict(),
    }
    key = engine_session.session_key
    return fields | (known_by(key) if key is not None else {})


def known_by(key: str) -> dict[str, Any]:
    """Return what a row records of its engine key. Nothing where the cookie is the session."""
    if engines.is_client_side():
        return {}
    return {"key_digest": credentials.digest(key), "sealed_key": credentials.seal(key)}


def batches(sessions: SessionQuerySet, size: int) -> Iterator[list[UUID]]:
    """Yield the ids of a set in order of id, a batch at a time, however large the set."""
    ids = sessions.order_by("pk").values_list("pk", flat=True)
    batch = list(ids[:size])
    while batch:
        yield batch
        batch = list(ids.filter(pk__gt=batch[-1])[:size]) if len(batch) == size else []


def lock(pks: list[UUID], *, using: str, skip_locked: bool) -> list[UUID]:
    """Lock these rows in order of id, so that parallel workers never wait for each other in turn.

    Returns those locked: with ``skip_locked``, where the database can, not those that another
    worker has in hand. SQLite has one writer at a time, and no locks to take.
    """
    features = connections[using].features
    if not features.has_select_for_update:
        return pks
    skip_locked = skip_locked and features.has_select_for_update_skip_locked
    rows = Session.objects.using(using).filter(pk__among=pks).order_by("pk")
    return list(rows.select_for_update(skip_locked=skip_locked).values_list("pk", flat=True))


def retried(write: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Make a function, which is one transaction, begin again when it falls to a deadlock.

    InnoDB locks whatever a DELETE scans, in a small table the rows of other workers, too, and asks
    its callers to be ready for this. Within a transaction of the caller's, which has fallen with
    it, the error is raised.
    """

    @wraps(write)
    def write_at_last(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        connection = connections[router.db_for_write(Session)]
        attempt = 1
        while True:
            try:
                return write(*args, **kwargs)
            except OperationalError as error:
                if attempt == ATTEMPTS or connection.in_atomic_block or not _is_deadlock(error):
                    raise
            attempt += 1

    return write_at_last


def _is_deadlock(error: OperationalError) -> bool:
    codes = (getattr(error.__cause__, "sqlstate", None), *error.args[:1])
    return any(code in DEADLOCKS for code in codes)
