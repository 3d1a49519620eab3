"""``__within``: whether an address lies in a network. ``__among``: ``in`` for thousands of keys."""

import ipaddress
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db.models import CharField, GenericIPAddressField, Lookup, UUIDField
from django.db.models.lookups import In
from django.db.models.sql.compiler import SQLCompiler

if TYPE_CHECKING:
    StringLookup = Lookup[str]
else:
    StringLookup = Lookup


@CharField.register_lookup
@UUIDField.register_lookup
class Among(In):
    """``pk__among=[...]``: as ``in``, for values and no query.

    PostgreSQL gets one array: thousands of parameters take Django and psycopg longer than the
    database takes for the statement.
    """

    lookup_name = "among"

    def as_postgresql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, list[Any]]:
        """Compare with the elements of an array."""
        if not self.rhs:
            raise EmptyResultSet
        lhs, params = self.process_lhs(compiler, connection)
        return f"{lhs} = ANY(%s)", [*params, list(self.rhs)]


@GenericIPAddressField.register_lookup
class Within(StringLookup):
    """``ip_address__within="203.0.113.0/24"``: the address lies in the network in CIDR notation.

    Raises ValueError for anything that is no network.
    """

    lookup_name = "within"
    prepare_rhs = False

    def __init__(self, lhs: Any, rhs: str) -> None:
        self.network = ipaddress.ip_network(rhs, strict=False)
        super().__init__(lhs, str(self.network))

    def as_postgresql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, list[Any]]:
        """Compare as PostgreSQL's ``inet``."""
        lhs, params = self.process_lhs(compiler, connection)
        return f"{lhs} <<= %s::inet", [*params, str(self.network)]

    def as_mysql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, list[Any]]:
        """Compare as bytes: 4 for an address of IPv4, 16 for one of IPv6."""
        lhs, params = self.process_lhs(compiler, connection)
        lowest, highest = self.network[0].packed, self.network[-1].packed
        packed = f"INET6_ATON({lhs})"
        return (
            f"(LENGTH({packed}) = %s AND {packed} BETWEEN %s AND %s)",
            [*params, len(lowest), *params, lowest, highest],
        )

    def as_sqlite(self, compiler: SQLCompiler, connection: Any) -> tuple[str, list[Any]]:
        """Have SQLite ask Python."""
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
