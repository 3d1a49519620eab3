"""The users behind sessions, as their authentication backends give them."""

import logging
from collections.abc import Collection, Iterable
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model, load_backend
from django.contrib.auth.backends import ModelBackend

logger = logging.getLogger("sessions_api.accounts")


def is_deactivated(user: Any) -> bool:
    """Tell whether an account is gone (None) or deactivated, for whatever reason."""
    return user is None or not getattr(user, "is_active", True)


def known(user: Any) -> list[Any]:
    """Return a user who was read from the table, if ModelBackend would give him, too.

    It asks the default manager. Where that leaves some users out, nobody is known.
    """
    leaves_some_out = get_user_model()._default_manager.get_queryset().query.where
    return [] if leaves_some_out else [user]


class Accounts:
    """The users that backends give for pairs of a backend's path and a primary key.

    ``known`` are users who have been given before. The others cost one query, and one more for
    those whom their backend does not give; a backend whose ``get_user`` is not ModelBackend's is
    asked once for each.
    """

    def __init__(self, claims: Collection[tuple[str, Any]], *, known: Iterable[Any] = ()) -> None:
        self._from_model: dict[Any, Any] = {user.pk: user for user in known}
        self._prefetch({pk for path, pk in claims if _asks_the_model(_backend(path))})
        self._given = {(path, pk): self._ask(_backend(path), pk) for path, pk in set(claims)}
        self._refused = self._stored({pk for (_, pk), user in self._given.items() if user is None})

    def user(self, path: str, pk: Any) -> Any:
        """Return the user whom the backend gives, or None."""
        return self._given[path, pk]

    def is_deactivated(self, pk: Any) -> bool:
        """Tell of a user whom a backend does not give whether the account is over for good."""
        return is_deactivated(self._refused.get(pk))

    def _prefetch(self, pks: set[Any]) -> None:
        if unknown := pks - self._from_model.keys():
            found = get_user_model()._default_manager.in_bulk(unknown)
            self._from_model |= dict.fromkeys(unknown) | found

    def _ask(self, asked: Any, pk: Any) -> Any:
        if _asks_the_model(asked):
            user = self._from_model[pk]
            return user if user is not None and asked.user_can_authenticate(user) else None
        try:
            return asked.get_user(pk) if asked is not None else None
        except Exception:
            logger.exception("%s does not answer for a user.", type(asked).__name__)
            return None

    def _stored(self, pks: set[Any]) -> dict[Any, Any]:
        """Return the users of these keys whom the table has, whatever a manager leaves out."""
        stored = {pk: user for pk, user in self._from_model.items() if user is not None}
        if unknown := pks - stored.keys():
            stored |= get_user_model()._base_manager.in_bulk(unknown)
        return stored


def _backend(path: str) -> Any:
    return load_backend(path) if path in settings.AUTHENTICATION_BACKENDS else None


def _asks_the_model(asked: Any) -> bool:
    """Tell whether the backend's ``get_user`` is ModelBackend's, so that many fit in one query."""
    return getattr(type(asked), "get_user", None) is ModelBackend.get_user
