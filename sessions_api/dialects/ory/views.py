"""Ory Kratos' public URLs: the caller's own sessions."""

import logging
from typing import Any

from django.contrib.auth import user_logged_out
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.module_loading import import_string
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from sessions_api import authentication, lifecycle, revocation, validity
from sessions_api.dialects.identifiers import uuid_of
from sessions_api.dialects.ory import errors, representation
from sessions_api.dialects.ory.authentication import TO_ACT, TO_READ
from sessions_api.dialects.ory.conf import conf
from sessions_api.dialects.ory.errors import OryError
from sessions_api.dialects.ory.identities import Identities
from sessions_api.dialects.ory.pages import OffsetPage
from sessions_api.dialects.views import DialectViewSet, no_content, sessions
from sessions_api.models import EndReason, Session
from sessions_api.tracking import current_session

logger = logging.getLogger("sessions_api.dialects")


class UTF8JSONRenderer(JSONRenderer):
    """JSON whose media type names its encoding, as Ory's does."""

    charset = "utf-8"


class OryViewSet(DialectViewSet):
    """The URLs of Ory Kratos."""

    authentication_classes = TO_ACT
    renderer_classes = (UTF8JSONRenderer,)
    unauthorized = "No valid session cookie found."

    def error_body(self, error: Exception, response: Response) -> object:
        body = errors.body(error, response, self.request, unauthorized=self.unauthorized)
        response["Ory-Error-Id"] = body["error"].get("id", "")
        return body

    def current(self) -> Session:
        """Return the session of the request. Raises OryError."""
        session = current_session(self.request)
        if session is None:
            raise OryError(401, reason=self.unauthorized)
        return session

    def check_level(self, session: Session) -> None:
        """Raise OryError unless the session has the assurance level that the site asks for."""
        if conf.ORY_REQUIRED_AAL is None:
            return
        try:
            required = import_string(conf.ORY_REQUIRED_AAL)(session.user)
        except Exception as error:
            logger.exception("%s failed.", conf.ORY_REQUIRED_AAL)
            raise OryError(401, reason="Unable to determine AAL.") from error
        if representation.level(session) >= required:
            return
        base = _url(self.request, "sessions").removesuffix("/sessions")
        login = f"{base}/self-service/login/browser?aal=aal{required}"
        raise OryError(
            403,
            message="Session does not fulfill the requested Authenticator Assurance Level",
            id=f"session_aal{required}_required",
            redirect_to=self.request.build_absolute_uri(login),
        )


class WhoamiViewSet(OryViewSet):
    """The session of the request, by any method: proxies ask with the method of their own request."""

    http_method_names = [*OryViewSet.http_method_names, "connect"]
    authentication_classes = TO_READ
    # The length that a proxy passes on is that of a body which it keeps for its own request.
    reads_body = False
    unauthorized = "No valid session credentials found in the request."

    def whoami(self, request: Request) -> Response:
        """Return the session, with the identity's id in a header."""
        session = self.current()
        self.check_level(session)
        if request.query_params.get("tokenize_as"):
            raise OryError(400, reason="This site has no templates for tokenize_as.")
        headers = {"X-Kratos-Authenticated-Identity-Id": str(uuid_of(request.user.pk))}
        user = session.presented_user
        identities = Identities([user.pk], for_admin=False)
        shown = representation.full(session, identities, is_active=True, user=user)
        return Response(shown, headers=headers)


class PublicViewSet(OryViewSet):
    """The caller's sessions."""

    permissions = {"log_out": AllowAny}

    def list(self, request: Request) -> Response:
        """Return the other active sessions, the latest first."""
        current = self.current()
        self.check_level(current)
        mine = validity.candidates(sessions(request.user)).exclude(pk=current.pk)
        others = self.active(mine.select_related("user").order_by("-created_at", "pk"))
        page = OffsetPage.of(request)
        identities = Identities([request.user.pk], for_admin=False)
        return Response(
            [representation.full(each, identities, is_active=True) for each in others[page.part]],
            headers=page.headers(request, len(others)),
        )

    def end_others(self, request: Request) -> Response:
        """End the other sessions; 200 ``{"count": n}``, which counts those that were active."""
        mine = Session.objects.on_primary().for_user(request.user)
        others = mine.exclude(pk=self.current().pk)
        return Response({"count": revocation.end_many(request, others).ended})

    def end(self, request: Request, session_id: str) -> Response:
        """End another session; 204, also when there is none to end."""
        current, pk = self.current(), self.uuid_named(session_id)
        if pk == current.pk:
            raise OryError(400, message="cannot revoke current session")
        for session in sessions(request.user).filter(pk=pk):
            revocation.end(request, session)
        return no_content()

    @sensitive_variables()
    def log_out(self, request: Request) -> Response:
        """End the session of ``session_token``, whoever sends it; 204, also when it has ended before."""
        token = self.fields().get("session_token")
        if not isinstance(token, str) or not token:
            raise OryError(400, reason="session_token is missing.")
        session = authentication.find(token)
        if session is None or session.end_reason == EndReason.DELETED:
            raise OryError(403, reason="The session token is not known.")
        user = session.user
        if lifecycle.end(session, by=user, reason=EndReason.LOGOUT):
            user_logged_out.send(sender=type(user), request=request._request, user=user)
        return no_content()


@csrf_exempt
@login_not_required
@never_cache
def elsewhere(request: HttpRequest, name: str, **kwargs: object) -> HttpResponseRedirect:
    """Redirect to the URL of Ory's other API that answers this: 307."""
    url, query = _url(request, name), request.GET.urlencode()
    return HttpResponseRedirect(f"{url}?{query}" if query else url, preserve_request=True)


def _url(request: HttpRequest, name: str) -> str:
    """Return the URL of that name, with what the URL of the request captures."""
    match: Any = request.resolver_match
    captured = {key: match.kwargs[key] for key in match.kwargs.keys() - match.extra_kwargs.keys()}
    return reverse(f"{match.namespace}:{name}", kwargs=captured)
