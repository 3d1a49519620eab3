"""What the operations of the API have in common: parameters and answers."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
)
from rest_framework.settings import api_settings

from sessions_api.api import json_types
from sessions_api.api.serializers import (
    AdminSessionSerializer,
    SessionSerializer,
)

Text = str | Promise


def answer(text: Text, body: Any = None, *examples: Any) -> OpenApiResponse:
    """Return an answer with a body of a serializer or schema, and what it may look like."""
    shown = [OpenApiExample("example", value=example) for example in examples]
    return OpenApiResponse(body, text, shown)


def refusal(text: Text, detail: str) -> OpenApiResponse:
    """Return an answer that gives one reason."""
    return answer(text, json_types.DETAIL, {"detail": detail})


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One of the reasons why a caller is turned away, in words and as it is answered."""

    name: str
    text: Text
    body: dict[str, str]


NOT_PERMITTED = Reason(
    name="permission",
    text=_("You may not do this."),
    body={"detail": "You do not have permission to perform this action."},
)
NO_CSRF_TOKEN = Reason(
    name="csrf",
    text=_("The request has no CSRF token."),
    body={"detail": "CSRF Failed: CSRF token missing."},
)
NOT_RECENT = Reason(
    name="reauthentication",
    text=_("The password was given too long ago, as `code` says: confirm it and try again."),
    body={"detail": "Confirm your password first.", "code": "reauthentication_required"},
)


def forbidden(reasons: list[Reason]) -> dict[HTTPStatus, OpenApiResponse]:
    """Return the answer that gives one of these reasons, or none where there are none."""
    if not reasons:
        return {}
    schema = json_types.DETAIL_OR_PROOF if NOT_RECENT in reasons else json_types.DETAIL
    text = "\n".join(f"- {reason.text}" for reason in reasons)
    shown = [OpenApiExample(reason.name, value=reason.body) for reason in reasons]
    return {HTTPStatus.FORBIDDEN: OpenApiResponse(schema, text, shown)}


NO_SESSION = "No Session matches the given query."
NO_STORE = OpenApiParameter(
    "Cache-Control",
    str,
    OpenApiParameter.HEADER,
    response=True,
    description=_("Contains `no-store`."),
)
SESSION_ID = OpenApiParameter(
    "id" if api_settings.SCHEMA_COERCE_PATH_PK else "pk", UUID, OpenApiParameter.PATH
)
USER_ID = OpenApiParameter("user_id", json_types.user_key(), OpenApiParameter.PATH)
INCLUDE_CURRENT = OpenApiParameter(
    "include_current",
    bool,
    default=False,
    description=_("End this session, too, and sign out."),
)
DONE = {HTTPStatus.NO_CONTENT: answer(_("Done."))}
MALFORMED = {
    HTTPStatus.BAD_REQUEST: answer(
        _("Something is malformed: what is wrong with it, by its name."),
        json_types.FIELD_ERRORS,
        {"page_size": ["A valid integer is required."]},
    )
}
UNFILTERED = {
    HTTPStatus.BAD_REQUEST: answer(
        _("A parameter is malformed, or there is none of that name: filters are not taken here."),
        json_types.FIELD_ERRORS,
        {"kind": ["There is no such parameter."]},
    )
}


def malformed_body(errors: dict[str, list[str]]) -> dict[HTTPStatus, OpenApiResponse]:
    """Return the answers to a body that is wrong, and what may be wrong with it."""
    text = _("The body is no JSON, or something in it is malformed.")
    schema = {"anyOf": [json_types.FIELD_ERRORS, json_types.DETAIL]}
    return {
        HTTPStatus.BAD_REQUEST: answer(text, schema, errors),
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE: refusal(
            _("The body is of a media type that is not taken."),
            'Unsupported media type "text/plain" in request.',
        ),
    }


NO_SUCH_USER = {
    HTTPStatus.NOT_FOUND: refusal(_("There is no such user."), "No User matches the given query.")
}
NO_SUCH_SESSION = {HTTPStatus.NOT_FOUND: refusal(_("There is no such session."), NO_SESSION)}
NOT_MINE = {HTTPStatus.NOT_FOUND: refusal(_("You have no such session."), NO_SESSION)}
NOT_BY_SESSION = {
    HTTPStatus.NOT_FOUND: refusal(
        _("The request was not authenticated by a session."),
        "This request was not authenticated by a session.",
    )
}
ENDED = {
    HTTPStatus.OK: answer(
        _("How many sessions were active, and have ended."),
        json_types.record(ended=json_types.COUNT),
        {"ended": 3},
    )
}
MINE = {HTTPStatus.OK: answer(_("The session."), SessionSerializer, json_types.EXAMPLE)}
MY_PAGE = {HTTPStatus.OK: answer(_("A page of sessions."), SessionSerializer, json_types.EXAMPLE)}
UNAUTHENTICATED = {
    HTTPStatus.UNAUTHORIZED: refusal(
        _("The request is not authenticated."), "Authentication credentials were not provided."
    )
}
THROTTLED = {
    HTTPStatus.TOO_MANY_REQUESTS: refusal(
        _("Too many requests: `Retry-After` says when to try again."),
        "Request was throttled. Expected available in 42 seconds.",
    )
}
ANYBODYS_EXAMPLE = {
    "user": 1,
    "user_name": "alice",
    **json_types.EXAMPLE,
    "impersonator": None,
    "ended_by": None,
}
ANYBODYS = {HTTPStatus.OK: answer(_("The session."), AdminSessionSerializer, ANYBODYS_EXAMPLE)}
ANYBODYS_PAGE = {
    HTTPStatus.OK: answer(_("A page of sessions."), AdminSessionSerializer, ANYBODYS_EXAMPLE)
}
