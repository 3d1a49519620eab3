"""How a session starts, follows its engine session, and ends. The only writer of ``Session`` rows.

Whatever changes a row that may be live is an UPDATE that an ended row does not match, so that no
race brings one back.
"""

import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models, router, transaction
from django.http import HttpRequest
from django.utils import timezone

from sessions_api import activity, credentials, engines, limit, validity, visit
from sessions_api.conf import conf
from sessions_api.models import EndReason, Session, SessionQuerySet
from sessions_api.origin import address, device

logger = logging.getLogger("sessions_api.lifecycle")

BATCH = 500
"""How many sessions one statement ends or purges."""


def start(request: HttpRequest, user: Any, *, superseded: models.Q | None = None) -> Session:
    """Give the login just made on ``request.session`` a row, bound to no engine session yet.

    ``superseded`` says whose place it takes: those sessions do not count towards the limit.
    Raises SessionLimitReached when the site refuses logins beyond MAX_SESSIONS_PER_USER.
    """
    now = timezone.now()
    session = Session(
        user=user, created_at=now, authenticated_at=now, last_used=now, **_origin(request)
    )
    with transaction.atomic(using=router.db_for_write(Session)):
        if surplus := limit.surplus(user, now, superseded=superseded):
            end_many(Session.objects.filter(pk__in=surplus), by=user, reason=EndReason.LIMIT)
        session.save(force_insert=True)
    request.session[visit.PAYLOAD_KEY] = str(session.pk)
    logger.info("Session %s started.", session.pk)
    return session


def adopt(request: HttpRequest, user: Any) -> Session | None:
    """Give an engine session from before the installation its row, and its payload the row's id.

    Parallel requests agree on one row. It may have ended already: then it is not adopted again.
    Returns None when ADOPT is "refuse" and no row is known.
    """
    key = request.session.session_key
    session = Session(
        id=credentials.derived_id(key or ""), user=user, adopted=True, **_origin(request)
    )
    _set(session, _bind_fields(request.session))
    row = _adopted_row(session)
    if row is None and conf.ADOPT == "lazy":
        Session.objects.bulk_create([session], ignore_conflicts=True)
        logger.info("Session %s adopted.", session.pk)
        row = _adopted_row(session)
    if row is not None:
        request.session[visit.PAYLOAD_KEY] = str(row.pk)
    return row


def bind(session: Session, engine_session: engines.EngineSession) -> bool:
    """Bind a login's row to the engine session that its response carries to the browser.

    Returns False when the session was ended in the meantime. A row whose insertion the view's
    transaction took back is inserted again.
    """
    fields = _bind_fields(engine_session)
    if not _update(Session.objects.filter(pk=session.pk), fields):
        if Session.objects.on_primary().filter(pk=session.pk).exists():
            return False
        _set(session, fields)
        session.save(force_insert=True)
    _set(session, fields)
    return True


def rebind(
    session_id: UUID,
    engine_session: engines.EngineSession,
    known_key: str | None,
    *,
    may_join: bool,
) -> bool:
    """Follow a session to another engine key; ``known_key`` is the one it had before.

    A parallel request may already have given it another key that works. With ``may_join`` the
    engine session then goes on under that one: the browser has one live key, whichever response
    comes last. Returns False when the session is unknown, has ended, or goes on elsewhere.
    """
    fields = _bind_fields(engine_session)
    rows = Session.objects.filter(pk=session_id)
    if known_key and _update(rows.filter(key_digest=credentials.digest(known_key)), fields):
        return True
    row = rows.on_primary().not_ended().filter(user_id=validity.user_id(engine_session)).first()
    if row is None:
        return False
    other_key = live_key(row)
    if other_key is None:
        return _update(rows.filter(key_digest=row.key_digest), fields) == 1
    if may_join:
        engines.move(engine_session, other_key)
    return may_join


