"""What is said of an operation of the API."""

from dataclasses import dataclass
from http import HTTPStatus

from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiRequest,
    OpenApiResponse,
)

from sessions_api.api.openapi.responses import (
    Reason,
    Text,
)


@dataclass(frozen=True, kw_only=True)
class Operation:
    """What an action is called, takes and answers, besides what all actions answer."""

    name: str
    summary: Text
    description: Text = ""
    answers: dict[HTTPStatus, OpenApiResponse]
    body: OpenApiRequest | None = None
    parameters: tuple[OpenApiParameter, ...] = ()
    needs_body: bool = True
    """It can do nothing without its body, if it takes one."""
    writes: bool = False
    refusals: tuple[Reason, ...] = ()
    """What else it answers 403 for."""
    ends_others: bool = False
    """It may end others of the caller's own sessions, which may need a recent proof."""
    is_open: bool = False
    """Anybody may do it, without a credential."""
