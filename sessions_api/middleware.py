"""The middleware that stands directly after Django's AuthenticationMiddleware."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import SimpleLazyObject

from sessions_api.exceptions import SessionLimitReached
from sessions_api.models import AnyUser
from sessions_api.tracking import gate, login, response
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
        answer = self.get_response(request)
        if response.is_due(request, state):
            response.settle(request, answer, state)
        state.is_settled = True
        return answer

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        state = _begin(request)
        answer: HttpResponseBase = await self.get_response(request)  # type: ignore[misc]  # is_async
        if response.is_due(request, state):
            await sync_to_async(response.settle)(request, answer, state)
        state.is_settled = True
        return answer

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        """Answer a login that the limit refuses with 403 and the reason."""
        if isinstance(exception, SessionLimitReached):
            return login.answer_refusal(request, exception)
        return None


def _begin(request: HttpRequest) -> RequestState:
    if not hasattr(request, "session") or not hasattr(request, "user"):
        raise ImproperlyConfigured(
            "sessions_api.middleware.SessionsMiddleware needs request.session and request.user. "
            "Put it directly after 'django.contrib.auth.middleware.AuthenticationMiddleware' in "
            "the MIDDLEWARE setting."
        )
    state = begin(request)
    gated: Any = SimpleLazyObject(partial(gate.user_of, request, state, request.user))
    agated: Any = partial(_auser, request, state, request.auser)
    request.user, request.auser = gated, agated
    return state


async def _auser(
    request: HttpRequest, state: RequestState, find: Callable[[], Awaitable[AnyUser]]
) -> AnyUser:
    return await gate.auser_of(request, state, await find())
