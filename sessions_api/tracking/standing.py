"""Whether a session stands, where nothing but its row can say: under STRICT, and on signed_cookies.

It is asked at every request. So Django compiles the statement once: that takes five times as long as
the answer.
"""

from typing import Any

from django.db import connections, router

from sessions_api import credentials, engines, payload
from sessions_api.conf import conf
from sessions_api.engines import EngineSession
from sessions_api.models import Session

_statements: dict[tuple[str, bool], str] = {}


def is_asked_at_every_request() -> bool:
    """Tell whether what this process remembers of a session is not enough to admit it."""
    return bool(conf.STRICT) or engines.is_client_side()


def stands(session: EngineSession) -> bool:
    """Tell whether the row of a browser's session has not ended, and is that of its key and user."""
    session_id, user_id = payload.session_id(session), payload.user_id(session)
    if session_id is None or user_id is None:  # code of the site has spoiled the payload
        return False
    alias = router.db_for_write(Session)
    connection = connections[alias]
    looked_for: dict[str, Any] = {"id": session_id, "user_id": user_id}
    if not engines.is_client_side():
        looked_for["key_digest"] = credentials.digest(session.session_key or "")
    kind = alias, "key_digest" in looked_for
    if kind not in _statements:
        _statements[kind] = _compiled(alias, looked_for)
    values = [
        _FIELDS[name].get_db_prep_value(value, connection) for name, value in looked_for.items()
    ]
    with connection.cursor() as cursor:
        cursor.execute(_statements[kind], values)
        return cursor.fetchone() is not None


_FIELDS = {field.attname: field for field in Session._meta.concrete_fields}


def _compiled(alias: str, looked_for: dict[str, Any]) -> str:
    sessions = Session.objects.using(alias).not_ended()
    for name, value in looked_for.items():  # one by one, or Django would sort them
        sessions = sessions.filter(**{name: value})
    compiled: tuple[str, Any] = sessions.values_list("kind").query.get_compiler(alias).as_sql()
    return compiled[0]
