"""What the admin's log says of sessions that staff have ended. In English, as Django does."""

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING
from uuid import UUID

from django.apps import apps
from django.core.paginator import Paginator
from django.db import router
from django.utils.translation import override

from sessions_api import description
from sessions_api.models import Session

if TYPE_CHECKING:
    from django.contrib.admin.models import LogEntry
    from django.db.models import QuerySet

BATCH = 500
"""How many entries are written anew at once."""

NOTHING = "Ended the session."


def words(session: Session) -> dict[str, str]:
    """Return what an entry says of a session: whose it is, on which device, and from where."""
    with override(None):
        line = description.in_one_line(session)
        return {
            "object_repr": f"{session.user}: {line}"[:200],
            "change_message": f"Ended the session of {session.user}: {line}.",
        }


def forget(pks: Collection[UUID]) -> None:
    """Have the log say no more of these sessions than that they were ended."""
    for entries in _batches([str(pk) for pk in pks]):
        _write(entries, {})


def renew(*, without_rows: bool) -> None:
    """Have the log say of each session what its row says now.

    ``without_rows``: and of one that has no row any more, that it was ended.
    """
    for entries in _batches(None):
        pks = {str(entry.object_id) for entry in entries}
        rows = Session.objects.on_primary().with_users().filter(pk__in=pks)
        sessions = {str(session.pk): session for session in rows}
        _write([each for each in entries if without_rows or each.object_id in sessions], sessions)


def _batches(ids: list[str] | None) -> "Iterator[list[LogEntry]]":
    """Yield the entries on these sessions, or on any (None). None on a site without the admin."""
    if not apps.is_installed("django.contrib.admin"):
        return
    entries = _entries()
    if ids is not None:
        entries = entries.filter(object_id__in=ids)
    for page in Paginator(entries.order_by("pk"), BATCH):
        yield list(page)


def _entries() -> "QuerySet[LogEntry]":
    # A site need not have them.
    from django.contrib.admin.models import LogEntry
    from django.contrib.contenttypes.models import ContentType

    using = router.db_for_write(LogEntry)
    of_sessions = ContentType.objects.db_manager(using).get_for_model(Session)
    return LogEntry.objects.using(using).filter(content_type=of_sessions)


def _write(entries: "list[LogEntry]", sessions: dict[str, Session]) -> None:
    for entry in entries:
        session = sessions.get(str(entry.object_id))
        nothing = {"object_repr": str(entry.object_id), "change_message": NOTHING}
        vars(entry).update(nothing if session is None else words(session))
    _entries().bulk_update(entries, ["object_repr", "change_message"])
