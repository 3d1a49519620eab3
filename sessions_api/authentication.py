"""Authentication by a token of ours, for Django REST framework."""

from functools import lru_cache
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connections, router
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from sessions_api import accounts, credentials, validity, visit
from sessions_api.models import Kind, Session


class SessionTokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer <token>`` or ``X-Session-Token: <token>`` (RFC 6750, section 2.1).

    ``request.auth`` is the ``Session``. A token with another prefix than TOKEN_PREFIX is left to
    the next authenticator; ours and invalid, or two different ones, is 401. Never from the URL
    (ASVS 14.2.1). One query, the user included, unless a backend's ``get_user`` is its own or
    the users' default manager leaves some out.
    """

    @sensitive_variables()
    def authenticate(self, request: Request) -> tuple[Any, Session] | None:
        """Return the user and the session of the token; None where there is none of ours."""
        tokens = self.presented(request)
        if not tokens:
            return None
        if len(tokens) > 1:
            raise AuthenticationFailed(_("Two different tokens were sent."))
        session = find(tokens.pop())
        if session is None or not admits(request, session):
            raise AuthenticationFailed(_("This token is not valid, or not any more."))
        return session.user, session

    def authenticate_header(self, request: Request) -> str:
        """Return WWW-Authenticate (RFC 6750, section 3)."""
        error = ', error="invalid_token"' if self.presented(request) else ""
        return f'Bearer realm="api"{error}'

    @sensitive_variables()
    def presented(self, request: Request) -> set[str]:
        """Return the tokens that a request presents, as far as they are ours."""
        candidates = {bearer(request), in_header(request)}
        return {candidate for candidate in candidates if _is_ours(candidate)}


@sensitive_variables()
def _is_ours(candidate: str) -> bool:
    """Tell a token of this site, be it older than the last change of TOKEN_PREFIX, from others."""
    return credentials.is_token(candidate) or find(candidate) is not None


@sensitive_variables()
def bearer(request: Request) -> str:
    """Return what ``Authorization: Bearer`` presents, or "" (RFC 6750, section 2.1)."""
    scheme, _, credential = request.headers.get("Authorization", "").partition(" ")
    return credential.strip() if scheme.lower() == "bearer" else ""


def in_header(request: Request) -> str:
    """Return what ``X-Session-Token`` presents, or ""."""
    return request.headers.get("X-Session-Token", "").strip()


def admits(request: Request, session: Session, *, relayed: bool = False) -> bool:
    """Tell whether the session is active. What is due is written in the response phase.

    ``relayed`` is whether a server asks that its client has shown the token to.
    """
    verdict = validity.judge([session], users=accounts.known(session.user))[session.pk]
    this_visit = visit.of(request)
    is_settled = session.ended_at is not None or verdict == validity.UNANSWERED
    if this_visit is not None and not is_settled:
        this_visit.token, this_visit.refusal = session, verdict.reason
        this_visit.relayed = relayed
    return verdict is validity.ACTIVE


@sensitive_variables()
def find(token: str) -> Session | None:
    """Return the row of a token, whatever its state, with its user, or None."""
    if not credentials.is_well_formed(token):
        return None
    session = _fetch(router.db_for_write(Session), credentials.digest(token))
    return session if session is not None and session.kind == Kind.TOKEN else None


def _fetch(alias: str, key_digest: str) -> Session | None:
    """Return the session of a key digest and its user, read by the statement compiled before."""
    statement, columns = _compiled(alias)
    connection = connections[alias]
    with connection.cursor() as cursor:
        cursor.execute(statement, [key_digest])
        row = cursor.fetchone()
    if row is None:
        return None
    values = [_converted(*each, connection) for each in zip(row, columns, strict=True)]
    sessions, users = _attributes(Session), _attributes(get_user_model())
    session = Session.from_db(alias, sessions, values[: len(sessions)])
    session.user = get_user_model().from_db(alias, users, values[len(sessions) :])
    return session


@lru_cache
def _compiled(alias: str) -> tuple[str, list[Any]]:
    """Return the SELECT of a session and its user by a key digest, and the columns it names.

    To compile it for each request would take longer than all the rest of the authentication.
    """
    fields = [*_attributes(Session), *(f"user__{name}" for name in _attributes(get_user_model()))]
    sessions = Session.objects.using(alias).filter(key_digest="").values_list(*fields)
    compiler = sessions.query.get_compiler(alias)
    statement, _parameters = compiler.as_sql()
    return statement, [column for column, *_ in compiler.select]


def _attributes(model: Any) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def _converted(value: Any, column: Any, connection: Any) -> Any:
    """Return what the database gave for a column as Python has it."""
    for convert in connection.ops.get_db_converters(column) + column.get_db_converters(connection):
        value = convert(value, column, connection)
    return value
