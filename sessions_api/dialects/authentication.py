"""The site's session cookie, from pages that know nothing of Django's CSRF tokens."""

from typing import Any

from django.http import HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request


class CookieAuthentication(SessionAuthentication):
    """The session cookie. ``request.auth`` is None.

    The vendors' pages send no CSRF token. Instead, a request that may change something is refused
    when its browser says that a page of another origin has made it, unless that is one of
    CSRF_TRUSTED_ORIGINS (OWASP CSRF Prevention Cheat Sheet, "Fetch Metadata headers" and "Verifying
    origin with standard headers"). A client that sends neither header is no browser, so no page can
    have made it act.
    """

    def authenticate_header(self, request: Request) -> str:
        # Without one DRF would answer 403, not 401.
        return 'Bearer realm="api"'

    def enforce_csrf(self, request: Request) -> None:
        if request.method not in SAFE_METHODS and not comes_from_here(request):
            raise PermissionDenied(_("This page is not one of this site."))


def comes_from_here(request: Request) -> bool:
    """Tell whether a request comes from no page of another site, as far as its browser says."""
    if "Origin" in request.headers:
        middleware: Any = CsrfViewMiddleware(lambda request: HttpResponse())
        return bool(middleware._origin_verified(request._request))
    return request.headers.get("Sec-Fetch-Site", "none") in ("same-origin", "none")
