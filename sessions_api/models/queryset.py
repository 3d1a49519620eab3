"""Sets of sessions, as far as the table alone can know them."""

import ipaddress
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self, TypeAlias

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import connections, models, router
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Collate
from django.db.models.lookups import Exact, IStartsWith

import sessions_api.models.lookups  # noqa: F401 (registers __within and __among)
from sessions_api.conf import conf
from sessions_api.models import networks
from sessions_api.models.choices import MAX_SEARCH_TERM, Kind

if TYPE_CHECKING:
    from sessions_api.models.session import Session  # noqa: F401 (in the base class)

AnyUser: TypeAlias = AbstractBaseUser | AnonymousUser
"""A user as a request has them. An anonymous one has no primary key, and so no sessions."""

MOST_USERS = 1_000
"""How many users a search may find."""

COMMON = 1_000
"""How many sessions of an IP address are many, so that a page soon has enough of them."""


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
        return self.filter(end_is_pending=True)

    def search(self, term: str) -> Self:
        """Return the sessions that a term finds. See ``found_by``."""
        return self.filter(found_by(term))

    def used_from(self, network: str) -> Self:
        """Return the sessions signed in or last used from a network. See ``from_network``."""
        return self.filter(from_network(network))

    def with_users(self) -> Self:
        """Read the users of the sessions, too, by one query more.

        Not by a join: MariaDB would read all users and sort them to find the first page of sessions.
        """
        users = get_user_model()
        owners = users._base_manager.using(router.db_for_write(users))
        return self.prefetch_related(models.Prefetch("user", queryset=owners))

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

    @staticmethod
    def past_deadline(now: datetime) -> models.Q:
        """Return which sessions have not been ended, and may have ended by themselves at ``now``.

        The engine may have moved the expiry of one.
        """
        past = models.Q(expires_at__lte=now)
        if conf.IDLE_TIMEOUT is not None:
            past |= models.Q(last_used__lte=now - conf.IDLE_TIMEOUT)
        if conf.ABSOLUTE_TIMEOUT is not None:
            past |= signed_in("lte", now - conf.ABSOLUTE_TIMEOUT)
        return past & models.Q(ended_at__isnull=True)

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


class TooManyUsers(ValueError):
    """More users have a name or address that begins so than one search takes into account."""


def found_by(term: str) -> models.Q:
    """Return which sessions a term finds: those of an exact IP address, or of some users.

    The beginning of a user name or e-mail address is enough, in upper or lower case. A term of more
    than 254 characters finds nothing. Raises TooManyUsers where it begins more than MOST_USERS of
    them. One query.
    """
    if len(term) > MAX_SEARCH_TERM:
        return models.Q(pk__in=[])
    try:
        ipaddress.ip_address(term)
    except ValueError:
        # Before the sessions: with a join or a subquery, the databases read all sessions for it.
        keys = list(_users_named(term)[: MOST_USERS + 1])
        if len(keys) > MOST_USERS:
            raise TooManyUsers(term) from None
        return models.Q(user_id__in=keys)
    return from_network(term)


def from_network(network: str) -> models.Q:
    """Return which sessions were signed in or last used from an IP address or a network (CIDR).

    Raises ValueError for anything else. Where networks are recorded instead of IP addresses, an IP
    address stands for its network. On MariaDB, one IP address takes one query.
    """
    parsed = networks.searched(network)
    if parsed.num_addresses > 1:
        value = str(parsed)
        return models.Q(ip_address__within=value) | models.Q(last_ip_address__within=value)
    ip_address = str(parsed.network_address)
    used = models.Q(ip_address=ip_address) | models.Q(last_ip_address=ip_address)
    return _used_from(ip_address) if _is_common(used) else used


def _is_common(used: models.Q) -> bool:
    """Tell whether MariaDB would do better without the indexes of IP addresses.

    Where many rows have one, it merges the two indexes and sorts what it finds: 1.2 s for 20,000 of
    1,000,000 sessions, instead of 0.07 s in the order of the page until that is full.
    """
    sessions = apps.get_model("sessions_api", "Session").objects.on_primary()
    if connections[sessions.db].vendor != "mysql":
        return False
    return len(sessions.filter(used).values_list("pk", flat=True)[:COMMON]) == COMMON


def _used_from(ip_address: str) -> models.Q:
    """Return the sessions that one IP address was used for, by columns that have no index."""
    at_sign_in, at_last_use = (
        models.Q(Exact(Cast(field, models.CharField()), ip_address))
        for field in ("ip_address", "last_ip_address")
    )
    return at_sign_in | at_last_use


def signed_in(lookup: str, moment: datetime) -> models.Q:
    """Return the sessions whose ``known_since`` is before or after a moment."""
    return models.Q(**{f"authenticated_at__{lookup}": moment}) | models.Q(
        authenticated_at__isnull=True, **{f"created_at__{lookup}": moment}
    )


def _users_named(beginning: str) -> models.QuerySet[Any, Any]:
    users = get_user_model()
    alias = router.db_for_write(users)
    names = {users.USERNAME_FIELD, users.get_email_field_name()}
    is_postgresql = connections[alias].vendor == "postgresql"
    named = models.Q(pk__in=[])
    for field in users._meta.fields:
        if field.name in names:
            column: Combinable = models.F(field.name)
            if is_postgresql and getattr(field, "db_collation", None):
                # Before version 18, LIKE takes no column of a nondeterministic collation.
                column = Collate(column, "default")
            named |= models.Q(IStartsWith(column, beginning))
    return users._base_manager.using(alias).filter(named).values_list("pk", flat=True)
