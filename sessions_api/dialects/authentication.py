"""The site's session cookie, from pages that know nothing of Django's CSRF tokens."""

from copy import copy
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware, RejectRequest
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request


class CookieAuthentication(SessionAuthentication):
    """The session cookie. ``request.auth`` is None.

    The vendors' pages send no CSRF token. Instead, a request that may change something has to say
    that a page of this site, or of one of CSRF_TRUSTED_ORIGINS, has made it, as browsers do (OWASP
    CSRF Prevention Cheat Sheet, "Fetch Metadata headers" and "Verifying origin with standard
    headers"). One that says nothing is refused: Django would ask it for a token.
    """

    def authenticate_header(self, request: Request) -> str:
        # Without one DRF would answer 403, not 401.
        return 'Bearer realm="api"'

    def enforce_csrf(self, request: Request) -> None:
        if request.method not in SAFE_METHODS and not comes_from_here(request):
            raise PermissionDenied(_("This page is not one of this site."))


def comes_from_here(request: Request) -> bool:
    """Tell whether a request says that it comes from a page of this site, or of one it trusts.

    The first of Origin, Sec-Fetch-Site and Referer that it has decides. Origin and Referer are held
    against what Django holds them against.
    """
    if "Origin" in request.headers:
        return _is_good_origin(request._request)
    if "Sec-Fetch-Site" in request.headers:
        return request.headers["Sec-Fetch-Site"] in ("same-origin", "none")
    return _is_good_referer(request._request)


def _is_good_origin(request: HttpRequest) -> bool:
    return bool(_django()._origin_verified(request))


def _is_good_referer(request: HttpRequest) -> bool:
    try:
        if request.is_secure():
            _django()._check_referer(request)
            return True
        # Django looks at no Referer here, since it has asked for a token. So take it for an Origin.
        page = urlsplit(request.headers.get("Referer", ""))
    except (RejectRequest, ValueError):
        return False
    with_origin = copy(request)
    with_origin.META = {**request.META, "HTTP_ORIGIN": f"{page.scheme}://{page.netloc}"}
    return _is_good_origin(with_origin)


def _django() -> Any:
    return CsrfViewMiddleware(lambda request: HttpResponse())
