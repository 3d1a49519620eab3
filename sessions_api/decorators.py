"""Decorators for views: ``not_activity`` for the site's, ``not_atomic`` for ours."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db import connections, transaction

ACTIVITY = "sessions_api_counts_as_activity"

View = TypeVar("View", bound=Callable[..., Any])


def not_activity(view: View) -> View:
    """Mark a view that pages call by themselves, so that it does not keep an idle session alive.

    Its requests do not move ``last_used``. A session that is past its deadlines is still refused.
    For a class-based view: ``@method_decorator(not_activity, name="dispatch")``, or
    ``@not_activity`` on one of its methods, such as ``get``, or on an action of a viewset.
    """
    setattr(view, ACTIVITY, False)
    return view


def not_atomic(view: View) -> View:
    """Keep a view of ours out of ATOMIC_REQUESTS: what it ends has ended before its answer says so."""
    for alias in connections:
        transaction.non_atomic_requests(alias)(view)
    return view
