"""Lookups of our own.

``__within``: is the IP address in a network. ``__among``: ``in`` for thousands of keys.
``__unlocked``: equal, and not locked by somebody else.
"""

import ipaddress
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, GenericIPAddressField, Lookup, UUIDField
from django.db.models.expressions import Expression
from django.db.models.lookups import Exact, In
from django.db.models.sql.compiler import SQLCompiler

if TYPE_CHECKING:
    StringLookup = Lookup[str]
    ExactKey = Exact[UUID]
else:
    StringLookup, ExactKey = Lookup, Exact

SQL = tuple[str, list[object]]
"""A piece of SQL, and its parameters."""


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
        # As bytes: 4 of an IPv4 address, 16 of an IPv6 address.
        lhs, params = self.process_lhs(compiler, connection)
        lowest, highest = self.network[0].packed, self.network[-1].packed
        packed = f"INET6_ATON({lhs})"
        return (
            f"(LENGTH({packed}) = %s AND {packed} BETWEEN %s AND %s)",
            [*params, len(lowest), *params, lowest, highest],
        )

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> SQL:
        connection.ensure_connection()
        connection.connection.create_function(
            "sessions_api_within", 2, _is_within, deterministic=True
        )
        lhs, params = self.process_lhs(compiler, connection)
        return f"sessions_api_within({lhs}, %s)", [*params, str(self.network)]


def _is_within(address: str | None, network: str) -> bool | None:
    if address is None:
        return None
    return ipaddress.ip_address(address) in ipaddress.ip_network(network)
