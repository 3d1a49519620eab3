"""How the row of a login starts: unbound at first, bound once the browser gets the session."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models, router
from django.utils import timezone

from sessions_api import credentials, engines, payload, signals, users
from sessions_api.lifecycle import events, limit, rows
from sessions_api.models import Client, Session


def start(
    engine_session: engines.EngineSession,
    user: AbstractBaseUser,
    *,
    client: Client,
    method: str = "",
    organization: str = "",
    superseded: models.Q | None = None,
    goes_on: bool = False,
) -> Session:
    """Give a login a row that is not bound to its engine session yet, and name it in the payload.

    ``method`` is what ``users.authentication_method`` says of the login. ``superseded`` selects the
    sessions whose place the login takes: they do not count towards the limit. ``goes_on``: see
    ``payload.begin``. Raises SessionLimitReached when the site refuses logins beyond
    MAX_SESSIONS_PER_USER.
    """
    now = timezone.now()
    session = Session(
        user=user,  # type: ignore[misc]  # the stubs know one user model
        created_at=now,
        last_used=now,
        organization_id=organization,
        **rows.begun_by(client),
    )
    insert(session, user, superseded=superseded)
    payload.begin(
        engine_session,
        session.pk,
        method,
        at=now.timestamp(),
        verified_at=users.verified_at(user),
        goes_on=goes_on,
    )
    return session


@rows.retried
def insert(session: Session, user: AbstractBaseUser, *, superseded: models.Q | None) -> None:
    """Insert the row of a new session, and end older ones that are beyond the limit."""
    using = router.db_for_write(Session)
    with rows.read_committed(using):
        limit.make_room(user, session.created_at, superseded=superseded)
        session.save(force_insert=True, using=using)


def bind(
    session: Session, engine_session: engines.EngineSession, noted: rows.Fields | None = None
) -> bool:
    """Bind a login's row to the engine session that its response gives the browser.

    By now the payload says how the user has signed in: some packages write that after ``login()``.
    ``noted`` is what else is known by now, such as the place.
    The row is inserted again if a rollback of the view's transaction has removed it. Returns False
    when the session has ended meanwhile, be it by a receiver of ``session_started``, and when its
    user is gone.
    """
    fields = {**rows.bound_to(engine_session), **_proof(session, engine_session), **(noted or {})}
    if not rows.update(Session.objects.filter(pk=session.pk), fields):
        if _has_ended(session) or users.stored(session.user_id) is None:
            return False
        rows.assign(session, fields)
        session.save(force_insert=True)
    rows.assign(session, fields)
    events.started(session)
    return not (signals.session_started.has_listeners(Session) and _has_ended(session))


def _proof(session: Session, engine_session: engines.EngineSession) -> rows.Fields:
    proof = rows.proved_at_sign_in(engine_session, session.created_at)
    known = session.authenticated_at  # of a session that has started again
    return {"authenticated_at": proof} if known is None else {}


def start_again(session: Session, **proof: object) -> bool:
    """Insert another row for the same login, under another id. False when it has ended meanwhile.

    On signed_cookies a copy of a cookie can only be told by its id. The new row is bound, and takes
    the place of the old one, as that of any login.
    """
    if not Session.objects.on_primary().not_ended().filter(pk=session.pk).exists():
        return False
    expires_at = session.expires_at
    rows.assign(session, {**proof, "id": credentials.new_id(), "expires_at": None})
    session.save(force_insert=True)
    session.expires_at = expires_at
    return True


def discard(session: Session) -> None:
    """Delete the row of a login that never reached its browser."""
    Session.objects.filter(pk=session.pk, expires_at__isnull=True).delete()


def _has_ended(session: Session) -> bool:
    row = Session.objects.on_primary().filter(pk=session.pk)
    return row.filter(ended_at__isnull=False).exists()
