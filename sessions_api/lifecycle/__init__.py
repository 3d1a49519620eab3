"""How a session starts, follows its engine session, and ends. The only writer of ``Session`` rows.

``beginning``, ``course`` and ``ending`` are its three parts, ``tokens`` those of other clients;
``current`` tells a request's session; ``upkeep`` is for commands, which work on the whole table.
"""

from sessions_api.lifecycle.beginning import adopt, bind, discard, keep_adopted, start
from sessions_api.lifecycle.course import extend, follow, rebind, rename
from sessions_api.lifecycle.current import (
    current_session,
    current_session_id,
    live_key,
    presented_by,
)
from sessions_api.lifecycle.ending import (
    delete_many,
    end,
    end_all,
    end_deleted,
    end_many,
    finish_ends,
)
from sessions_api.lifecycle.tokens import Issued, issue_token, reauthenticated
from sessions_api.lifecycle.upkeep import purge

__all__ = [
    "Issued",
    "adopt",
    "bind",
    "current_session",
    "current_session_id",
    "delete_many",
    "discard",
    "end",
    "end_all",
    "end_deleted",
    "end_many",
    "extend",
    "finish_ends",
    "follow",
    "issue_token",
    "keep_adopted",
    "live_key",
    "presented_by",
    "purge",
    "reauthenticated",
    "rebind",
    "rename",
    "start",
]