def follow(session_id: UUID, key_digest: str | None, changes: dict[str, Any]) -> bool:
    """Write what a request has changed. False when the row is not live under that key any more."""
    rows = Session.objects.filter(pk=session_id, key_digest=key_digest)
    rows = rows.within_deadlines(timezone.now(), slack=validity.expiry_slack())
    return _update(rows, changes) == 1


def discard(session: Session) -> None:
    """Take back the row of a login that never reached its browser."""
    Session.objects.filter(pk=session.pk, expires_at__isnull=True).delete()


def end(session: Session, *, by: Any = None, reason: EndReason = EndReason.REVOKED) -> bool:
    """End one session, for good. Returns False when it had ended before.

    ``by`` is the user who ended it. The row says so first; once that is committed the engine
    session is deleted, and the next request with it is anonymous.
    """
    ended = end_many(Session.objects.filter(pk=session.pk), by=by, reason=reason)
    return ended == 1


def end_all(
    user: Any,
    *,
    except_: Session | UUID | None = None,
    by: Any = None,
    reason: EndReason = EndReason.REVOKED,
) -> int:
    """End all sessions of a user, but for one. Returns how many had not ended before."""
    sessions = Session.objects.for_user(user)
    if except_ is not None:
        sessions = sessions.exclude(pk=except_.pk if isinstance(except_, Session) else except_)
    return end_many(sessions, by=by, reason=reason)


def end_many(
    sessions: SessionQuerySet, *, by: Any = None, reason: EndReason = EndReason.REVOKED
) -> int:
    """End a set of sessions in batches. Returns how many had not ended before. See ``end``."""
    using = router.db_for_write(Session)
    total = 0
    for pks in _batches(sessions.on_primary().not_ended()):
        with transaction.atomic(using=using):
            now = timezone.now()
            total += _update(
                Session.objects.filter(pk__in=pks),
                {"ended_at": now, "end_reason": reason, "ended_by": by},
            )
            _finish_on_commit(pks, using)
    return total


def finish_ends(pks: list[UUID]) -> int:
    """Delete the engine sessions of ended rows. Returns how many the engine could not delete.

    A row that has ended and still has a sealed key is work not done yet; the gate refuses it.
    """
    rows = Session.objects.on_primary().filter(pk__in=pks, ended_at__isnull=False)
    sealed = dict(rows.exclude(sealed_key="").values_list("pk", "sealed_key"))
    left = _delete_engine_sessions(sealed)
    Session.objects.filter(pk__in=sealed.keys() - left).update(sealed_key="")
    for pk in pks:
        logger.info("Session %s ended.", pk)
    return len(left)


def end_deleted(sealed_keys: list[str]) -> None:
    """Delete the engine sessions of rows that are gone from the table, in batches."""
    for begin in range(0, len(sealed_keys), BATCH):
        _delete_engine_sessions(dict(enumerate(sealed_keys[begin : begin + BATCH])))


def purge(now: datetime | None = None) -> int:
    """Delete the rows of sessions that have been over for longer than RETENTION, in batches.

    Returns how many. While a row is kept, its session cannot be adopted again.
    """
    before = (now or timezone.now()) - conf.RETENTION
    over = models.Q(ended_at__lt=before) | models.Q(expires_at__lt=before)
    over |= models.Q(expires_at__isnull=True, created_at__lt=before)
    total = 0
    for pks in _batches(Session.objects.on_primary().filter(over)):
        total += Session.objects.filter(pk__in=pks).delete()[1].get(Session._meta.label, 0)
    return total


def current_session(request: Any) -> Session | None:
    """Return the session that a Django or DRF request was authenticated by, or None.

    None also when the request was authenticated by something else, such as a JWT. One query, unless
    the request's gate was due.
    """
    session_id = current_session_id(request)
    if session_id is None:
        return None
    this_visit = visit.of(request)
    row = this_visit.row if this_visit is not None else None
    if row is not None and row.pk == session_id:
        return row
    sessions = Session.objects.on_primary().for_user(request.user)
    return sessions.filter(pk=session_id).first()


