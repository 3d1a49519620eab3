"""What a request itself has ended. Its own response phase takes that into account."""

from contextvars import ContextVar
from typing import NamedTuple, Protocol
from uuid import UUID

from sessions_api import payload
from sessions_api.engines import EngineSession
from sessions_api.models import AnyUser, EndReason


class Written(NamedTuple):
    """Ends that were written inside a transaction of the site's, which may be rolled back."""

    pks: list[UUID]
    by: AnyUser | None
    reason: EndReason
    depth: int
    """How many transactions and savepoints were open."""


class Acts(list[bytes | Written]):
    """The ends that one request has made, whatever code of it has done so."""

    __slots__ = ()

    @property
    def deleted(self) -> set[bytes]:
        """Return the digests of the engine keys whose sessions were deleted."""
        return {act for act in self if isinstance(act, bytes)}

    @property
    def written(self) -> list[Written]:
        """Return the ends that a rollback may undo."""
        return [act for act in self if isinstance(act, Written)]


class Actor(Protocol):
    """A request, as far as its acts are concerned."""

    acts: Acts
    session: EngineSession


_current: ContextVar[Actor | None] = ContextVar("sessions_api_acts", default=None)


begin = _current.set
"""Note as acts of this request what this thread or task, and those it waits for, end from now on."""

stop = _current.reset
"""Stop that. Takes what ``begin`` has returned."""


def is_request() -> bool:
    """Tell whether a request is being answered."""
    return _current.get() is not None


def current_session_id() -> UUID | None:
    """Return the id that the browser session of the request at hand has, whoever it belongs to."""
    actor = _current.get()
    return None if actor is None else payload.session_id(actor.session)


def note_deleted(key_digest: bytes) -> None:
    """Note that the engine session of a key was deleted."""
    actor = _current.get()
    if actor is not None:
        actor.acts.append(key_digest)


def note_written(written: Written) -> None:
    """Note ends that a rollback may undo."""
    actor = _current.get()
    if actor is not None:
        actor.acts.append(written)
