"""How many rows are inserted at once, but for those that are there already."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connections, router
from django.utils import timezone

from sessions_api.models import Session


def insert_new(sessions: Sequence[Session]) -> set[UUID]:
    """Insert those rows whose id and key digest no row has yet. Returns the ids of these."""
    if not sessions:
        return set()
    using = router.db_for_write(Session)
    if connections[using].vendor == "postgresql":
        return _insert_by_columns(sessions, using)
    Session.objects.bulk_create(sessions, ignore_conflicts=True)
    stored = Session.objects.using(using).filter(pk__among={each.pk for each in sessions})
    created_at = dict(stored.values_list("pk", "created_at"))
    return {each.pk for each in sessions if created_at.get(each.pk) == each.created_at}


def _insert_by_columns(sessions: Sequence[Session], using: str) -> set[UUID]:
    """Insert on PostgreSQL, which gets an array for each column that is not the same in all rows.

    A parameter for each value of each row would take Django and psycopg ten times as long as the
    statement takes the database.
    """
    connection, now = connections[using], timezone.now()
    quote = connection.ops.quote_name
    columns, values, parameters = [], [], []
    for field in Session._meta.concrete_fields:
        if field.generated:
            continue
        of_each = [vars(session)[field.attname] for session in sessions]
        if getattr(field, "auto_now", False):
            of_each = [now]
        column_type = str(field.db_type(connection)).partition("(")[0]
        columns.append(quote(str(field.column)))
        if len(set(of_each)) == 1:
            values.append(f"%s::{column_type}")
            parameters.append(field.get_db_prep_save(of_each[0], connection))
        else:
            values.append(f"unnest(%s::{column_type}[])")
            parameters.append([field.get_db_prep_save(value, connection) for value in of_each])
    table = quote(Session._meta.db_table)
    statement = (
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)}"
        f" ON CONFLICT DO NOTHING RETURNING {quote(str(Session._meta.pk.column))}"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return {pk if isinstance(pk, UUID) else UUID(pk) for (pk,) in cursor.fetchall()}
