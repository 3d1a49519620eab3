"""What a request itself has done that its own response phase takes into account."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser

if TYPE_CHECKING:
    from sessions_api.models import AnyUser, EndReason


class Written(NamedTuple):
    """Ends that were written inside a transaction of the site's, which may be rolled back."""

    pks: list[UUID]
    by: "AnyUser | None"
    reason: "EndReason"
    depth: int
    """How many transactions and savepoints were open."""


class NewPassword(NamedTuple):
    """A user whose password was changed."""

    user: AbstractBaseUser


class Acts(list["bytes | Written | NewPassword | Callable[[], None]"]):
    """What one request has done, whatever code of it has done so."""

    __slots__ = ()

    @property
    def deleted(self) -> set[bytes]:
        """Return the digests of the engine keys whose sessions were deleted."""
        return {act for act in self if isinstance(act, bytes)}

    @property
    def written(self) -> list[Written]:
        """Return the ends that a rollback may undo."""
        return [act for act in self if isinstance(act, Written)]

    @property
    def new_passwords(self) -> list[NewPassword]:
        """Return whose passwords were changed."""
        return [act for act in self if isinstance(act, NewPassword)]

    @property
    def afterwards(self) -> list[Callable[[], None]]:
        """Return what is to be done once the browser has the response."""
        return [act for act in self if callable(act)]


_current: ContextVar[Acts | None] = ContextVar("sessions_api_acts", default=None)


begin = _current.set
"""Note in these ``Acts`` what this thread or task, and those it waits for, end from now on."""

stop = _current.reset
"""Stop that. Takes what ``begin`` has returned."""


def note_deleted(key_digest: bytes) -> None:
    """Note that the engine session of a key was deleted."""
    acts = _current.get()
    if acts is not None:
        acts.append(key_digest)


def note_written(written: Written) -> None:
    """Note ends that a rollback may undo."""
    acts = _current.get()
    if acts is not None:
        acts.append(written)


def note_new_password(user: AbstractBaseUser) -> None:
    """Note that a password was changed."""
    acts = _current.get()
    if acts is not None:
        acts.append(NewPassword(user))


def after_response(act: Callable[[], None]) -> bool:
    """Do something once the browser has the response. False where none is on its way."""
    acts = _current.get()
    if acts is None:
        return False
    acts.append(act)
    return True
