"""The users behind sessions: what their authentication backends and the users' table say of them."""

import inspect
import logging
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from datetime import datetime
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import get_user_model, load_backend
from django.contrib.auth.backends import BaseBackend, ModelBackend, RemoteUserBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import (
    FieldError,
    MultipleObjectsReturned,
    ObjectDoesNotExist,
    ValidationError,
)
from django.db import DataError, models, router
from django.http import HttpRequest
from django.utils.module_loading import import_string

from sessions_api import credentials, logs
from sessions_api.models import AnyUser

logger = logging.getLogger("sessions_api.users")

Key = Any
"""A user's primary key. Its type is the site's choice."""

NO_SUCH_TEXT = (ValueError, TypeError, OverflowError, ValidationError, DataError)
"""What fields and databases raise when they are asked for a text that they cannot hold."""


_LAST_LOGIN = "_sessions_api_last_login"


def no_such_text() -> AbstractContextManager[None]:
    """Pass over what fields and databases raise when they are asked for a text they cannot hold."""
    return suppress(*NO_SUCH_TEXT)


def is_deactivated(user: AnyUser | None) -> bool:
    """Tell whether an account is deactivated, or gone (None)."""
    return user is None or not getattr(user, "is_active", True)


def stored(pk: Key) -> AbstractBaseUser | None:
    """Return a user as the table has them, whatever managers and backends leave out, or None."""
    users = _on_primary(get_user_model()._base_manager)
    user: AbstractBaseUser | None = users.filter(pk=pk).first()
    return user


def keys_named(text: str) -> set[Key]:
    """Return the primary keys of those whom a text may mean at a sign-in.

    That is whoever has it as natural key, such as a user name, and the first ten that have it as
    e-mail address, in whatever spelling the database's collation takes for it, or a form makes of it.
    """
    return {
        key
        for name in spellings(text)
        for found in (_with_natural_key, _with_email)
        for key in found(name)
    }


def spellings(text: str) -> list[str]:
    """Return a name as it was sent, and as forms may hand it on: stripped, and in Django's form."""
    forms = (text, text.strip(), unicodedata.normalize("NFKC", text).strip())
    return [name for name in dict.fromkeys(forms) if name]


def note_last_login(*, user: AbstractBaseUser, **kwargs: object) -> None:
    """Note when a user had signed in before. A receiver that runs before Django's own one."""
    vars(user)[_LAST_LOGIN] = getattr(user, "last_login", None)


def has_signed_in(user: AbstractBaseUser) -> bool:
    """Tell whether a user who signs in just now had signed in before, as far as the table says."""
    before = vars(user).get(_LAST_LOGIN, getattr(user, "last_login", None))
    return before is not None


def auth_digest_of(user: AnyUser) -> bytes:
    """Return the digest of a user's auth hash, or b"" for a user model without one."""
    make_hash = getattr(user, "get_session_auth_hash", None)
    return credentials.digest(make_hash()) if make_hash is not None else b""


def authentication_method(user: AbstractBaseUser, request: HttpRequest | None) -> str:
    """Return how ``authenticate()`` has recognised a user: "password", "remote_user" or "".

    ``authenticate()`` leaves the path of the backend on the user. ``login()`` alone does not, and
    the method is "". It is "password" where the backend takes one, the request could carry one, and
    the user has one that is the backend's. The request of ``force_login()`` carries nothing.

    Not to be told apart from a password: code that sets ``user.backend`` itself in answer to a form,
    without asking for the password, for a user who has one. A view that has checked a password in an
    earlier request does just that.
    """
    path: str = getattr(user, "backend", "")
    if path not in settings.AUTHENTICATION_BACKENDS:
        return ""
    backend = load_backend(path)
    if isinstance(backend, RemoteUserBackend):
        return "remote_user"
    has_password = not isinstance(backend, ModelBackend) or user.has_usable_password()
    can_be_true = has_password and _takes_password(backend) and _could_carry_password(request)
    return "password" if can_be_true else ""


def _takes_password(backend: BaseBackend) -> bool:
    """Tell whether a backend asks for a password. A subclass of ModelBackend may take magic links."""
    parameters = inspect.signature(backend.authenticate).parameters
    if "password" in parameters or not isinstance(backend, ModelBackend):
        return "password" in parameters
    # allauth's takes "request, **credentials".
    named = {name for name, each in parameters.items() if each.kind is not each.VAR_KEYWORD}
    return len(named) < len(parameters) and named <= {"request"}


def _could_carry_password(request: HttpRequest | None) -> bool:
    if request is None or request.method is None:
        return False
    scheme = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")[0]
    return request.method not in ("GET", "HEAD") or scheme.lower() == "basic"


def verified_at(user: object) -> float:
    """Return when the device of django-otp that is left with a user has verified them, or 0.

    In UNIX seconds.
    """
    used_at = getattr(getattr(user, "otp_device", None), "last_used_at", None)
    return used_at.timestamp() if isinstance(used_at, datetime) else 0


def backend_name(path: str) -> str:
    """Return the name that social-auth's backends have, or "" for a backend without one."""
    if path not in settings.AUTHENTICATION_BACKENDS:
        return ""
    name = getattr(import_string(path), "name", "")
    return name if isinstance(name, str) else ""


