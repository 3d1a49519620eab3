"""How a session starts, goes on and ends. Nothing else writes ``Session`` rows.

The functions named here are for the site's own code, too. What only the middleware, the API and the
commands need stands in the modules.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.auth.base_user import AbstractBaseUser

from sessions_api.lifecycle.ending import end, end_all, end_many
from sessions_api.lifecycle.tokens import Issued, issue_token
from sessions_api.lifecycle.updating import extend, rename

if TYPE_CHECKING:
    from sessions_api.lifecycle.personal_data import Erased

__all__ = [
    "Issued",
    "end",
    "end_all",
    "end_many",
    "erase",
    "export",
    "extend",
    "issue_token",
    "purge",
    "rename",
]


def purge(now: datetime | None = None) -> int:
    """Delete the rows of sessions that have been over for longer than RETENTION, in batches.

    Returns how many. As long as a row is there, its session is not adopted again. Raises
    EngineNotProven where the canary is not found.
    """
    # Here, since it takes 3 ms, and a process that serves requests does without.
    from sessions_api.lifecycle import maintenance

    return sum(maintenance.purge_batches(now))


def export(user: AbstractBaseUser) -> dict[str, Any]:
    """Return what is stored of a user's sessions. See ``lifecycle.personal_data.export``."""
    from sessions_api.lifecycle import personal_data  # here for the same reason

    return personal_data.export(user)


def erase(user: AbstractBaseUser, *, by: AbstractBaseUser | None = None) -> "Erased":
    """End a user's sessions and erase what is stored of them. See ``lifecycle.personal_data.erase``."""
    from sessions_api.lifecycle import personal_data  # here for the same reason

    return personal_data.erase(user, by=by)
