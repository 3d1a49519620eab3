"""Decorators for the site's views, and ``not_atomic`` for ours."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.core.exceptions import ImproperlyConfigured
from django.db import connections, transaction
from django.http import HttpRequest, HttpResponseBase

from sessions_api import step_up
from sessions_api.conf import SETTING_NAME, conf
from sessions_api.step_up import Requirement
from sessions_api.tracking.use import ACTIVITY

View = TypeVar("View", bound=Callable[..., Any])


def not_activity(view: View) -> View:
    """Mark a view that pages call by themselves, so that it does not keep an idle session alive.

    Its requests do not move ``last_used``, nor the expiry where SESSION_SAVE_EVERY_REQUEST is set. A
    session that is past its deadlines is still refused.
    For a class-based view: ``@method_decorator(not_activity, name="dispatch")``, or
    ``@not_activity`` on one of its methods, such as ``get``, or on an action of a viewset.
    """
    setattr(view, ACTIVITY, False)
    return view


def recently_authenticated(
    view: Callable[..., Any] | None = None, *, max_age: timedelta | float | None = None
) -> Any:
    """Let only users through who have proved who they are within ``max_age``, or a number of seconds.

    Without it, within REAUTHENTICATION_AGE. Others are led to the page where they can confirm who they
    are; a client that wants JSON gets 403 with ``"code": "reauthentication_required"``. Nobody who is
    not signed in gets through. Takes sync and async views. Raises ImproperlyConfigured where neither
    time is set: nobody would ever be asked.
    """
    require_age(max_age)
    decorate = _requiring(lambda: recent(max_age))
    return decorate if view is None else decorate(view)


def requires_level(level: int) -> Callable[[View], View]:
    """Let only users through whose session has an assurance level, such as 2: two factors.

    Others are led to the page where they can give a second factor; a client that wants JSON gets 403
    with ``"code": "insufficient_level"``. Takes sync and async views.
    """
    return _requiring(lambda: Requirement(level=level))


def not_atomic(view: View) -> View:
    """Keep a view of ours out of ATOMIC_REQUESTS: what it ends has ended before its answer says so."""
    for alias in connections:
        transaction.non_atomic_requests(alias)(view)
    return view


def require_age(max_age: timedelta | float | None) -> None:
    """Raise ImproperlyConfigured where no time is given, and the site has none."""
    if max_age is None and conf.REAUTHENTICATION_AGE is None:
        raise ImproperlyConfigured(
            "Give a max_age, or set "
            f'{SETTING_NAME} = {{"REAUTHENTICATION_AGE": 600}}: without one nobody would be asked.'
        )


def recent(max_age: timedelta | float | None) -> Requirement:
    """Return what is required of a proof that is no older than a time, or than the site's."""
    if isinstance(max_age, int | float):
        max_age = timedelta(seconds=max_age)
    return Requirement(max_age=conf.REAUTHENTICATION_AGE if max_age is None else max_age)


def _requiring(requirement: Callable[[], Requirement]) -> Callable[[View], View]:
    def decorate(view: Any) -> Any:
        if iscoroutinefunction(view):

            @wraps(view)
            async def ask_first(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                refused = await sync_to_async(step_up.refuse)(request, requirement())
                return refused or await view(request, *args, **kwargs)

        else:

            @wraps(view)
            def ask_first(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
                return step_up.refuse(request, requirement()) or view(request, *args, **kwargs)

        return ask_first

    return decorate
