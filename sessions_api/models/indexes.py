"""The indexes of the table of sessions, and what each is there for."""

from collections.abc import Sequence
from typing import Any, cast

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement, Table
from django.db.models import Q

from sessions_api.models.choices import COMMON_DEVICE_TYPES, COMMON_METHODS, Kind


class BetterIndex(models.Index):
    """An index that some databases can have in a better form."""

    def better(
        self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor
    ) -> Statement | None:
        """Return the better form. None where the database does not have it."""
        raise NotImplementedError

    def create_sql(
        self,
        model: type[models.Model],
        schema_editor: BaseDatabaseSchemaEditor,
        using: str = "",
        **kwargs: Any,
    ) -> Statement:
        plain = super().create_sql(model, schema_editor, using, **kwargs)
        return self.better(model, schema_editor) or plain


class NameIndex(BetterIndex):
    """Finds names by how they begin, in upper or lower case, as ``__istartswith`` does.

    For that PostgreSQL needs an index of what Django compares. The comparisons of other databases
    take upper for lower case.
    """

    def better(
        self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor
    ) -> Statement | None:
        if schema_editor.connection.vendor != "postgresql":
            return None
        # Not by OpClass, which takes django.contrib.postgres among the site's INSTALLED_APPS.
        field = cast("models.CharField[str, str]", model._meta.get_field(self.fields[0]))
        quote_name = schema_editor.quote_name
        return Statement(
            "CREATE INDEX %(name)s ON %(table)s (UPPER(%(column)s::text) text_pattern_ops)",
            name=quote_name(self.name),
            table=Table(model._meta.db_table, quote_name),
            column=quote_name(str(field.column)),
        )


class RareIndex(BetterIndex):
    """Finds the few rows that have something uncommon in a field.

    The others take no room in it, and their touches do not write to it. MariaDB and MySQL have no
    such indexes: there all rows are in it. It has no ``condition``, of which Django warns there.
    """

    def __init__(self, *, rows: Q, fields: Sequence[str], name: str) -> None:
        self.rows = rows
        super().__init__(fields=fields, name=name)

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        path, arguments, named = super().deconstruct()
        return path, arguments, {**named, "rows": self.rows}

    def better(
        self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor
    ) -> Statement | None:
        if not schema_editor.connection.features.supports_partial_indexes:
            return None
        partial = models.Index(fields=self.fields, condition=self.rows, name=self.name)
        return partial.create_sql(model, schema_editor)


def _rare(field: str, rows: Q) -> RareIndex:
    return RareIndex(fields=[field], rows=rows, name=f"sessions_api_{field}")


INDEXES = [
    # The orders of the lists of all sessions. Without that of the last use, a page sorts the table:
    # at 1,000,000 rows on PostgreSQL it takes 260 instead of 0.3 ms. With it a touch is no in-place
    # (HOT) update. The ids that break ties take part on MariaDB anyway, and are sorted on PostgreSQL
    # for one moment at a time.
    models.Index(fields=["last_used"], name="sessions_api_last_used"),
    models.Index(fields=["created_at"], name="sessions_api_created_at"),
    models.Index(fields=["expires_at"], name="sessions_api_expires_at"),
    # How many ended on a day, and why, for the overview of staff: at 1,000,000 rows on PostgreSQL 40 ms
    # instead of a scan of the table, and 43 bytes for each row that has ended. Others take no room in
    # it. It begins with what no list asks for: MariaDB would read all rows that have not ended by one
    # of ended_at, and sort them, rather than read in order until a page is full.
    RareIndex(
        fields=["end_is_pending", "ended_at", "end_reason"],
        rows=Q(ended_at__isnull=False),
        name="sessions_api_ends",
    ),
    # What an attack has in common.
    models.Index(fields=["ip_address"], name="sessions_api_first_ip"),
    models.Index(fields=["last_ip_address"], name="sessions_api_last_ip"),
    NameIndex(fields=["browser"], name="sessions_api_browser"),
    NameIndex(fields=["os"], name="sessions_api_os"),
    # What is common fills a page in any order. What is not would have the whole table read.
    _rare("kind", Q(kind=Kind.TOKEN)),
    _rare("adopted", Q(adopted=True)),
    _rare("aal", Q(aal__gt=1)),
    _rare("provider", ~Q(provider="")),
    _rare("country", ~Q(country="")),
    _rare("methods", ~Q(methods__in=COMMON_METHODS)),
    _rare("device_type", ~Q(device_type__in=COMMON_DEVICE_TYPES)),
    # Not of ended_at: MariaDB would merge it with others rather than read in order.
    _rare("end_is_pending", Q(end_is_pending=True)),
    # Foreign keys that are seldom set. Somebody who is deleted is looked for in each.
    _rare("parent", Q(parent__isnull=False)),
    _rare("impersonator", Q(impersonator__isnull=False)),
    _rare("acting_as", Q(acting_as__isnull=False)),
    _rare("ended_by", Q(ended_by__isnull=False)),
]
