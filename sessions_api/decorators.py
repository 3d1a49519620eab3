"""Decorators for the site's own views."""

from collections.abc import Callable
from typing import Any, TypeVar

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
