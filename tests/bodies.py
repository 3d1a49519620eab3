"""Bodies of requests that nobody should read, and requests that have them."""

from io import BytesIO

from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.wsgi import WSGIRequest
from django.test import AsyncRequestFactory, RequestFactory
from django.urls import resolve

from sessions_api.api.bodies import MAX_BODY

JSON = "application/json"


class Unread:
    """What a client sends, of which nobody may read more than a sip."""

    def __init__(self, size=10 * MAX_BODY):
        self.left = size
        self.was_read = 0

    def read(self, size=-1):
        """Return so much of it."""
        taken = self.left if size < 0 else min(size, self.left)
        self.left -= taken
        self.was_read += taken
        return b"x" * taken

    readline = read

    def seekable(self):
        """Tell that it comes through a pipe."""
        return False

    def close(self):
        """Do nothing."""


def answer(request):
    """Return what the view that a request is meant for answers."""
    view, args, kwargs = resolve(request.path)
    response = view(request, *args, **kwargs)
    return response.render() if hasattr(response, "render") else response


def passed_on(path, stream, method="POST", **headers):
    """Return a request whose server passes on a body without a length, and the same under ASGI."""
    wsgi = WSGIRequest(RequestFactory().generic(method, path, content_type=JSON).environ)
    scope = AsyncRequestFactory().generic(method, path, content_type=JSON).scope
    asgi = ASGIRequest(scope, BytesIO())
    for request in (wsgi, asgi):
        request.META.pop("CONTENT_LENGTH", None)
        request.META |= headers
        request._stream = stream()
    return wsgi, asgi
