"""How an engine session whose sign-in was not seen gets a row: it is adopted."""

from collections.abc import Iterable
from datetime import datetime

from django.db import models

from sessions_api import credentials, engines, payload, users, validity
from sessions_api.conf import conf
from sessions_api.lifecycle import events, rows
from sessions_api.models import AnyUser, Client, Session


def adopt(engine_session: engines.EngineSession, user: AnyUser, client: Client) -> Session | None:
    """Return the row of an engine session that names none, and name it in the payload.

    Parallel requests get the same row. It may be over already, and is not adopted again then.
    Returns None when ADOPT is "refuse" and there is no row.
    """
    session = Session(
        id=credentials.derived_id(engine_session.session_key or ""),
        user=user,  # type: ignore[misc]  # the stubs know one user model
        adopted=True,
        **rows.begun_by(client),
    )
    rows.assign(session, rows.bound_to(engine_session))
    row = _row_like(session)
    if row is None and conf.ADOPT == "lazy":
        _insert([session])
        row = _row_like(session)
    if row is not None:
        engine_session[payload.ID_KEY] = str(row.pk)
    return row


def keep(session: Session) -> None:
    """Insert an adopted row again if a rollback of the view's transaction has removed it.

    Not if the row is gone because its user is.
    """
    is_there = Session.objects.on_primary().filter(pk=session.pk).exists()
    if not is_there and users.stored(session.user_id) is not None:
        _insert([session])


def adopt_many(held: Iterable[engines.Held], *, dry_run: bool = False) -> int:
    """Give a row to those of the engine sessions that would authenticate a request.

    Returns how many got one. The engine sessions are left as they are: each is given its id at its
    next request. Nobody knows their clients any more.
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
    """Insert adopted rows unless another process has just done so. Returns how many."""
    Session.objects.bulk_create(sessions, ignore_conflicts=True)
    stored = Session.objects.on_primary().filter(pk__among=[each.pk for each in sessions])
    created_at = dict(stored.values_list("pk", "created_at"))
    inserted = [each for each in sessions if created_at.get(each.pk) == each.created_at]
    for session in inserted:
        events.adopted(session)
    return len(inserted)


def _row_like(session: Session) -> Session | None:
    same = models.Q(pk=session.pk)
    if session.key_digest is not None:
        same |= models.Q(key_digest=session.key_digest)
    return Session.objects.on_primary().filter(same).first()


def _from_engine(engine_session: engines.EngineSession, expires_at: datetime) -> Session | None:
    """Return the row for an engine session that names a user and no row. None for any other."""
    user_id, key = payload.user_id(engine_session), engine_session.session_key
    if user_id is None or key is None or payload.session_id(engine_session) is not None:
        return None
    session = Session(id=credentials.derived_id(key), user_id=user_id, adopted=True)
    rows.assign(session, {**rows.bound_to(engine_session), "expires_at": expires_at})
    return session
