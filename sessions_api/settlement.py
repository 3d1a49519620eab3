"""What a response means for the session behind it: whether the browser keeps it, and how.

It runs below SessionMiddleware, outside the view's transaction, and foresees what SessionMiddleware
is about to do: an empty session loses its cookie; one that was modified is saved and sent unless
the response is a server error; any other is left alone.
"""

from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from sessions_api import (
    accounts,
    activity,
    assurance,
    credentials,
    engines,
    events,
    lifecycle,
    touch,
    validity,
)
from sessions_api import visit as visits
from sessions_api.activity import Sighting
from sessions_api.engines import EngineSession
from sessions_api.models import Client, EndReason, Session
from sessions_api.visit import Visit


def is_due(request: HttpRequest, visit: Visit) -> bool:
    """Tell whether there may be anything to settle. Costs no query and loads no session."""
    return bool(visit.ends) or _token_is_due(visit) or _session_is_due(request, visit)


def settle(request: HttpRequest, response: HttpResponseBase, visit: Visit) -> None:
    """Bring the rows in line with what the browser is about to get, and with what was presented."""
    for end in visit.ends:
        end()
    if visit.token is not None:
        _settle_token(request, visit, visit.token)
    if _session_is_due(request, visit):
        _settle_session(request, response, visit)


def _session_is_due(request: HttpRequest, visit: Visit) -> bool:
    if visit.started is not None:
        return True
    session = request.session
    if visit.refused:
        return False
    if settings.SESSION_SAVE_EVERY_REQUEST and session.session_key is not None:
        return True  # Django loads it all the same, and has it last longer
    return session.accessed and (
        visit.row is not None
        or session.modified
        or session.session_key != visit.key
        or (visit.seen is not None and visit.seen.touch_is_due(activity.now()))
    )


def _settle_session(request: HttpRequest, response: HttpResponseBase, visit: Visit) -> None:
    session = request.session
    if visit.adopted and visit.row is not None:
        lifecycle.keep_adopted(visit.row)
    if visit.row is not None and visit.row.cookie_is_due and response.status_code < 500:
        session.modified = True  # so that the cookie goes out again
    if visit.started is not None:
        _settle_login(visit, visit.started, session, response)
    elif SESSION_KEY not in session:
        _settle_exit(visit, session, response)
    elif _has_closed_account(visit):
        session.flush()
    elif session.session_key != visit.key and not engines.is_client_side():
        _settle_new_key(visit, session, response)
    else:
        _settle_use(request, visit, response)


def _settle_login(
    visit: Visit, started: Session, session: EngineSession, response: HttpResponseBase
) -> None:
    sent = _is_sent(session, response) and not engines.is_rolled_back(session.session_key)
    is_its_session = visits.session_id(session) == started.pk and SESSION_KEY in session
    if sent and is_its_session:
        if lifecycle.bind(started, session):
            touch.remember(started)
        else:
            session.flush()
    else:
        lifecycle.discard(started)
        _drop_unsent_key(visit, session, response)
    if visit.superseded and (sent or session.is_empty() or _is_gone(visit.key)):
        _end(visit.superseded, EndReason.LOGOUT if visit.logged_out else EndReason.REPLACED)


def _token_is_due(visit: Visit) -> bool:
    if visit.token is None:
        return False
    is_used = visit.refusal is None
    return not is_used or touch.sighting(visit.token).touch_is_due(activity.now())


def _settle_token(request: HttpRequest, visit: Visit, session: Session) -> None:
    """End a token that was refused for good; write the last use of one that was taken."""
    if visit.refusal is EndReason.DEACTIVATED:
        lifecycle.end_all(session.user, reason=visit.refusal)
    elif visit.refusal is not None:
        lifecycle.end(session, reason=visit.refusal)
    elif touch.sighting(session).touch_is_due(activity.now()) and touch.is_activity(request):
        previous = session.last_client
        client = previous if visit.relayed else touch.client(request)
        changes = touch.written_by(client, session) | _rotated(session)
        if lifecycle.follow(session.pk, session.key_digest, changes):
            _tell_if_moved(session, previous, changes)


def _rotated(session: Session) -> dict[str, Any]:
    """Return a token's auth digest under SECRET_KEY, if it still is under a fallback of that."""
    auth_digest = validity.auth_digest_of(session.user)
    is_current = auth_digest == session.auth_digest
    if is_current or not validity.verifies(session.user, session.auth_digest):
        return {}
    return {"auth_digest": auth_digest}


def _tell_if_moved(session: Session, previous: Client, changes: dict[str, Any]) -> None:
    """Tell of a session that a request has just brought up to date, if its client has changed."""
    for name, value in changes.items():
        setattr(session, name, value)
    if previous.differs_from(session.last_client):
        events.client_changed(session, previous)


def _settle_exit(visit: Visit, session: EngineSession, response: HttpResponseBase) -> None:
    """The session names no user (any more): end the row of whoever it named before."""
    client_side = engines.is_client_side()
    if session.session_key == visit.key and not (visit.admitted or client_side):
        return
    if not (session.is_empty() or _is_sent(session, response) or _is_gone(visit.key)):
        return
    presented = lifecycle.presented_by(visit.key)
    if visit.row is not None:
        presented = Q(pk=visit.row.pk)
    if presented is None:
        return
    if session.session_key is not None and session.session_key == visit.key and not client_side:
        # What it still holds goes on under a key of its own: the ended session's is deleted.
        session.cycle_key()
    if visit.logged_out:
        _end(presented, EndReason.LOGOUT)
    elif row := Session.objects.on_primary().not_ended().filter(presented).first():
        reason = validity.end_by_deadline(row, timezone.now()) or validity.end_by_account(row)
        lifecycle.end(row, reason=reason or _exit_reason(session))


