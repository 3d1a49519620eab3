"""Answers that clients know by their names: refusals, and how many sessions have ended."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from sessions_api import validity
from sessions_api.api.openapi.schemas import MOMENT, Schema, enumeration, record, with_network
from sessions_api.models import DeviceType, EndReason, Kind


@dataclass(frozen=True, eq=False)
class Component:
    """A schema with a name of its own: one type for clients, wherever it occurs.

    Within the schema there may be others.
    """

    name: str
    schema: Schema


ENUMERATIONS = {
    "kind": Component("SessionsApiKind", enumeration(Kind)),
    "state": Component("SessionsApiState", enumeration(validity.State)),
    "device_type": Component("SessionsApiDeviceType", enumeration(DeviceType, blank=True)),
    "end_reason": Component("SessionsApiEndReason", enumeration(EndReason, blank=True)),
}
"""Those among a session's fields."""

COUNT: Schema = {"type": "integer", "minimum": 0}
CODES = (
    "impersonation",
    "invalid_credentials",
    "reauthentication_required",
    "second_factor_required",
    "second_factor_unsupported",
    "session_ended",
    "session_limit_reached",
    "sign_in_disabled",
    "sign_in_incomplete",
    "sign_in_refused",
    "token_not_possible",
)
"""The words by which clients tell refusals apart."""

ERROR_CODE = Component("SessionsApiErrorCode", {"type": "string", "enum": [*CODES]})
ERROR = Component(
    "SessionsApiError",
    {
        "type": "object",
        "properties": {
            "detail": {"type": "string"},
            "code": ERROR_CODE,
            "methods": {
                "type": "array",
                "items": {"type": "string"},
                "description": _("By which the caller can prove who they are."),
            },
            "login_url": {
                "type": "string",
                "description": _("Where to sign in again. Only where there is no method."),
            },
            "end_reason": {
                "allOf": [ENUMERATIONS["end_reason"]],
                "description": _("Why the session is over, with `session_ended`."),
            },
            "stage": {
                "type": "string",
                "description": _("What the site's own login asks for, with `sign_in_incomplete`."),
            },
        },
        "required": ["detail"],
    },
)
FIELD_ERRORS = Component(
    "SessionsApiFieldErrors",
    {
        "type": "object",
        "additionalProperties": {"type": "array", "items": {"type": "string"}},
    },
)
# In this order: generated clients take the first that fits, and some look at names alone.
BAD_REQUEST = Component("SessionsApiBadRequest", {"anyOf": [ERROR, FIELD_ERRORS]})

_PENDING: Schema = {
    "code": Component("SessionsApiEndPendingCode", {"type": "string", "enum": ["end_pending"]}),
    "in_force_by": MOMENT,
}
END_PENDING = Component("SessionsApiEndPending", record(**_PENDING))
ENDED = Component("SessionsApiEnded", record(ended=COUNT))
ENDED_PENDING = Component("SessionsApiEndedPending", record(ended=COUNT, **_PENDING))
MATCHED = Component("SessionsApiMatched", with_network(record(matched=COUNT, ended=COUNT)))
MATCHED_PENDING = Component(
    "SessionsApiMatchedPending", with_network(record(matched=COUNT, ended=COUNT, **_PENDING))
)
