"""Sets of sessions, as far as the table alone can know them."""

import ipaddress
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self, TypeAlias

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import connections, models, router
from django.db.models.expressions import Combinable
from django.db.models.functions import Collate
from django.db.models.lookups import IStartsWith

import sessions_api.models.lookups  # noqa: F401 (registers __within and __among)
from sessions_api.conf import conf
from sessions_api.models.choices import MAX_SEARCH_TERM, Kind

if TYPE_CHECKING:
    from sessions_api.models.session import Session

AnyUser: TypeAlias = AbstractBaseUser | AnonymousUser
"""A user as a request has them. An anonymous one has no primary key, and so no sessions."""


class SessionQuerySet(models.QuerySet["Session"]):
    """Sets of sessions, as far as the table alone can know them.

    There is no ``active()``. Whether a session still authenticates its client also depends on the
    session engine and on the user: ask ``sessions_api.validity``.
    """

    def on_primary(self) -> Self:
        """Read from the database that is written to. A replica may lag behind an end."""
        return self.using(router.db_for_write(self.model))

    def for_user(self, user: AnyUser) -> Self:
        """Return the sessions of one user."""
        pk: Any = user.pk
        return self.filter(user_id=pk)

    def seen_by(self, user: AnyUser) -> Self:
        """Return the sessions of one user, and those by which somebody acts as them."""
        pk: Any = user.pk
        return self.filter(models.Q(user_id=pk) | models.Q(acting_as_id=pk))

    def impersonated(self) -> Self:
        """Return the sessions by which somebody acts as another user."""
        # Not by exclude(): like this, each of the two indexes helps.
        is_known = models.Q(impersonator__isnull=False)
        return self.filter(is_known | models.Q(acting_as__isnull=False))

    def known(self) -> Self:
        """Leave out logins whose response has not been sent yet."""
        return self.filter(expires_at__isnull=False)

    def not_ended(self) -> Self:
        """Return the sessions that nobody has ended."""
        return self.filter(ended_at__isnull=True)

    def unfinished(self) -> Self:
        """Return the sessions that have ended, but are not known to be gone from the engine."""
        return self.filter(ended_at__isnull=False).exclude(sealed_key=b"")

    def search(self, term: str) -> Self:
        """Return the sessions of an exact IP address, or of users by name or e-mail address.

        The beginning of a name or e-mail address is enough, in upper or lower case. A term of more
        than 254 characters finds nothing.
        """
        if len(term) > MAX_SEARCH_TERM:
            return self.none()
        try:
            ipaddress.ip_address(term)
        except ValueError:
            return self.filter(user__in=_users_named(term, self.model))
        return self.used_from(term)

    def used_from(self, network: str) -> Self:
        """Return the sessions signed in or last used from an IP address or a network (CIDR).

        Raises ValueError for anything else.
        """
        parsed = ipaddress.ip_network(network, strict=False)
        if parsed.num_addresses == 1:
            lookup, value = "exact", str(parsed.network_address)
        else:
            lookup, value = "within", str(parsed)
        at_sign_in = models.Q(**{f"ip_address__{lookup}": value})
        at_last_use = models.Q(**{f"last_ip_address__{lookup}": value})
        return self.filter(at_sign_in | at_last_use)

    def within_deadlines(
        self, now: datetime, *, by_expiry: bool = True, by_idle: bool = True
    ) -> Self:
        """Return the sessions that have not ended by themselves at ``now``.

        ``by_expiry`` says whether ``expires_at`` decides for browsers, too, or only for tokens, and
        ``by_idle`` whether ``last_used`` decides.
        """
        unexpired = models.Q(expires_at__gt=now)
        if not by_expiry:
            unexpired |= models.Q(expires_at__isnull=False, kind=Kind.BROWSER)
        sessions = self.filter(unexpired)
        if by_idle and conf.IDLE_TIMEOUT is not None:
            sessions = sessions.filter(last_used__gt=now - conf.IDLE_TIMEOUT)
        if conf.ABSOLUTE_TIMEOUT is not None:
            sessions = sessions.filter(signed_in("gt", now - conf.ABSOLUTE_TIMEOUT))
        return sessions

    def expiring(self, lookup: str, moment: datetime) -> Self:
        """Return the sessions that expire before a moment ("lt"), or at it or later ("gte").

        Use does not move this moment: it is the earlier of ``expires_at`` and ABSOLUTE_TIMEOUT.
        """
        by_expiry = models.Q(**{f"expires_at__{lookup}": moment})
        if conf.ABSOLUTE_TIMEOUT is None:
            return self.filter(by_expiry)
        try:
            by_age = signed_in(lookup, moment - conf.ABSOLUTE_TIMEOUT)
        except OverflowError:  # no session is as old as that
            return self.filter(by_expiry)
        return self.filter(by_expiry | by_age if lookup == "lt" else by_expiry & by_age)


def signed_in(lookup: str, moment: datetime) -> models.Q:
    """Return the sessions whose ``known_since`` is before or after a moment."""
    return models.Q(**{f"authenticated_at__{lookup}": moment}) | models.Q(
        authenticated_at__isnull=True, **{f"created_at__{lookup}": moment}
    )


def _users_named(beginning: str, model: type["Session"]) -> models.QuerySet[Any, Any]:
    users = get_user_model()
    names = {users.USERNAME_FIELD, users.get_email_field_name()}
    is_postgresql = connections[router.db_for_write(model)].vendor == "postgresql"
    named = models.Q(pk__in=[])
    for field in users._meta.fields:
        if field.name in names:
            column: Combinable = models.F(field.name)
            if is_postgresql and getattr(field, "db_collation", None):
                # Before version 18, LIKE takes no column of a nondeterministic collation.
                column = Collate(column, "default")
            named |= models.Q(IStartsWith(column, beginning))
    return users._base_manager.filter(named).values("pk")
