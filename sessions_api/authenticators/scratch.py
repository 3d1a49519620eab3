"""A copy of a request for code that would sign its user in."""

import copy

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from sessions_api import engines


def scratch(request: HttpRequest) -> HttpRequest:
    """Return a copy of a request with a session of its own, which nobody saves, and with no user.

    What packages note there of a sign-in on its way says nothing of the browser's session.
    """
    copied = copy.copy(request)
    copied.session = engines.store_class()()
    copied.user = AnonymousUser()
    return copied
