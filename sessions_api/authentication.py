"""Authentication by a token of ours, for Django REST framework."""

from functools import lru_cache

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import Error, connections, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Expression, Model
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables
from rest_framework import status
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import APIException, AuthenticationFailed
from rest_framework.request import Request

from sessions_api import credentials
from sessions_api.exceptions import SessionsUnavailable
from sessions_api.models import EndReason, Kind, Session
from sessions_api.tracking import token as tokens


class Unavailable(APIException):
    """503: only the table could say whether a token is good, and it cannot be used."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = SessionsUnavailable.MESSAGE


class SessionEnded(AuthenticationFailed):
    """401: the session of the token or cookie that was presented is over, as ``end_reason`` says."""

    def __init__(self, reason: EndReason | None) -> None:
        super().__init__(
            {
                "detail": _("This session has ended."),
                "code": "session_ended",
                "end_reason": "" if reason is None else reason.value,
            }
        )


class SessionTokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer <token>`` or ``X-Session-Token: <token>`` (RFC 6750, section 2.1).

    ``request.auth`` is the ``Session``. A token whose prefix is not TOKEN_PREFIX is left to the next
    authenticator. A token of ours that is not valid, and two different ones, are 401. A token in the
    URL is ignored (ASVS 14.2.1). It takes one query, which reads the user, too, unless a backend has
    a ``get_user`` of its own or the users' default manager leaves some out.
    """

    @sensitive_variables()
    def authenticate(self, request: Request) -> tuple[AbstractBaseUser, Session] | None:
        try:
            tokens_sent = self.presented(request)
        except Error as error:
            raise Unavailable from error
        if not tokens_sent:
            return None
        if len(tokens_sent) > 1:
            raise AuthenticationFailed(_("Two different tokens were sent."))
        try:
            session = find(tokens_sent.pop())
            verdict = None if session is None else tokens.present(request, session)
        except Error as error:
            raise Unavailable from error
        if verdict is not None and verdict.is_over:
            raise SessionEnded(verdict.reason)
        if session is None or verdict is None or verdict.is_unknown:
            raise AuthenticationFailed(_("This token is not valid, or not any more."))
        return session.user, session

    def authenticate_header(self, request: Request) -> str:
        # RFC 6750, section 3.
        error = ', error="invalid_token"' if self.presented(request) else ""
        return f'Bearer realm="api"{error}'

    @sensitive_variables()
    def presented(self, request: Request) -> set[str]:
        """Return the tokens of ours that a request presents."""
        candidates = {bearer(request), in_header(request)}
        return {candidate for candidate in candidates if _is_ours(candidate)}


@sensitive_variables()
def bearer(request: Request) -> str:
    """Return what ``Authorization: Bearer`` presents, or "" (RFC 6750, section 2.1)."""
    scheme, _, credential = request.headers.get("Authorization", "").partition(" ")
    return credential.strip() if scheme.lower() == "bearer" else ""


def in_header(request: Request) -> str:
    """Return what ``X-Session-Token`` presents, or ""."""
    return request.headers.get("X-Session-Token", "").strip()


@sensitive_variables()
def find(token: str) -> Session | None:
    """Return the session of a token, whatever its state, with its user. None for no such token."""
    if not credentials.is_well_formed(token):
        return None
    session = _read(router.db_for_write(Session), credentials.digest(token))
    return session if session is not None and session.kind == Kind.TOKEN else None


@sensitive_variables()
def _is_ours(candidate: str) -> bool:
    """Tell a token of this site from others. It may be older than the last change of TOKEN_PREFIX."""
    return credentials.is_token(candidate) or find(candidate) is not None


def _read(alias: str, key_digest: bytes) -> Session | None:
    """Return the session with a key digest, and its user, by one statement that is compiled once.

    Django would compile it anew for each request: that takes 3.4 million instructions, more than all
    the rest of a request with a token (``python -m benchmarks.instructions --only token``).
    """
    statement, columns = _compiled(alias)
    connection = connections[alias]
    with connection.cursor() as cursor:
        cursor.execute(statement, [key_digest])
        row = cursor.fetchone()
    if row is None:
        return None
    values = [_converted(*each, connection) for each in zip(row, columns, strict=True)]
    user_model = get_user_model()
    of_session, of_user = _attributes(Session), _attributes(user_model)
    session = Session.from_db(alias, of_session, values[: len(of_session)])
    session.user = user_model.from_db(alias, of_user, values[len(of_session) :])
    return session


@lru_cache
def _compiled(alias: str) -> tuple[str, list[Expression]]:
    """Return the statement that selects a session and its user by a key digest, and its columns."""
    fields = [*_attributes(Session), *(f"user__{name}" for name in _attributes(get_user_model()))]
    sessions = Session.objects.using(alias).filter(key_digest=b"").values_list(*fields)
    compiler = sessions.query.get_compiler(alias)
    statement, _parameters = compiler.as_sql()
    return statement, [column for column, *_ in compiler.select]


def _attributes(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def _converted(value: object, column: Expression, connection: BaseDatabaseWrapper) -> object:
    """Return a column's value from the database as Django's fields give it."""
    for convert in connection.ops.get_db_converters(column) + column.get_db_converters(connection):
        value = convert(value, column, connection)
    return value
