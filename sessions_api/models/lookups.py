"""Lookups of our own.

``__within``: is the IP address in a network. ``__among``: ``in`` for thousands of keys.
``__unlocked``: equal, and not locked by somebody else. ``__outside``: begins otherwise.
"""

import ipaddress
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, GenericIPAddressField, Lookup, UUIDField
from django.db.models.expressions import Expression
from django.db.models.lookups import Exact, In
from django.db.models.sql.compiler import SQLCompiler

from sessions_api.models.fields import BytesField

if TYPE_CHECKING:
    StringLookup = Lookup[str]
    ExactKey = Exact[UUID]
else:
    StringLookup, ExactKey = Lookup, Exact

SQL = tuple[str, list[object]]
"""A piece of SQL, and its parameters."""


@BytesField.register_lookup
@CharField.register_lookup
@UUIDField.register_lookup
class Among(In):
    """``pk__among=[...]``: like ``in``, but for values only, not for a query.

    PostgreSQL gets one array. Thousands of parameters would take Django and psycopg longer than the
    statement takes the database. UUIDs in a set, or the keys of a dict, are taken as they are.
    """

    lookup_name = "among"

    def get_prep_lookup(self) -> list[Any]:
        values = list(self.rhs)
        if {type(value) for value in values} == {UUID}:
            return values
        self.rhs = values
        return list(super().get_prep_lookup())

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> SQL:
        if not self.rhs:
            raise EmptyResultSet
        lhs, params = self.process_lhs(compiler, connection)
        if isinstance(self.rhs[0], UUID):
            # psycopg would look into each of them for what it has to escape.
            array = "{" + ",".join([value.hex for value in self.rhs]) + "}"
            return f"{lhs} = ANY(%s::uuid[])", [*params, array]
        return f"{lhs} = ANY(%s)", [*params, list(self.rhs)]


@UUIDField.register_lookup
class Unlocked(ExactKey):
    """``pk__unlocked=pk`` in an UPDATE: that row, unless another transaction has locked it.

    SQLite has no row locks.
    """

    lookup_name = "unlocked"

    def get_rhs_op(self, connection: BaseDatabaseWrapper, rhs: str) -> str:
        return f"= {rhs}"

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> SQL:
        return self._skipping(compiler, connection, "(SELECT id FROM {} WHERE {} {})")

    def as_mysql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> SQL:
        # The table that an UPDATE changes may be read in a derived table only.
        derived = "(SELECT id FROM (SELECT id FROM {} WHERE {} {}) AS unlocked)"
        return self._skipping(compiler, connection, derived)

    def _skipping(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, query: str) -> SQL:
        condition, params = self.as_sql(compiler, connection)
        if not connection.features.has_select_for_update_skip_locked:
            return condition, list(params)
        column = condition.partition(" = ")[0]
        table = column.partition(".")[0]
        inner = condition.replace(f"{table}.", "")
        rows = query.format(table, inner, "FOR UPDATE SKIP LOCKED")
        return f"{column} = {rows}", list(params)


@CharField.register_lookup
class Outside(StringLookup):
    """``browser__outside=["Chrome", "Edge"]``: begins with none of these, in upper or lower case.

    The beginnings are of ASCII letters and spaces, and none begins with another. An index finds
    what lies between them; it would not find what is unlike them.
    """

    lookup_name = "outside"
    prepare_rhs = False

    def __init__(self, lhs: Expression, rhs: Iterable[str]) -> None:
        self.beginnings = list(rhs)
        super().__init__(lhs, ", ".join(self.beginnings))

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> SQL:
        return self._around(f"UPPER({self.process_lhs(compiler, connection)[0]})", str.upper)

    def as_mysql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> SQL:
        return self._around(self.process_lhs(compiler, connection)[0], str)

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> SQL:
        # PostgreSQL reads an index for ranges that are joined by OR only.
        compared = f"UPPER({self.process_lhs(compiler, connection)[0]}::text)"
        begins = sorted(map(str.upper, self.beginnings))
        ranges = [
            f"{compared} ~<~ %s",
            *[f"{compared} ~>=~ %s AND {compared} ~<~ %s"] * len(begins),
        ]
        ranges[-1] = f"{compared} ~>=~ %s"
        params: list[object] = [value for each in begins for value in (each, _following(each))]
        return f"({' OR '.join(ranges)})", params

    def _around(self, compared: str, adapted: Callable[[str], str]) -> SQL:
        """Return what is below or above each. So it does not matter how the database sorts them."""
        begins = list(map(adapted, self.beginnings))
        ranges = [f"({compared} < %s OR {compared} >= %s)"] * len(begins)
        return " AND ".join(ranges), [
            value for each in begins for value in (each, _following(each))
        ]


def _following(beginning: str) -> str:
    """Return the first text after all that begin so."""
    return beginning[:-1] + chr(ord(beginning[-1]) + 1)


@GenericIPAddressField.register_lookup
class Within(StringLookup):
    """``ip_address__within="203.0.113.0/24"``: the IP address lies in the network (CIDR).

    Raises ValueError for anything that is no network.
    """

    lookup_name = "within"
    prepare_rhs = False

    def __init__(self, lhs: Expression, rhs: str) -> None:
        self.network = ipaddress.ip_network(rhs, strict=False)
        super().__init__(lhs, str(self.network))

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> SQL:
        lhs, params = self.process_lhs(compiler, connection)
        return f"{lhs} <<= %s::inet", [*params, str(self.network)]

    def as_mysql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> SQL:
        # As bytes: 4 of an IPv4 address, 16 of an IPv6 address. An index helps with the texts alone.
        lhs, params = self.process_lhs(compiler, connection)
        lowest, highest = self.network[0].packed, self.network[-1].packed
        packed = f"INET6_ATON({lhs})"
        return (
            f"({lhs} LIKE %s AND LENGTH({packed}) = %s AND {packed} BETWEEN %s AND %s)",
            [
                *params,
                f"{_beginning(self.network)}%",
                *params,
                len(lowest),
                *params,
                lowest,
                highest,
            ],
        )

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> SQL:
        connection.ensure_connection()
        connection.connection.create_function(
            "sessions_api_within", 2, _is_within, deterministic=True
        )
        lhs, params = self.process_lhs(compiler, connection)
        return f"sessions_api_within({lhs}, %s)", [*params, str(self.network)]


def _beginning(network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> str:
    """Return how the texts of all addresses of a network begin.

    That is by its whole parts, up to the first that a run of zeros may hide (RFC 5952).
    """
    is_short = network.version == 4
    separator, bits = (".", 8) if is_short else (":", 16)
    *parts, _last = network.network_address.exploded.split(separator)
    beginning = ""
    for part in parts[: network.prefixlen // bits]:
        number = part if is_short else part.lstrip("0")
        if not number:
            break
        beginning += number + separator
    return beginning


def _is_within(address: str | None, network: str) -> bool | None:
    if address is None:
        return None
    return ipaddress.ip_address(address) in ipaddress.ip_network(network)
