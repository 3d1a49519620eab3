"""How an engine session whose sign-in was not seen gets a row: it is adopted."""

from collections.abc import Iterable

from django.db import models
from django.utils import timezone

from sessions_api import credentials, engines, payload, users, validity
from sessions_api.client.location import NOWHERE, Location
from sessions_api.conf import conf
from sessions_api.lifecycle import events, inserting, rows
from sessions_api.models import AnyUser, Client, Session


def adopt(
    engine_session: engines.EngineSession,
    user: AnyUser,
    client: Client,
    location: Location = NOWHERE,
) -> Session | None:
    """Return the row of an engine session that names none, and name it in the payload.

    Parallel requests get the same row. It may be over already, and is not adopted again then.
    Returns None when ADOPT is "refuse" and there is no row.
    """
    session = Session(
        id=credentials.derived_id(engine_session.session_key or ""),
        user=user,  # type: ignore[misc]  # the stubs know one user model
        adopted=True,
        **rows.begun_by(client, location),
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
    nameless = {credentials.digest(each.key): each for each in held if _is_nameless(each.payload)}
    known = Session.objects.on_primary().filter(key_digest__among=nameless)
    for key_digest in known.values_list("key_digest", flat=True):
        nameless.pop(key_digest or b"", None)
    blank = vars(Session(adopted=True, last_used=(now := timezone.now()), created_at=now))
    sessions = [_from_engine(each, blank) for each in nameless.values()]
    answers = {
        session.pk: each.payload for session, each in zip(sessions, nameless.values(), strict=True)
    }
    verdicts = validity.judge(sessions, answers=answers)
    adopted = [session for session in sessions if verdicts[session.pk].is_active]
    return len(adopted) if dry_run else _insert(adopted)


def _insert(sessions: list[Session]) -> int:
    """Insert adopted rows unless another process has just done so. Returns how many."""
    inserted = inserting.insert_new(sessions)
    for session in sessions:
        if session.pk in inserted:
            events.adopted(session)
    return len(inserted)


def _row_like(session: Session) -> Session | None:
    same = models.Q(pk=session.pk)
    if session.key_digest is not None:
        same |= models.Q(key_digest=session.key_digest)
    return Session.objects.on_primary().filter(same).first()


def _is_nameless(content: payload.Payload) -> bool:
    """Tell whether a payload names a user and no row."""
    return (
        payload.names_a_user(content)
        and payload.user_id(content) is not None
        and payload.session_id(content) is None
    )


def _from_engine(held: engines.Held, blank: rows.Fields) -> Session:
    """Return the row for an engine session that names a user and no row.

    ``blank`` has the fields that are the same in all of them.
    """
    engine_session = engines.session_of(held.key, held.payload)
    fields = {
        **blank,
        **rows.of_payload(held.payload, held.key),
        "ends_with_browser": engine_session.get_expire_at_browser_close(),
        "id": credentials.derived_id(held.key),
        "user_id": payload.user_id(held.payload),
        "expires_at": held.expires_at,
    }
    del fields["_state"]
    return Session.of(fields.items(), using=None)
