"""Whether the browser gets the engine session of a request, and what becomes of one it does not get.

SessionMiddleware stands above us and runs later. What it is about to do is foreseen here: an empty
session loses its cookie; one that was modified is saved and sent, unless the response is a server
error; any other is left alone.
"""

from django.http import HttpResponseBase

from sessions_api import credentials, engines
from sessions_api.engines import EngineSession
from sessions_api.models import Session
from sessions_api.tracking.state import RequestState


def is_sent(session: EngineSession, response: HttpResponseBase) -> bool:
    """Tell whether SessionMiddleware is going to save the session and send its cookie."""
    is_saved = session.modified or engines.saves_unchanged(session)
    return is_saved and not session.is_empty() and response.status_code < 500


def new_key_is_sent(session: EngineSession, response: HttpResponseBase) -> bool:
    """Tell whether the browser gets a key that this request has made, and the engine holds it.

    A rollback of the view's transaction may have removed the session from its database.
    """
    return is_sent(session, response) and not engines.is_rolled_back(session.session_key)


def is_gone(key: str | None) -> bool:
    """Tell whether the engine has answered that a key is gone. It never says so of a signed cookie."""
    return key is not None and engines.is_gone(key)


def key_digest_of(session: EngineSession) -> bytes | None:
    """Return the digest of the engine key in use. None where there is no key to compare."""
    key = session.session_key
    return None if key is None or engines.is_client_side() else credentials.digest(key)


def drop_unsent_key(
    state: RequestState, session: EngineSession, response: HttpResponseBase
) -> None:
    """Delete the engine session whose new key a server error keeps from the browser.

    Not one that has a row: that is another session, to which the view has switched.
    """
    key_digest = key_digest_of(session)
    if response.status_code < 500 or key_digest is None or session.session_key == state.key:
        return
    if not Session.objects.on_primary().filter(key_digest=key_digest).exists():
        session.delete(session.session_key)
