"""The parameters and answers that the operations of the API have in common."""

from collections.abc import Mapping
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

from sessions_api.api.openapi import components, examples, schemas
from sessions_api.api.serializers import (
    AdminSessionSerializer,
    SessionSerializer,
    StatusSerializer,
)

Text = str | Promise
Answers = dict[HTTPStatus, OpenApiResponse]


def answer(text: Text, body: Any = None, *examples: object) -> OpenApiResponse:
    """Return an answer whose body has a serializer or schema, with examples, by their codes if any."""
    shown = [OpenApiExample(_name(example), value=example) for example in examples]
    return OpenApiResponse(body, text, shown)


def _name(example: object) -> str:
    code = example.get("code") if isinstance(example, Mapping) else None
    return str(code or "example")


def refusal(text: Text, detail: str) -> OpenApiResponse:
    """Return an answer that gives its reason as ``detail``."""
    return answer(text, components.ERROR, {"detail": detail})


@dataclass(frozen=True, kw_only=True)
class Reason:
    """A reason to turn a caller away: what it is called, what it means, and the body of the answer."""

    name: str
    text: Text
    body: dict[str, Any]


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
    text=_(
        "The sign-in is too old, as `code` says. Confirm by one of `methods` who you are, and try again."
    ),
    body={
        "detail": "Confirm who you are first.",
        "code": "reauthentication_required",
        "methods": ["password", "totp"],
    },
)
LIMIT_REACHED = Reason(
    name="limit",
    text=_("The user has as many sessions as the site allows."),
    body={
        "detail": "You are already signed in 5 times, which is the limit. "
        "End one of those sessions before you sign in again.",
        "code": "session_limit_reached",
    },
)
NO_TOKEN_OF_IT = Reason(
    name="session",
    text=_(
        "No token can be made from this session, such as one by which somebody acts as another."
    ),
    body={
        "detail": "No token can be made from this session.",
        "code": "token_not_possible",
    },
)
ACTS_AS_ANOTHER = Reason(
    name="impersonation",
    text=_("Whoever acts as somebody else cannot prove to be them."),
    body={
        "detail": "You act as somebody else: you cannot prove to be them.",
        "code": "impersonation",
    },
)
NO_METHOD = Reason(
    name="methods",
    text=_("The user has nothing to prove it by here. `login_url` says where to sign in again."),
    body={
        "detail": "Sign in again first.",
        "code": "reauthentication_required",
        "methods": [],
        "login_url": "/accounts/login/",
    },
)


def forbidden(reasons: list[Reason]) -> Answers:
    """Return the 403 that gives one of these reasons. Nothing where there are none."""
    if not reasons:
        return {}
    text = "\n".join(f"- {reason.text}" for reason in reasons)
    shown = [OpenApiExample(reason.name, value=reason.body) for reason in reasons]
    return {HTTPStatus.FORBIDDEN: OpenApiResponse(components.ERROR, text, shown)}


NO_SESSION = "There is no such session."
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
USER_ID = OpenApiParameter("user_id", schemas.user_key(), OpenApiParameter.PATH)
INCLUDE_CURRENT = OpenApiParameter(
    "include_current",
    bool,
    default=False,
    description=_("Also end this session, and sign out."),
)
PENDING_TEXT = _(
    "The session has ended, but the session engine could not delete it. It is refused everywhere from "
    "`in_force_by` on at the latest."
)
PENDING_EXAMPLE = {"code": "end_pending", "in_force_by": "2026-03-01T12:01:00Z"}
DONE = {HTTPStatus.NO_CONTENT: answer(_("Done."))}
ENDED_ONE = DONE | {
    HTTPStatus.ACCEPTED: answer(PENDING_TEXT, components.END_PENDING, PENDING_EXAMPLE)
}
MALFORMED = {
    HTTPStatus.BAD_REQUEST: answer(
        _("A parameter is malformed, or unknown. The body says by its name what is wrong with it."),
        components.FIELD_ERRORS,
        {"page_size": ["A valid integer is required."]},
    )
}
NO_SUCH_PARAMETER = {
    HTTPStatus.BAD_REQUEST: answer(
        _("A query parameter that this call does not have. The body names it."),
        components.FIELD_ERRORS,
        {"page": ["There is no such parameter."]},
    )
}
UNFILTERED = {
    HTTPStatus.BAD_REQUEST: answer(
        _("A parameter is malformed, or unknown. This call takes no filters."),
        components.FIELD_ERRORS,
        {"kind": ["There is no such parameter."]},
    )
}


def malformed_body(errors: dict[str, list[str]]) -> Answers:
    """Return the answers to a malformed body. ``errors`` is an example."""
    text = _("The body is not JSON, or a field of it is malformed.")
    return {
        HTTPStatus.BAD_REQUEST: answer(text, components.BAD_REQUEST, errors),
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: refusal(
            _("The body is larger than 64 KiB."), "The body is too large."
        ),
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE: refusal(
            _("The media type of the body is not supported."),
            'Unsupported media type "text/plain" in request.',
        ),
    }


NO_SUCH_USER = {
    HTTPStatus.NOT_FOUND: refusal(_("There is no such user."), "There is no such user.")
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
        _("How many sessions were ended that were not over."),
        components.ENDED,
        {"ended": 3},
    ),
    HTTPStatus.ACCEPTED: answer(
        PENDING_TEXT,
        components.ENDED_PENDING,
        {"ended": 3, **PENDING_EXAMPLE},
    ),
}
ENDED_MATCHING = {
    HTTPStatus.OK: answer(
        _("How many sessions that are not over the filters select, and how many were ended."),
        components.MATCHED,
        {"matched": 12, "ended": 0},
    ),
    HTTPStatus.ACCEPTED: answer(
        PENDING_TEXT,
        components.MATCHED_PENDING,
        {"matched": 12, "ended": 12, **PENDING_EXAMPLE},
    ),
}
MINE = {HTTPStatus.OK: answer(_("The session."), SessionSerializer, examples.EXAMPLE)}
STATUS = {HTTPStatus.OK: answer(_("When it ends."), StatusSerializer, examples.STATUS_EXAMPLE)}
MY_PAGE = {HTTPStatus.OK: answer(_("A page of sessions."), SessionSerializer, examples.EXAMPLE)}
UNAUTHENTICATED = {
    HTTPStatus.UNAUTHORIZED: answer(
        _(
            "The request is not authenticated. Where the session of its cookie or token is over, `code` "
            "is `session_ended` and `end_reason` says why."
        ),
        components.ERROR,
        {"detail": "Authentication credentials were not provided."},
        {"detail": "This session has ended.", "code": "session_ended", "end_reason": "revoked"},
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
    **examples.EXAMPLE,
    "impersonator": None,
    "ended_by": None,
}
ANYBODYS = {HTTPStatus.OK: answer(_("The session."), AdminSessionSerializer, ANYBODYS_EXAMPLE)}
ANYBODYS_PAGE = {
    HTTPStatus.OK: answer(_("A page of sessions."), AdminSessionSerializer, ANYBODYS_EXAMPLE)
}
