"""How rows are written: what they record of a client and an engine session, one by one and in sets.

Whatever changes a live row is an UPDATE that an ended row does not match. So no race brings an
ended session back.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeAlias, TypeVar
from uuid import UUID

from django.db import OperationalError, connections, router, transaction
from django.http import HttpRequest
from django.utils import timezone

from sessions_api import credentials, engines, payload, recent
from sessions_api.client import user_agent
from sessions_api.client.location import NOWHERE, Location, location_of
from sessions_api.conf import conf
from sessions_api.lifecycle.pace import FULL_SPEED, Pace
from sessions_api.models import Client, Session, SessionQuerySet

Fields: TypeAlias = Mapping[str, Any]
"""Values of a row by the names of its fields."""

CONFLICTS = ("40P01", "40001", 1213, 1020)
"""What PostgreSQL (SQLSTATE) and MariaDB (error number) call a deadlock and a failed serialization."""

ATTEMPTS = 10
"""How often a transaction is tried, at most, when it ends in a conflict."""

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def update(sessions: SessionQuerySet, fields: Fields) -> int:
    """Change the sessions that have not ended. Returns how many."""
    return sessions.not_ended().update(updated_at=timezone.now(), **fields)


def assign(session: Session, fields: Fields) -> None:
    """Set the attributes of an object to what was written to its row."""
    for name, value in fields.items():
        setattr(session, name, value)


def begun_by(client: Client, location: Location = NOWHERE) -> Fields:
    """Return what a row records of the client that signed in, and of where it was."""
    device = user_agent.parse(client.user_agent)
    return {
        "user_agent": client.user_agent,
        **device._asdict(),
        "ip_address": client.ip_address,
        "last_ip_address": client.ip_address,
        **at(location),
    }


def at(location: Location) -> dict[str, str]:
    """Return what a row records of where its client is."""
    return {"country": location.country, "location": str(location)}


def used_by(client: Client, request: HttpRequest, row: Session) -> dict[str, Any]:
    """Return what changes in a row when this client uses it by a request."""
    fields: dict[str, Any] = {"last_ip_address": client.ip_address}
    if client.user_agent not in ("", row.last_client.user_agent):
        is_as_at_sign_in = client.user_agent == row.user_agent
        fields["last_user_agent"] = "" if is_as_at_sign_in else client.user_agent
    if client.ip_address != row.last_ip_address:
        location = location_of(request, client.ip_address)
        fields |= at(location)
        if row.location_at_sign_in is None and str(location) != row.location:
            fields["location_at_sign_in"] = row.location
    return fields


def of_auth_hash(auth_digest: bytes) -> dict[str, bytes | str]:
    """Return what a row records of an auth hash that this process has made."""
    # A sealed key tells as well by which SECRET_KEY a row was written.
    has_key = not engines.is_client_side()
    return {
        "auth_digest": auth_digest,
        "secret_key_id": "" if has_key else credentials.secret_key_id(),
    }


def bound_to(engine_session: engines.EngineSession) -> Fields:
    """Return what a row records of an engine session that is about to be saved."""
    return {
        **of_payload(engine_session, engine_session.session_key),
        "expires_at": engines.expiry(engine_session),
        "ends_with_browser": engine_session.get_expire_at_browser_close(),
        "cookie_is_due": False,
    }


def of_payload(content: payload.Payload, key: str | None) -> Fields:
    """Return what a row records of a payload and its engine key."""
    fields = {
        "backend": payload.backend(content) if engines.is_client_side() else "",
        **of_auth_hash(payload.auth_digest(content)),
        **payload.assurance(content)._asdict(),
    }
    # On signed_cookies the key is the whole credential: it is not kept in any form.
    if key is not None and not engines.is_client_side():
        fields |= {"key_digest": credentials.digest(key), "sealed_key": credentials.seal(key)}
    return fields


def proved_at_sign_in(engine_session: engines.EngineSession, at: datetime) -> datetime | None:
    """Return when the user has proved who they are who has signed in at a moment, or None.

    What they have proved at another site longer ago than ABSOLUTE_TIMEOUT is none: this session
    would be over before it has started.
    """
    proof = payload.proof_at_sign_in(engine_session, at.timestamp())
    if not proof or proof == at.timestamp():
        return at if proof else None
    limit, proved = conf.ABSOLUTE_TIMEOUT, recent.moment(proof)
    return None if limit is not None and at - proved >= limit else proved


def of_proof(
    session: Session,
    engine_session: engines.EngineSession,
    told: payload.Assurance,
    *,
    at: float,
    is_verified: bool = False,
) -> dict[str, datetime]:
    """Return what is to be written of a proof that the row does not know yet, seen at a moment.

    It is one that a package has dated, or another factor, or one that was verified again. Whoever
    acts as somebody else proves nothing. What is dated in the future has yet to count.
    """
    if told.acting_as_id is not None:
        return {}
    is_seen = is_verified or payload.new_factors(told.methods, session.methods)
    seen = at if is_seen else 0
    proof = max(payload.last_proof(engine_session, recent.now()), seen)
    is_later = proof > session.known_since.timestamp()
    return {"authenticated_at": recent.moment(proof)} if is_later else {}


def batches(sessions: SessionQuerySet, most: int, pace: Pace = FULL_SPEED) -> Iterator[list[UUID]]:
    """Yield the ids of a set of any size in batches, in order of id. See ``batches_of``."""
    for batch in batches_of(sessions, ("pk",), most, pace):
        yield [pk for (pk,) in batch]


def batches_of(
    sessions: SessionQuerySet, fields: Sequence[str], most: int, pace: Pace = FULL_SPEED
) -> Iterator[list[tuple[Any, ...]]]:
    """Yield fields of a set of any size in batches, in order of id, which is the first of the fields.

    After each batch, and what has been done with it, the caller rests as the pace says.
    """
    rest = ordered = sessions.order_by("pk").values_list(*fields)
    while True:
        begun, size = time.monotonic(), pace.size(most)
        batch = list(rest[:size])
        if not batch:
            return
        yield batch
        if len(batch) < size:
            return
        pace.rest(len(batch), time.monotonic() - begun)
        rest = ordered.filter(pk__gt=batch[-1][0])


def lock(pks: list[UUID], *, using: str, skip_locked: bool) -> list[UUID]:
    """Lock rows in order of id, so that parallel workers cannot block each other for good.

    Returns the ids of the locked rows. With ``skip_locked`` these are not the rows that another
    worker has locked, where the database can tell. SQLite has one writer at a time and no row locks.
    """
    if not connections[using].features.has_select_for_update:
        return pks
    sessions = Session.objects.using(using).filter(pk__among=set(pks)).order_by("pk")
    locked = locking(sessions, using=using, skip_locked=skip_locked)
    return list(locked.values_list("pk", flat=True))


def locking(sessions: SessionQuerySet, *, using: str, skip_locked: bool) -> SessionQuerySet:
    """Return the query set of these rows that locks them when it is read. See ``lock``."""
    can_skip = connections[using].features.has_select_for_update_skip_locked
    return sessions.select_for_update(skip_locked=skip_locked and can_skip)


def retried(write: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Have a function that is one transaction tried again when it conflicts with another.

    InnoDB locks every row that a DELETE scans, in a small table those of other workers, too, and
    expects its callers to try again. So does PostgreSQL above READ COMMITTED. Inside a transaction of the caller's the error is raised: that
    transaction is lost as well.
    """

    @wraps(write)
    def write_again(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        connection = connections[router.db_for_write(Session)]
        attempt = 1
        while True:
            try:
                return write(*args, **kwargs)
            except OperationalError as error:
                if attempt == ATTEMPTS or connection.in_atomic_block or not is_conflict(error):
                    raise
            attempt += 1

    return write_again


@contextmanager
def read_committed(using: str) -> Iterator[None]:
    """Open a transaction in which each statement sees what others have committed before it.

    On PostgreSQL a site may have another level, where a statement that has waited for a lock does not
    see what the lock was held for. Inside a transaction of the caller's it is too late to change it.
    """
    connection = connections[using]
    is_its_own = not connection.in_atomic_block
    with transaction.atomic(using=using):
        if is_its_own and connection.vendor == "postgresql" and _begins_above(using):
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        yield


def sees_the_past(using: str) -> bool:
    """Tell whether the open transaction is one of the caller's on PostgreSQL above READ COMMITTED.

    To be asked inside ``read_committed``, which opens a transaction or a savepoint.
    """
    connection = connections[using]
    is_callers = len(connection.atomic_blocks) > 1
    return is_callers and connection.vendor == "postgresql" and _begins_above(using)


@lru_cache
def _begins_above(using: str) -> bool:
    """Tell whether transactions on PostgreSQL begin above READ COMMITTED."""
    with connections[using].cursor() as cursor:
        cursor.execute("SHOW transaction_isolation")
        return bool(cursor.fetchone()[0] != "read committed")


def is_conflict(error: Exception) -> bool:
    """Tell whether a database has refused a transaction that would do if it were tried again."""
    codes = (getattr(error.__cause__, "sqlstate", None), *error.args[:1])
    return any(code in CONFLICTS for code in codes)
