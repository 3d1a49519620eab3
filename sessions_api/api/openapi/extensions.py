"""The extensions by which drf-spectacular learns about the API. To import them registers them."""

from functools import wraps
from http import HTTPStatus
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerExtension,
    OpenApiViewExtension,
)
from drf_spectacular.plumbing import ResolvedComponent, append_meta
from drf_spectacular.utils import OpenApiResponse, extend_schema

from sessions_api.api.openapi import operations, responses, schemas
from sessions_api.api.openapi.operations import Operation
from sessions_api.api.pagination import SessionPagination
from sessions_api.models import Session


class TokenScheme(OpenApiAuthenticationExtension):
    """A token of ours, in either header."""

    target_class = "sessions_api.authentication.SessionTokenAuthentication"
    name = ["sessionToken", "sessionTokenHeader"]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, str]]:
        """Return the two ways to present a token."""
        return [
            {"type": "http", "scheme": "bearer"},
            {"type": "apiKey", "in": "header", "name": "X-Session-Token"},
        ]

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, list[Any]]]:
        """Return that either will do."""
        return [{name: []} for name in self.name]


class SessionSchema(OpenApiSerializerExtension):
    """The fields of a session, where the serializer's own types do not tell all."""

    target_class = "sessions_api.api.serializers.SessionSerializer"
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        """Return the schema of a session."""
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        properties = schema["properties"]
        for field, (name, enumeration) in schemas.ENUMERATIONS.items():
            component = ResolvedComponent(
                name, ResolvedComponent.SCHEMA, schema=enumeration, object=name
            )
            auto_schema.registry.register_on_missing(component)
            # A reference can have no siblings in OpenAPI 3.0.
            properties[field] = {"allOf": [component.ref], "readOnly": True}
        properties["expires_at"]["format"] = "date-time"
        for field in properties.keys() & schemas.DESCRIPTIONS.keys():
            properties[field]["description"] = schemas.DESCRIPTIONS[field]
        return {**schema, "description": _("One login, in one browser or by one token.")}


class Pages(SessionPagination):
    """Pages that say what their parameters and answers are."""

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Return the parameters of a list, its filters among them."""
        return schemas.list_parameters(view.filterset_class)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return the schema of a page."""
        link = append_meta({"type": "string", "format": "uri"}, {"nullable": True})
        return schemas.page_of(schema, link)


class OwnSessions(OpenApiViewExtension):
    """The caller's own sessions."""

    target_class = "sessions_api.api.views.OwnSessionViewSet"
    match_subclasses = True

    def view_replacement(self) -> Any:
        """Return the view set with its operations described."""
        return described(self.target, operations.OWN, tag="sessions", for_staff=False)


class AdminSessions(OpenApiViewExtension):
    """Everybody's sessions, for staff."""

    target_class = "sessions_api.api.admin_views.AdminSessionViewSet"
    match_subclasses = True

    def view_replacement(self) -> Any:
        """Return the view set with its operations described: those of the address in hand."""
        # One user's address alone has this action, and shares its list with everybody's.
        is_of_user = "end_all" in self.target_callback.actions.values()
        table = operations.USERS if is_of_user else operations.ANYBODY
        return described(self.target, table, tag="admin", for_staff=True)


def described(view: Any, actions: dict[str, Operation], *, tag: str, for_staff: bool) -> Any:
    """Return a subclass of a view set whose actions are described as operations."""
    attributes: dict[str, Any] = {"queryset": Session.objects.none(), "pagination_class": Pages}
    for name, operation in actions.items():
        refused = denials(operation, for_staff=for_staff) | limits(view, name)
        action = extend_schema(
            operation_id=operation.name,
            summary=operation.summary,
            description=operation.description,
            tags=[tag],
            parameters=[responses.NO_STORE, *operation.parameters],
            auth=[{}] if operation.is_open else None,  # type: ignore[list-item]  # needs nothing
            request=operation.body and {"application/json": operation.body},
            responses=dict(sorted((operation.answers | refused).items())),
        )(copied(getattr(view, name)))
        attributes[name] = require_body(action)
    return type(view.__name__, (view,), attributes)


def copied(action: Any) -> Any:
    """Return a function that does the same, for ``extend_schema`` to write on."""

    copy: Any = wraps(action)(lambda *args, **kwargs: action(*args, **kwargs))
    copy.kwargs = {}
    return copy


def require_body(action: Any) -> Any:
    """Say that an action requires its body. drf-spectacular takes one it cannot read for optional."""
    base = action.kwargs["schema"]

    class Schema(base):  # type: ignore[misc, valid-type]  # the site chooses it
        def _get_request_body(self, *args: Any) -> Any:
            body = super()._get_request_body(*args)
            return body and {**body, "required": True}

    action.kwargs["schema"] = Schema
    return action


def denials(operation: Operation, *, for_staff: bool) -> dict[HTTPStatus, OpenApiResponse]:
    """Return how an operation turns callers away."""
    if operation.is_open:
        return {}
    reasons = [
        *([responses.NOT_PERMITTED] if for_staff else []),
        *([responses.NO_CSRF_TOKEN] if operation.writes else []),
        *([responses.NOT_RECENT] if operation.ends_others else []),
    ]
    return responses.UNAUTHENTICATED | responses.forbidden(reasons)


def limits(view: Any, action: str) -> dict[HTTPStatus, OpenApiResponse]:
    """Return how an action of a view slows callers down, if we or the site have it do so."""
    instance = view()
    instance.action = action
    return responses.THROTTLED if instance.get_throttles() else {}
