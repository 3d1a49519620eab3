"""Answers that clients know by their names: refusals, and how many sessions have ended."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from sessions_api.api.openapi.schemas import MOMENT, Schema, record, with_network


@dataclass(frozen=True, eq=False)
class Component:
    """A schema with a name of its own: one type for clients, wherever it occurs.

    Within the schema there may be others.
    """

    name: str
    schema: Schema


COUNT: Schema = {"type": "integer", "minimum": 0}
DETAIL = record(detail={"type": "string"})
METHODS: Schema = {"type": "array", "items": {"type": "string"}}
PROOF: dict[str, Schema] = {
    "methods": {**METHODS, "description": _("By which the caller can confirm who they are.")},
    "login_url": {
        "type": "string",
        "description": _("Where to sign in again. Only where there is no method."),
    },
}


def coded(
    name: str, *codes: str, always: bool = False, more: Mapping[str, Schema] | None = None
) -> Component:
    """Return a refusal that may have one of these codes, or with ``always`` has, and more beside it."""
    properties = {**DETAIL["properties"], "code": code_of(name, *codes), **(more or {})}
    required = ["detail", *(["code"] if always else [])]
    return Component(name, {"type": "object", "properties": properties, "required": required})


def code_of(name: str, *codes: str) -> Component:
    """Return the codes that a component may have."""
    return Component(f"{name}Code", {"type": "string", "enum": [*codes]})


ERROR = Component("SessionsError", DETAIL)
FIELD_ERRORS = Component(
    "SessionsFieldErrors",
    {
        "type": "object",
        "additionalProperties": {"type": "array", "items": {"type": "string"}},
    },
)
# In this order: generated clients take the first that fits, and some look at names alone.
BAD_REQUEST = Component("SessionsBadRequest", {"anyOf": [ERROR, FIELD_ERRORS]})
FORBIDDEN = coded("SessionsForbidden", "reauthentication_required", more=PROOF)
TOKEN_FORBIDDEN = coded(
    "TokenForbidden",
    *("reauthentication_required", "session_limit_reached", "token_not_possible"),
    more=PROOF,
)
PROOF_FORBIDDEN = coded(
    "ReauthenticationForbidden", "impersonation", "reauthentication_required", more=PROOF
)
SIGN_IN_UNAUTHORIZED = coded(
    "SignInUnauthorized",
    *("invalid_credentials", "second_factor_required"),
    always=True,
    more={"methods": METHODS},
)
SIGN_IN_FORBIDDEN = coded(
    "SignInForbidden",
    "second_factor_unsupported",
    "session_limit_reached",
    "sign_in_disabled",
    "sign_in_incomplete",
    "sign_in_refused",
    always=True,
    more={"stage": {"type": "string"}},
)

_PENDING: Schema = {"code": code_of("SessionEndPending", "end_pending"), "in_force_by": MOMENT}
END_PENDING = Component("SessionEndPending", record(**_PENDING))
ENDED = Component("SessionsEnded", record(ended=COUNT))
ENDED_PENDING = Component("SessionsEndPending", record(ended=COUNT, **_PENDING))
MATCHED = Component("SessionsMatched", with_network(record(matched=COUNT, ended=COUNT)))
MATCHED_PENDING = Component(
    "SessionsMatchedPending", with_network(record(matched=COUNT, ended=COUNT, **_PENDING))
)
