"""The field of keys and digests."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class BytesField(models.BinaryField):  # type: ignore[type-arg]  # generic only in the stubs
    """At most ``max_length`` bytes, which every database can compare and index.

    They take half the room of hexadecimal digits. Django's own field is a BLOB on MariaDB, which has
    no unique index.
    """

    if TYPE_CHECKING:
        _pyi_private_get_type: bytes

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        if connection.vendor == "mysql":
            return f"varbinary({self.max_length})"
        return super().db_type(connection)

    def from_db_value(self, value: bytes | memoryview | None, *_: object) -> bytes | None:
        # psycopg2 gives a memoryview.
        return None if value is None else bytes(value)
