"""How a session starts, goes on and ends. Nothing else writes ``Session`` rows.

The functions named here are for the site's own code, too. What only the middleware, the API and the
commands need stands in the modules.
"""

from sessions_api.lifecycle.ending import end, end_all, end_many
from sessions_api.lifecycle.maintenance import purge
from sessions_api.lifecycle.tokens import Issued, issue_token
from sessions_api.lifecycle.updating import extend, rename

__all__ = [
    "Issued",
    "end",
    "end_all",
    "end_many",
    "extend",
    "issue_token",
    "purge",
    "rename",
]
