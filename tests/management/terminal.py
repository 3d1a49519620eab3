"""How tests run the commands, and read what they say and do."""

from contextlib import contextmanager
from io import StringIO

from django.apps import apps
from django.core.management import call_command
from django.db import connection


class Terminal(StringIO):
    """Standard error as a person has it."""

    def isatty(self):
        return True


@contextmanager
def interrupted(*, at, statement):
    """Interrupt the n-th statement that begins so, before the database gets it."""
    seen = []

    def interrupt(execute, sql, *arguments):
        if sql.startswith(statement):
            seen.append(sql)
            if len(seen) == at:
                raise KeyboardInterrupt
        return execute(sql, *arguments)

    with connection.execute_wrapper(interrupt):
        yield


def said(command, *arguments, **options):
    """Return what a command says."""
    stdout = StringIO()
    call_command(command, *arguments, stdout=stdout, **options)
    return stdout.getvalue().strip()


def everything():
    """Return all rows of all tables."""
    return {
        model: sorted(map(repr, model._base_manager.values_list())) for model in apps.get_models()
    }
