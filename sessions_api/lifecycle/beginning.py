"""How a session begins: a login, or an engine session from before the installation."""

from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models, router, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.module_loading import import_string

from sessions_api import assurance, credentials, engines, events, limit, signals, validity, visit
from sessions_api.conf import conf
from sessions_api.lifecycle import ending, rows
from sessions_api.models import EndReason, Session
from sessions_api.origin import address, device


def start(request: HttpRequest, user: Any, *, superseded: models.Q | None = None) -> Session:
    """Give the login just made on ``request.session`` a row, bound to no engine session yet.

    ``superseded`` says whose place it takes: those sessions do not count towards the limit.
    Raises SessionLimitReached when the site refuses logins beyond MAX_SESSIONS_PER_USER.
    """
    now = timezone.now()
    session = Session(
        user=user,
        created_at=now,
        authenticated_at=now,
        last_used=now,
        organization_id=organization_of(request, user),
        **origin(request),
    )
    with transaction.atomic(using=router.db_for_write(Session)):
        if surplus := limit.surplus(user, now, superseded=superseded):
            ending.end_many(Session.objects.filter(pk__in=surplus), by=user, reason=EndReason.LIMIT)
        session.save(force_insert=True)
    request.session[visit.PAYLOAD_KEY] = str(session.pk)
    request.session[assurance.PAYLOAD_KEY] = assurance.method_of(user)
    return session


def bind(session: Session, engine_session: engines.EngineSession) -> bool:
    """Bind a login's row to the engine session that its response carries to the browser.

    Returns False when the session was ended in the meantime, or by a receiver that was told of it,
    and when its user is gone.
    A row whose insertion the view's transaction took back is inserted again.
    """
    fields = rows.bound_to(engine_session)
    if not rows.update(Session.objects.filter(pk=session.pk), fields):
        if _has_ended(session) or not _has_user(session):
            return False
        rows.assign(session, fields)
        session.save(force_insert=True)
    rows.assign(session, fields)
    events.started(session)
    return not (signals.session_started.has_listeners(Session) and _has_ended(session))


def discard(session: Session) -> None:
    """Take back the row of a login that never reached its browser."""
    Session.objects.filter(pk=session.pk, expires_at__isnull=True).delete()


def adopt(request: HttpRequest, user: Any) -> Session | None:
    """Give an engine session from before the installation its row, and its payload the row's id.

    Parallel requests agree on one row. It may have ended already: then it is not adopted again.
    Returns None when ADOPT is "refuse" and no row is known.
    """
    session = Session(
        id=credentials.derived_id(request.session.session_key or ""),
        user=user,
        adopted=True,
        **origin(request),
    )
    rows.assign(session, rows.bound_to(request.session))
    row = _adopted_row(session)
    if row is None and conf.ADOPT == "lazy":
        _insert([session])
        row = _adopted_row(session)
    if row is not None:
        request.session[visit.PAYLOAD_KEY] = str(row.pk)
    return row


def keep_adopted(session: Session) -> None:
    """Insert an adopted row again if the view's transaction has taken its insertion back.

    Not if the row is gone because its user is.
    """
    is_there = Session.objects.on_primary().filter(pk=session.pk).exists()
    if not is_there and _has_user(session):
        _insert([session])


def adopt_many(held: list[engines.Held], *, dry_run: bool = False) -> int:
    """Give those of these engine sessions that would authenticate a request a row.

    Returns how many got one. What the engine holds is left as it is: its payload gets the id at
    the session's next request. Where and by what a session was begun nobody knows any more.
    """
    unknown = {
        session.key_digest: session
        for session in (_from_engine(engine_session, expires) for engine_session, expires in held)
        if session is not None
    }
    known = Session.objects.on_primary().filter(key_digest__in=unknown)
    for key_digest in known.values_list("key_digest", flat=True):
        del unknown[key_digest]
    adopted = validity.active(unknown.values())
    return len(adopted) if dry_run else _insert(adopted)


def _insert(sessions: list[Session]) -> int:
    """Insert adopted rows, but those that somebody else has just inserted. Returns how many."""
    Session.objects.bulk_create(sessions, ignore_conflicts=True)
    rows_now = Session.objects.on_primary().filter(pk__among=[each.pk for each in sessions])
    created_at = dict(rows_now.values_list("pk", "created_at"))
    inserted = [each for each in sessions if created_at.get(each.pk) == each.created_at]
    for session in inserted:
        events.adopted(session)
    return len(inserted)


def _from_engine(engine_session: engines.EngineSession, expires_at: datetime) -> Session | None:
    """Return the row of an engine session that names a user and no row yet, or None."""
    user_id, key = validity.user_id(engine_session), engine_session.session_key
    if user_id is None or key is None or visit.session_id(engine_session) is not None:
        return None
    session = Session(id=credentials.derived_id(key), user_id=user_id, adopted=True)
    rows.assign(session, {**rows.bound_to(engine_session), "expires_at": expires_at})
    return session


def organization_of(request: HttpRequest | None, user: Any) -> str:
    """Return the organization that the site says a sign-in is for, or ""."""
    if conf.ORGANIZATION is None:
        return ""
    return str(import_string(conf.ORGANIZATION)(request, user) or "")[:64]


def origin(request: HttpRequest) -> dict[str, Any]:
    """Return what a row records of where a request comes from."""
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


def _has_ended(session: Session) -> bool:
    rows_of_it = Session.objects.on_primary().filter(pk=session.pk)
    return rows_of_it.filter(ended_at__isnull=False).exists()


def _has_user(session: Session) -> bool:
    return get_user_model()._base_manager.filter(pk=session.user_id).exists()


def _adopted_row(session: Session) -> Session | None:
    known = models.Q(pk=session.pk)
    if session.key_digest is not None:
        known |= models.Q(key_digest=session.key_digest)
    return Session.objects.on_primary().filter(known).first()
