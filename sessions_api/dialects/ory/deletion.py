"""Sessions deleted as Ory deletes them: the dialect does not know them any more."""

from sessions_api import lifecycle
from sessions_api.lifecycle import ending
from sessions_api.models import AnyUser, EndReason, SessionQuerySet


def delete_many(sessions: SessionQuerySet, *, by: AnyUser | None = None) -> int:
    """End sessions as DELETED, also those that had ended before. Returns how many.

    The rows stay until they are purged: without its row an engine session could be adopted again.
    """
    ended = lifecycle.end_many(sessions, by=by, reason=EndReason.DELETED)
    return ended + ending.change_reason(sessions, EndReason.DELETED)