def current_session_id(request: Any) -> UUID | None:
    """Return the id of the request's session without a query, or None. See ``current_session``."""
    user, this_visit = request.user, visit.of(request)
    if this_visit is None or not user.is_authenticated:
        return None
    if not (this_visit.admitted or this_visit.started):
        return None
    if getattr(request, "auth", None) is not None or validity.user_id(request.session) != user.pk:
        return None
    return visit.session_id(request.session)


def presented_by(key: str | None) -> models.Q | None:
    """Return which session the engine key or cookie of a request belongs to, if it can be any.

    A signed cookie older than the last change of its auth hash is a mere copy, and belongs to none.
    """
    if key is None:
        return None
    if not engines.is_client_side():
        return models.Q(key_digest=credentials.digest(key))
    payload = engines.signed_payload(key)
    session_id = visit.session_id(payload)
    if session_id is None:
        return None
    return models.Q(pk=session_id, auth_digest=validity.auth_digest(payload))


def live_key(session: Session) -> str | None:
    """Return the row's engine key if the engine still holds the session, or None.

    A payload without an id may be one that a parallel response has yet to save.
    """
    key = credentials.unseal(session.sealed_key)
    payload = engines.load(key) if key is not None else None
    if payload is None or visit.session_id(payload) not in (None, session.pk):
        return None
    return key


def _origin(request: HttpRequest) -> dict[str, Any]:
    user_agent = device.recorded_user_agent(request)
    parsed = device.parse(user_agent)
    ip_address = address.client_address(request)
    return {
        "user_agent": user_agent,
        "device_type": parsed.device_type,
        "browser": parsed.browser,
        "os": parsed.os,
        "device": parsed.device,
        "ip_address": ip_address,
        "last_ip_address": ip_address,
    }


def _bind_fields(engine_session: engines.EngineSession) -> dict[str, Any]:
    """Return what a row records of an engine session that is about to be saved."""
    fields = {
        "backend": validity.backend(engine_session),
        "auth_digest": validity.auth_digest(engine_session),
        "expires_at": engines.expiry(engine_session),
        "ends_with_browser": engine_session.get_expire_at_browser_close(),
    }
    key = engine_session.session_key
    if key is not None and not engines.is_client_side():
        fields |= {"key_digest": credentials.digest(key), "sealed_key": credentials.seal(key)}
    return fields


def _adopted_row(session: Session) -> Session | None:
    known = models.Q(pk=session.pk)
    if session.key_digest is not None:
        known |= models.Q(key_digest=session.key_digest)
    return Session.objects.on_primary().filter(known).first()


def _update(rows: SessionQuerySet, fields: dict[str, Any]) -> int:
    return rows.not_ended().update(updated_at=timezone.now(), **fields)


def _set(session: Session, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        setattr(session, name, value)


def _finish_on_commit(pks: list[UUID], using: str) -> None:
    # A function and no partial: Django 5.2 logs what fails by its __qualname__.
    def finish() -> None:
        finish_ends(pks)

    transaction.on_commit(finish, using=using, robust=True)


def _delete_engine_sessions(sealed_keys: dict[Any, str]) -> set[Any]:
    """Return the names of those that could not be deleted."""
    if engines.is_client_side():
        return set()
    opened = {name: credentials.unseal(sealed) for name, sealed in sealed_keys.items()}
    keys = {name: key for name, key in opened.items() if key is not None}
    left = engines.delete_many(keys.values())
    for key in keys.values():
        activity.forget(credentials.digest(key))
    return {name for name, key in keys.items() if key in left}


def _batches(sessions: SessionQuerySet) -> Iterator[list[UUID]]:
    """Yield the ids of a set in order of id, a batch at a time, however large the set."""
    ids = sessions.order_by("pk").values_list("pk", flat=True)
    batch = list(ids[:BATCH])
    while batch:
        yield batch
        batch = list(ids.filter(pk__gt=batch[-1])[:BATCH]) if len(batch) == BATCH else []
