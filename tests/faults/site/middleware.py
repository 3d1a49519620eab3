"""Which process has answered."""

import os
from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest
from django.utils.decorators import sync_and_async_middleware

WORKER = "X-Worker"


@sync_and_async_middleware
def WorkerMiddleware(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Name the process in each answer."""
    if iscoroutinefunction(get_response):

        async def asynchronous(request: HttpRequest) -> Any:
            response = await get_response(request)
            response[WORKER] = str(os.getpid())
            return response

        return asynchronous

    def synchronous(request: HttpRequest) -> Any:
        response = get_response(request)
        response[WORKER] = str(os.getpid())
        return response

    return synchronous
