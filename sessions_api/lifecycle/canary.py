"""The proof that whole-table work begins with: it reads the engine that the web processes write.

Web processes leave a canary in the engine and its key, sealed, in a row. A command that finds that
canary, under that key, has the right cache or database and the right SECRET_KEY, and is no victim of
an engine that takes its own errors for "nothing there".
"""

import logging
import time

from django.db import router, transaction
from django.utils import timezone

from sessions_api import credentials, engines, logs, recent
from sessions_api.exceptions import EngineNotProven
from sessions_api.models import Canary, Session
from sessions_api.recent import CanarySeen

logger = logging.getLogger("sessions_api.engines")

INTERVAL = 3600
"""For how many seconds a web process relies on the canary that it has left or seen."""


def leave(*, is_sign_in: bool = False) -> None:
    """See that there is a canary, at most once an hour and process. Never raises for want of one.

    A sign-in asks the engine whether it is still there: perhaps everybody signs in again because the
    engine was emptied.
    """
    if not (_is_due() or (is_sign_in and not _is_still_there())):
        return
    try:
        key = _found()
        key = _left() if key is None else key
    except Exception:  # noqa: BLE001 (whatever an engine raises)
        key = None
        logs.warn_once_a_minute(logger, "No canary could be left in the session engine.")
    recent.canary_seen[:] = [CanarySeen(time.monotonic(), _open_transactions(), key or None)]


def forget() -> None:
    """Have the next request that is not in the steady state look after the canary again."""
    recent.canary_seen.clear()


def check() -> str:
    """Raise EngineNotProven unless the canary is found here, and can be read. Returns its key.

    The key is "" where the cookie is the session.
    """
    row = Canary.objects.using(router.db_for_write(Canary)).first()
    if row is None:
        raise EngineNotProven(EngineNotProven.NOT_LEFT)
    key = credentials.unseal(row.sealed_key)
    if key is None:
        raise EngineNotProven(EngineNotProven.OTHER_KEY)
    if engines.is_client_side() != (key == ""):
        raise EngineNotProven(EngineNotProven.OTHER_ENGINE)
    if key and not engines.holds_canary(key):
        raise EngineNotProven(EngineNotProven.NOT_FOUND)
    return key


def _is_due() -> bool:
    if not recent.canary_seen:
        return True
    seen = recent.canary_seen[0]
    is_recent = 0 <= time.monotonic() - seen.at < INTERVAL
    return not is_recent or seen.transactions != _open_transactions()


def _is_still_there() -> bool:
    key = recent.canary_seen[0].key
    return key is None or engines.holds_canary(key)


def _open_transactions() -> list[object]:
    return list(transaction.get_connection(router.db_for_write(Session)).atomic_blocks)


def _found() -> str | None:
    """Return the key of the canary that is there, or None."""
    try:
        return check()
    except EngineNotProven:
        return None


def _left() -> str:
    """Leave a new canary, and return its key."""
    key = "" if engines.is_client_side() else engines.leave_canary()
    values = {"sealed_key": credentials.seal(key), "left_at": timezone.now()}
    using = router.db_for_write(Canary)
    with transaction.atomic(using=using):
        if not Canary.objects.using(using).filter(pk=Canary.ROW).update(**values):
            Canary.objects.using(using).bulk_create([Canary(**values)], ignore_conflicts=True)
    return key
