"""The middleware that stands directly after Django's AuthenticationMiddleware."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import SimpleLazyObject, empty

from sessions_api import acts
from sessions_api.exceptions import SessionLimitReached, SessionsUnavailable
from sessions_api.models import AnyUser
from sessions_api.tracking import gate, login, logout, response
from sessions_api.tracking.state import RequestState, begin


class SessionsMiddleware:
    """Put the gate before ``request.user`` and ``request.auser``, and settle the response."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if self.is_async:
            return self.__acall__(request)
        state = _begin(request)
        noted = acts.begin(state.acts)
        try:
            answer = self.get_response(request)
            if response.is_due(request, state):
                answer = response.settle(request, answer, state)
        except BaseException as end:
            # gunicorn stops a worker that takes too long by SystemExit.
            if isinstance(end, Exception):
                raise
            response.settle_unsent(request, state)
            raise
        finally:
            state.is_settled = True
            acts.stop(noted)
        return answer

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        state = _begin(request)
        noted = acts.begin(state.acts)
        try:
            answer: HttpResponseBase = await self.get_response(request)  # type: ignore[misc]  # is_async
            if response.is_due(request, state):
                answer = await sync_to_async(response.settle)(request, answer, state)
        except BaseException as end:
            # Where the client has gone, ASGI cancels the request.
            if isinstance(end, Exception):
                raise
            await asyncio.shield(_settle_unsent(request, state))
            raise
        finally:
            state.is_settled = True
            acts.stop(noted)
        return answer

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        """Answer a login that the limit refuses with 403 and the reason, and what needs our table 503.

        Finish a sign-out that has failed.
        """
        if isinstance(exception, SessionLimitReached):
            return login.answer_refusal(request, exception)
        logout.finish_failed(request, exception)
        return response.unavailable() if isinstance(exception, SessionsUnavailable) else None


def _begin(request: HttpRequest) -> RequestState:
    if not hasattr(request, "session") or not hasattr(request, "user"):
        raise ImproperlyConfigured(
            "sessions_api.middleware.SessionsMiddleware needs request.session and request.user. "
            "Put it directly after 'django.contrib.auth.middleware.AuthenticationMiddleware' in "
            "the MIDDLEWARE setting."
        )
    state = begin(request)
    _gate(request, state)
    agated: Any = partial(_auser, request, state, request.auser)
    request.auser = agated
    return state


def _gate(request: HttpRequest, state: RequestState) -> None:
    """Put the gate between ``request.user`` and what finds the user."""
    user: Any = request.user
    if type(user) is SimpleLazyObject:
        content = vars(user)
        if content["_wrapped"] is empty:
            # Not another lazy object around Django's: whatever a view asks of its user would pass both.
            content["_setupfunc"] = partial(gate.user_of, request, state, content["_setupfunc"])
            return
    gated: Any = SimpleLazyObject(partial(gate.user_of, request, state, lambda: user))
    request.user = gated


async def _settle_unsent(request: HttpRequest, state: RequestState) -> None:
    await sync_to_async(response.settle_unsent)(request, state)


async def _auser(
    request: HttpRequest, state: RequestState, find: Callable[[], Awaitable[AnyUser]]
) -> AnyUser:
    return await gate.auser_of(request, state, await find())
