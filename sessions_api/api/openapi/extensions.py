"""The extensions by which drf-spectacular learns about the API. To import them registers them."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerExtension,
    OpenApiViewExtension,
)
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import append_meta
from drf_spectacular.utils import Direction, extend_schema
from rest_framework.response import Response

from sessions_api.api.openapi import (
    components,
    own_operations,
    responses,
    schemas,
    staff_operations,
)
from sessions_api.api.openapi.operation import Operation
from sessions_api.api.openapi.responses import Answers
from sessions_api.api.pagination import SessionPagination
from sessions_api.api.session_views import SessionViewSet
from sessions_api.models import Session

Action = Callable[..., Response]


class TokenScheme(OpenApiAuthenticationExtension):
    """A token of ours, in one of two headers."""

    target_class = "sessions_api.authentication.SessionTokenAuthentication"
    name = ["sessionToken", "sessionTokenHeader"]

    def get_security_definition(self, auto_schema: AutoSchema) -> list[dict[str, str]]:
        return [
            {"type": "http", "scheme": "bearer"},
            {"type": "apiKey", "in": "header", "name": "X-Session-Token"},
        ]

    def get_security_requirement(self, auto_schema: AutoSchema) -> list[dict[str, list[str]]]:
        return [{name: []} for name in self.name]


class NamedSchema(OpenApiSerializerExtension):
    """A schema that clients know by its name."""

    target_class = components.Component

    def get_name(self, auto_schema: AutoSchema, direction: Direction) -> str:
        name: str = self.target.name
        return name

    def map_serializer(self, auto_schema: AutoSchema, direction: Direction) -> dict[str, Any]:
        def referred(part: Any) -> Any:
            """Return a part of the schema with references to the components in it."""
            if isinstance(part, components.Component):
                # drf-spectacular takes whatever it has an extension for.
                return auto_schema.resolve_serializer(part, direction).ref  # type: ignore[arg-type]
            if isinstance(part, list):
                return [referred(each) for each in part]
            if isinstance(part, dict):
                return {name: referred(each) for name, each in part.items()}
            return part

        schema: dict[str, Any] = referred(self.target.schema)
        return schema


class SessionSchema(OpenApiSerializerExtension):
    """The fields of a session, where the types of the serializer do not say everything."""

    target_class = "sessions_api.api.serializers.SessionSerializer"
    match_subclasses = True

    def get_name(self, auto_schema: AutoSchema, direction: Direction) -> str:
        name = type(self.target).__name__.removesuffix("Serializer")
        return f"SessionsApi{name}"

    def map_serializer(self, auto_schema: AutoSchema, direction: Direction) -> dict[str, Any]:
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        properties = schema["properties"]
        for field in properties.keys() & components.ENUMERATIONS.keys():
            enumeration: Any = components.ENUMERATIONS[field]
            component = auto_schema.resolve_serializer(enumeration, direction)
            # A reference can have no siblings in OpenAPI 3.0.
            properties[field] = {"allOf": [component.ref], "readOnly": True}
        for field in properties.keys() & schemas.MOMENTS:
            properties[field]["format"] = "date-time"
        for field in properties.keys() & schemas.DESCRIPTIONS.keys():
            properties[field]["description"] = schemas.DESCRIPTIONS[field]
        return {**schema, "description": _("One login, in one browser or by one token.")}


class Pages(SessionPagination):
    """Pages that describe their parameters and answers."""

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return schemas.list_parameters(view.filterset_class)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = append_meta({"type": "string", "format": "uri"}, {"nullable": True})
        return schemas.page_of(schema, link)


class OwnSessions(OpenApiViewExtension):
    """The caller's own sessions."""

    target_class = "sessions_api.api.views.OwnSessionViewSet"
    match_subclasses = True

    def view_replacement(self) -> type[SessionViewSet]:
        return described(self.target, own_operations.OWN, tag="sessions", for_staff=False)


class AdminSessions(OpenApiViewExtension):
    """Everybody's sessions, for staff."""

    target_class = "sessions_api.api.admin_views.AdminSessionViewSet"
    match_subclasses = True

    def view_replacement(self) -> type[SessionViewSet]:
        # Only the URL of one user's sessions has this action.
        is_of_user = "end_all" in self.target_callback.actions.values()
        table = staff_operations.USERS if is_of_user else staff_operations.ANYBODY
        return described(self.target, table, tag="admin", for_staff=True)


def described(
    view: type[SessionViewSet], actions: dict[str, Operation], *, tag: str, for_staff: bool
) -> type[SessionViewSet]:
    """Return a subclass of a view set whose actions are described as operations."""
    attributes: dict[str, Any] = {"queryset": Session.objects.none(), "pagination_class": Pages}
    for name, operation in actions.items():
        answers = responses.NO_SUCH_PARAMETER | operation.answers
        refused = denials(operation, for_staff=for_staff) | limits(view, name)
        action = extend_schema(
            operation_id=operation.name,
            summary=operation.summary,
            description=operation.description,
            tags=[tag],
            parameters=[responses.NO_STORE, *operation.parameters],
            request=operation.body and {"application/json": operation.body},
            responses=dict(sorted((answers | refused).items())),
        )(copied(getattr(view, name)))
        if operation.needs_body:
            action = require_body(action)
        attributes[name] = open_to_all(action) if operation.is_open else action
    subclass: type[SessionViewSet] = type(view.__name__, (view,), attributes)
    return subclass


def copied(action: Action) -> Any:
    """Return a function that does the same, on which ``extend_schema`` can write."""
    copy: Any = wraps(action)(lambda *args, **kwargs: action(*args, **kwargs))
    copy.kwargs = {}
    return copy


def require_body(action: Any) -> Action:
    """Say that an action requires its body. drf-spectacular would call it optional."""
    base = action.kwargs["schema"]

    class Schema(base):  # type: ignore[misc, valid-type]  # the site chooses it
        def _get_request_body(self, *args: object) -> dict[str, Any] | None:
            body = super()._get_request_body(*args)
            return body and {**body, "required": True}

    action.kwargs["schema"] = Schema
    required: Action = action
    return required


def open_to_all(action: Any) -> Action:
    """Say that an action needs no credential, whatever the site's others need."""
    base = action.kwargs["schema"]

    class Schema(base):  # type: ignore[misc, valid-type]  # the site chooses it
        def get_operation(self, *args: object) -> dict[str, Any] | None:
            operation = super().get_operation(*args)
            return operation and {**operation, "security": []}

    action.kwargs["schema"] = Schema
    opened: Action = action
    return opened


def denials(operation: Operation, *, for_staff: bool) -> Answers:
    """Return how an operation turns callers away."""
    if operation.is_open:
        return {}
    reasons = [
        *([responses.NOT_PERMITTED] if for_staff else []),
        *([responses.NO_CSRF_TOKEN] if operation.writes else []),
        *([responses.NOT_RECENT] if operation.ends_others else []),
        *operation.refusals,
    ]
    return responses.UNAUTHENTICATED | responses.forbidden(reasons)


def limits(view: type[SessionViewSet], action: str) -> Answers:
    """Return the 429 of an action, if we or the site throttle it."""
    instance = view()
    instance.action = action
    return responses.THROTTLED if instance.get_throttles() else {}
