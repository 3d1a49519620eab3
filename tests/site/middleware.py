"""Middleware as sites have it."""

from django.contrib.auth.middleware import RemoteUserMiddleware


class RemoteUserHeaderMiddleware(RemoteUserMiddleware):
    """Believe a request header, which sync and async requests carry alike."""

    header = "HTTP_REMOTE_USER"
