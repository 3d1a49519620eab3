"""A change of the engine key: the row follows if the browser gets to know the new one."""

from django.http import HttpResponseBase

from sessions_api import lifecycle, payload
from sessions_api.engines import EngineSession
from sessions_api.lifecycle import updating
from sessions_api.models import EndReason, Session
from sessions_api.tracking import delivery
from sessions_api.tracking.current import presented_by
from sessions_api.tracking.state import RequestState


def settle(state: RequestState, session: EngineSession, response: HttpResponseBase) -> None:
    """Follow the session to its new key, or end it if a server error has lost both keys."""
    session_id = payload.session_id(session)
    if session_id is None:
        return
    if delivery.new_key_is_sent(session, response):
        was_admitted = state.admitted is not None
        if not updating.rebind(session_id, session, state.key, may_join=was_admitted):
            session.flush()
        return
    delivery.drop_unsent_key(state, session, response)
    if delivery.is_gone(state.key) and (presented := presented_by(state.key)):
        lifecycle.end_many(Session.objects.filter(presented), reason=EndReason.LOST)


def settle_unknown_key(row: Session, session: EngineSession) -> None:
    """Have the row take a key that it does not know, if its own key does not work.

    Not a key that the engine has dropped: a parallel request has changed it.
    """
    is_bound = row.expires_at is not None
    if is_bound and (updating.live_key(row) is not None or delivery.is_gone(session.session_key)):
        return
    if not updating.rebind(row.pk, session, None, may_join=False):
        session.flush()