def first_backend() -> str:
    """Return the path of the site's first backend that gives users. Some only have a veto."""
    for path in settings.AUTHENTICATION_BACKENDS:
        get_user = getattr(type(load_backend(path)), "get_user", BaseBackend.get_user)
        if get_user is not BaseBackend.get_user:
            return path
    return ""


def given_by_model_backend(*found: AnyUser) -> list[AnyUser]:
    """Return users who were read from the table, if ModelBackend would find them there, too.

    ModelBackend asks the default manager. Where that leaves some users out, the list is empty.
    """
    leaves_some_out = get_user_model()._default_manager.get_queryset().query.where
    return [] if leaves_some_out else [*found]


class Backends:
    """What authentication backends answer for pairs of a backend's path and a primary key.

    ``known`` are users whom a backend has given before. The others take one query, and one more for
    users whom their backend does not give. A backend with a ``get_user`` of its own is asked once
    for each user. The users' table is read on the primary.
    """

    def __init__(
        self,
        claims: Collection[tuple[str, Key]],
        *,
        known: Iterable[AnyUser] = (),
    ) -> None:
        self._from_model: dict[Key, AnyUser | None] = {user.pk: user for user in known}
        self._silent: set[tuple[str, Key]] = set()
        self._backends = {path: _backend(path) for path in {path for path, _ in claims}}
        self._prefetch({pk for path, pk in claims if _asks_the_model(self._backends[path])})
        self._given = {(path, pk): self._ask(path, pk) for path, pk in set(claims)}
        not_given = {pk for (_, pk), user in self._given.items() if user is None}
        self._stored = self._read(not_given)

    def user(self, path: str, pk: Key) -> AnyUser | None:
        """Return the user whom the backend gives, or None."""
        return self._given[path, pk]

    def is_silent(self, path: str, pk: Key) -> bool:
        """Tell whether the backend could not be asked, or has failed to answer."""
        return (path, pk) in self._silent

    def is_deactivated(self, pk: Key) -> bool:
        """Tell of a user whom a backend does not give whether their account is deactivated."""
        return is_deactivated(self._stored.get(pk))

    def _prefetch(self, pks: set[Key]) -> None:
        if unknown := pks - self._from_model.keys():
            found = _on_primary(get_user_model()._default_manager).in_bulk(unknown)
            self._from_model |= dict.fromkeys(unknown) | found

    def _ask(self, path: str, pk: Key) -> AnyUser | None:
        backend = self._backends[path]
        try:
            if isinstance(backend, Exception):
                raise backend
            if _asks_the_model(backend):
                user, model_backend = self._from_model[pk], cast(ModelBackend, backend)
                is_given = user is not None and model_backend.user_can_authenticate(user)  # type: ignore[arg-type]  # the stubs know one user model
                return user if is_given else None
            return backend.get_user(pk) if backend is not None else None
        except Exception:  # noqa: BLE001 (whatever a backend of a third party raises)
            self._silent.add((path, pk))
            logs.warn_once_a_minute(logger, "%s does not answer for a user.", path)
            return None

    def _read(self, pks: set[Key]) -> dict[Key, AnyUser]:
        """Return those of the users whom the table has, whatever a manager leaves out."""
        known = {pk: user for pk, user in self._from_model.items() if user is not None}
        if unknown := pks - known.keys():
            known |= _on_primary(get_user_model()._base_manager).in_bulk(unknown)
        return known


def _with_natural_key(text: str) -> Iterator[Key]:
    model = get_user_model()
    manager: Any = model._default_manager.db_manager(router.db_for_write(model))
    with no_such_text(), suppress(ObjectDoesNotExist, MultipleObjectsReturned):
        if hasattr(manager, "get_by_natural_key"):
            yield manager.get_by_natural_key(text).pk
        else:
            yield manager.get(**{model.USERNAME_FIELD: text}).pk


def _with_email(text: str) -> Iterator[Key]:
    # Few databases have an index on it. Some collations know several forms of "@".
    if "@" not in unicodedata.normalize("NFKC", text):
        return
    field = getattr(get_user_model(), "EMAIL_FIELD", "email")
    has_it = models.Q((field, text)) | models.Q((f"{field}__iexact", text))
    with no_such_text(), suppress(FieldError):
        users = _on_primary(get_user_model()._default_manager).filter(has_it)
        yield from users.order_by("pk").values_list("pk", flat=True)[:10]


def _on_primary(manager: "models.Manager[Any]") -> "models.QuerySet[Any, Any]":
    # A replica may not have a user yet who has just been created.
    return manager.using(router.db_for_write(get_user_model()))


def _backend(path: str) -> BaseBackend | Exception | None:
    """Return a backend. None for one that the site does not have, an error for one that is broken."""
    if path not in settings.AUTHENTICATION_BACKENDS:
        return None
    try:
        return load_backend(path)
    except Exception as error:  # noqa: BLE001 (whatever its module raises)
        return error


def _asks_the_model(backend: BaseBackend | Exception | None) -> bool:
    """Tell whether the backend's ``get_user`` is ModelBackend's, so that one query serves many."""
    return getattr(type(backend), "get_user", None) is ModelBackend.get_user
