"""The middleware that stands directly after Django's AuthenticationMiddleware."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponseBase, HttpResponseForbidden
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.utils.functional import SimpleLazyObject

from sessions_api import gate, settlement
from sessions_api import visit as visits
from sessions_api.exceptions import SessionLimitReached
from sessions_api.visit import Visit

AsyncUser = Callable[[], Awaitable[Any]]


class SessionsMiddleware:
    """Put the gate before ``request.user`` and ``request.auser``, and settle the response."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        if self.is_async:
            return self.__acall__(request)
        visit = _begin(request)
        response: HttpResponseBase = self.get_response(request)
        if settlement.is_due(request, visit):
            settlement.settle(request, response, visit)
        visit.is_over = True
        return response

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        visit = _begin(request)
        response: HttpResponseBase = await self.get_response(request)
        if settlement.is_due(request, visit):
            await sync_to_async(settlement.settle)(request, response, visit)
        visit.is_over = True
        return response

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseForbidden | None:
        """Answer a login refused by the limit with 403 and the reason.

        As plain text where the site's engines find no template, as on a site that is all API.
        """
        if not isinstance(exception, SessionLimitReached):
            return None
        reason = str(exception)
        try:
            template = get_template("sessions_api/limit_reached.html")
        except TemplateDoesNotExist:
            return HttpResponseForbidden(reason, content_type="text/plain; charset=utf-8")
        context = {"reason": reason, "limit": exception.limit}
        return HttpResponseForbidden(template.render(context, request))


def _begin(request: HttpRequest) -> Visit:
    if not hasattr(request, "session") or not hasattr(request, "user"):
        raise ImproperlyConfigured(
            "sessions_api.middleware.SessionsMiddleware needs request.session and request.user. "
            "Put it directly after 'django.contrib.auth.middleware.AuthenticationMiddleware' in "
            "the MIDDLEWARE setting."
        )
    visit = visits.begin(request)
    gated: Any = SimpleLazyObject(partial(_user, request, visit, request.user))
    request.user = gated
    request.auser = partial(_auser, request, visit, request.auser)
    return visit


def _user(request: HttpRequest, visit: Visit, found: Any) -> Any:
    return found if gate.admits(request, visit, found) else _anonymous(request)


async def _auser(request: HttpRequest, visit: Visit, find: AsyncUser) -> Any:
    found = await find()
    visit = visits.at_present(request, visit)
    admits = gate.admits if gate.is_free(request, visit, found) else sync_to_async(gate.admits)
    admitted = admits(request, visit, found)
    if not isinstance(admitted, bool):
        admitted = await admitted
    return found if admitted else _anonymous(request)


def _anonymous(request: HttpRequest) -> AnonymousUser:
    """Return an anonymous user, and have both ways to ask for the user agree on it."""
    anonymous = AnonymousUser()
    vars(request).update(_cached_user=anonymous, _acached_user=anonymous)
    return anonymous