def _exit_reason(session: EngineSession) -> EndReason:
    """Tell a session that code has emptied from one that the engine did not have any more."""
    return EndReason.FLUSHED if session.modified else EndReason.LOST


def _settle_new_key(visit: Visit, session: EngineSession, response: HttpResponseBase) -> None:
    """The session goes on under another key, if the browser gets to know it."""
    session_id = visits.session_id(session)
    if session_id is None:
        return
    if _is_sent(session, response) and not engines.is_rolled_back(session.session_key):
        if not lifecycle.rebind(session_id, session, visit.key, may_join=visit.admitted):
            session.flush()
        return
    _drop_unsent_key(visit, session, response)
    if _is_gone(visit.key) and (presented := lifecycle.presented_by(visit.key)):
        _end(presented, EndReason.LOST)


def _settle_use(request: HttpRequest, visit: Visit, response: HttpResponseBase) -> None:
    """The session goes on as it was: write its last use and its expiry, where they are due."""
    session = request.session
    session_id = visits.session_id(session)
    sent = _is_sent(session, response)
    if session_id is None or not (visit.admitted or sent):
        return
    key_digest = _key_digest(session)
    row = visit.row
    seen = visit.seen or (None if row is not None else visits.recall(session))
    if seen is None:
        row = row or Session.objects.on_primary().not_ended().filter(pk=session_id).first()
        if row is None or row.user_id != validity.user_id(session):
            session.flush()
            return
        if row.expires_at is None or row.key_digest != key_digest:
            _settle_unknown_key(row, session)
            return
        seen = touch.sighting(row)
    changes = _moved_expiry(session, seen, row) if sent else {}
    previous = None
    if _touch_is_due(request, visit, seen):
        client = touch.client(request)
        if hash(client) != seen.client:
            row = row or Session.objects.on_primary().not_ended().filter(pk=session_id).first()
            previous = row.last_client if row is not None else None
        changes |= touch.written_by(client, row)
    if not changes or lifecycle.follow(session_id, key_digest, changes):
        touch.remember_changed(row, changes, key_digest)
        if row is not None and previous is not None and previous.differs_from(row.last_client):
            events.client_changed(row, previous)
    else:
        touch.forget(key_digest)
        if sent and not Session.objects.on_primary().not_ended().filter(pk=session_id).exists():
            session.flush()


def _has_closed_account(visit: Visit) -> bool:
    """Tell whether the view has deactivated or deleted the user who asked, and so the session."""
    user = visit.user
    is_closed = user is not None and (user.pk is None or accounts.is_deactivated(user))
    return is_closed and _is_gone(visit.key)


def _settle_unknown_key(row: Session, session: EngineSession) -> None:
    """The row takes this key if it has none that works, unless the engine has dropped this one."""
    is_bound = row.expires_at is not None
    if is_bound and (lifecycle.live_key(row) is not None or _is_gone(session.session_key)):
        return
    if not lifecycle.rebind(row.pk, session, None, may_join=False):
        session.flush()


def _touch_is_due(request: HttpRequest, visit: Visit, seen: Sighting) -> bool:
    if visit.token is not None:  # the use of a token is no sign of its browser's user
        return False
    return visit.admitted and seen.touch_is_due(activity.now()) and touch.is_activity(request)


def _moved_expiry(session: EngineSession, seen: Sighting, row: Session | None) -> dict[str, Any]:
    """Return the expiry that this save gives the session, unless it only moves a little later."""
    changes: dict[str, Any] = {}
    expires = engines.expiry(session)
    ends_with_browser = session.get_expire_at_browser_close()
    later = expires.timestamp() - seen.expires
    unchanged = -1 < later < max(1, validity.expiry_slack().total_seconds())
    if not unchanged or ends_with_browser != seen.ends_with_browser:
        changes |= {"expires_at": expires, "ends_with_browser": ends_with_browser}
    auth_digest = validity.auth_digest(session)
    if row is not None and row.auth_digest != auth_digest:
        changes["auth_digest"] = auth_digest
    known = assurance.of(session)
    if hash(known) != seen.assurance:  # a second factor, say, that came later
        changes |= known._asdict()
    if row is not None and row.cookie_is_due:
        changes["cookie_is_due"] = False
    return changes


def _is_sent(session: EngineSession, response: HttpResponseBase) -> bool:
    """Tell whether SessionMiddleware is going to save the session and send its cookie."""
    saved = session.modified or settings.SESSION_SAVE_EVERY_REQUEST
    return saved and not session.is_empty() and response.status_code < 500


def _is_gone(key: str | None) -> bool:
    """Tell whether the engine no longer holds a key. A signed cookie is held by its browser."""
    return key is not None and not engines.is_client_side() and engines.load(key) is None


def _drop_unsent_key(visit: Visit, session: EngineSession, response: HttpResponseBase) -> None:
    """Delete the engine session whose key a server error keeps from its browser.

    One that a row has is another session, which the view has switched to.
    """
    key_digest = _key_digest(session)
    if response.status_code < 500 or key_digest is None or session.session_key == visit.key:
        return
    if not Session.objects.on_primary().filter(key_digest=key_digest).exists():
        session.delete(session.session_key)


def _end(sessions: Q, reason: EndReason) -> None:
    lifecycle.end_many(Session.objects.filter(sessions), reason=reason)


def _key_digest(session: EngineSession) -> str | None:
    key = session.session_key
    return None if key is None or engines.is_client_side() else credentials.digest(key)
