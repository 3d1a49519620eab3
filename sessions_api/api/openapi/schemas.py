"""What the API takes and returns as JSON Schema, in the form that OpenAPI 3.0 has."""

from typing import Any

import django_filters
from django.contrib.auth import get_user_model
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from sessions_api import validity
from sessions_api.api.pagination import SessionPagination
from sessions_api.api.serializers import (
    CodeField,
    CredentialsSerializer,
    LifetimeField,
    PasswordField,
)
from sessions_api.conf import conf
from sessions_api.listing import filters
from sessions_api.models import MAX_SEARCH_TERM, Session

Schema = dict[str, Any]

_OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_WORD = "[0-9A-Fa-f]{1,4}"

TEXT: Schema = {"type": "string", "pattern": r"^[^\u0000]*$"}
NOT_BLANK: Schema = {"type": "string", "pattern": r"^[^\u0000]*[^\s\u0000][^\u0000]*$"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
FLAG: Schema = {"type": "boolean"}
NETWORK: Schema = {
    "anyOf": [
        {"type": "string", "format": "ipv4"},
        {"type": "string", "format": "ipv6"},
        {"type": "string", "pattern": rf"^{_OCTET}(\.{_OCTET}){{3}}/(3[0-2]|[12]?[0-9])$"},
        {
            "type": "string",
            "pattern": rf"^(({_WORD}:){{7}}{_WORD}|({_WORD}:){{1,7}}:|::)"
            "/(12[0-8]|1[01][0-9]|[1-9]?[0-9])$",
        },
    ],
}


def record(**properties: Any) -> Schema:
    """Return the schema of an object that has all of these properties."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def with_network(schema: Schema) -> Schema:
    """Return the schema of an object that may say for which network an IP address has stood."""
    said = {
        "type": "string",
        "description": _(
            "The network that the IP address stands for which was asked for. Only where networks are "
            "recorded instead of IP addresses."
        ),
    }
    return {**schema, "properties": {**schema["properties"], "network": said}}


def enumeration(choices: type[models.TextChoices], *, blank: bool = False) -> Schema:
    """Return the schema of one of the choices, or with ``blank`` of none."""
    if not blank:
        return {"type": "string", "enum": [*choices.values]}
    # Generated clients make a name of each value, but of "".
    names = [*choices.names, "EMPTY"]
    return {"type": "string", "enum": [*choices.values, ""], "x-enum-varnames": names}


def credentials() -> Schema:
    """Return the schema of what signs in: a password, and either a name or an e-mail address."""
    all_fields = body(CredentialsSerializer)

    def naming(name: str, *, other: str) -> Schema:
        properties = all_fields["properties"]
        return {
            **all_fields,
            "properties": {each: properties[each] for each in properties if each != other},
            "required": [name, *all_fields["required"]],
            "not": _having(other),
        }

    return {"oneOf": [naming("username", other="email"), naming("email", other="username")]}


def body(serializer: type[serializers.Serializer[Any]]) -> Schema:
    """Return the schema of a body of texts and lifetimes, as its serializer declares them."""
    fields = serializer().fields
    required = [name for name, field in fields.items() if field.required]
    return {
        "type": "object",
        "properties": {name: _text(field) for name, field in fields.items()},
        **({"required": required} if required else {}),
    }


def _text(field: serializers.Field[Any, Any, Any, Any]) -> Schema:
    if isinstance(field, LifetimeField):
        most = int(conf.TOKEN_LIFETIME.total_seconds())
        return {"type": "integer", "minimum": 1, "maximum": most, "description": _("In seconds.")}
    if not isinstance(field, serializers.CharField):
        raise TypeError(f"{field.field_name} is no text.")
    if isinstance(field, CodeField):
        least = 0 if field.allow_blank else 1
        return {"type": "string", "maxLength": field.max_length, "pattern": f"^[ -~]{{{least},}}$"}
    is_password = isinstance(field, PasswordField)
    schema: Schema = {**TEXT, "maxLength": field.max_length}
    if is_password:
        schema["format"] = "password"
    return schema if field.allow_blank else {**schema, "minLength": 1}


MOMENTS = frozenset({"now", "expires_at", "idle_expires_at", "ends_at"})
"""The fields that are times, where the types of the serializer do not say so."""

DESCRIPTIONS = {
    "state": _(
        "`unknown`: it could not be read just now, and is left alone. `invalid`: it would not be "
        "accepted, though nobody ended it."
    ),
    "is_current": _("Whether this request was authenticated by it."),
    "label": _("The owner's name for it."),
    "device_name": _("What people call the device, in the language of the request."),
    "user_agent": _("Of the sign-in."),
    "last_user_agent": _("Of the last use."),
    "ip_address": _("The IP address of the sign-in; null when unknown."),
    "last_ip_address": _("The IP address of the last use; null when unknown."),
    "country": _("Where that is, in two letters of ISO 3166-1; empty when unknown."),
    "location": _("Where that is, in words; empty when unknown."),
    "methods": _("How the user signed in, as far as is known."),
    "aal": _("2 with a second factor, 1 without; null when unknown."),
    "provider": _("The site that the user has signed in at, for single sign-on; or empty."),
    "is_impersonated": _("Whether somebody acts as another user by it."),
    "acting_as": _("The primary key of that other user; null for nobody."),
    "organization_id": _("The organization it is for, as the site says."),
    "parent": _("The session from which this token was made; null for any other."),
    "reauthentication_methods": _(
        "By which its user can confirm who they are, such as `password` and `totp`."
    ),
    "adopted": _("Whether its sign-in was not seen."),
    "ends_with_browser": _("Whether the browser forgets it when it is closed."),
    "authenticated_at": _(
        "When the user has last proved who they are; null: never by this session."
    ),
    "expires_at": _("When it ends even if it is in use, as far as is known."),
    "idle_expires_at": _(
        "When it ends if it is not used from now on; null where no such limit is set, and once over."
    ),
    "ends_at": _("When it ends if nothing happens: the earlier of the two; null once it is over."),
    "now": _("The time on the server: that of the client may be another."),
    "can_keep_alive": _("Whether a keep-alive would have it end later."),
    "end_reason": _("Why it is not active; empty while it is."),
    "token": _("Shown only here; null for a browser's session, whose credential is its cookie."),
}
"""What the fields of a session mean, where their names do not tell."""


def user_key() -> Schema:
    """Return the schema of a user's primary key. A number is within what the database holds."""
    key = get_user_model()._meta.pk
    if isinstance(key, models.IntegerField):
        bounds = {
            name: each.limit_value
            for each in key.validators
            for name, kind in (("minimum", MinValueValidator), ("maximum", MaxValueValidator))
            if isinstance(each, kind)
        }
        return {"type": "integer", **bounds}
    return {"type": "string", "format": "uuid"} if isinstance(key, models.UUIDField) else TEXT


def filter_schemas(filterset: type[filters.SessionFilter]) -> dict[str, Schema]:
    """Return the schema and description of each filter of a set."""
    return {
        name: {**_type_of(declared), "description": _label_of(declared)}
        for name, declared in filterset.base_filters.items()
    }


def _type_of(declared: django_filters.Filter) -> Schema:
    match declared:
        case django_filters.ChoiceFilter():
            return {"type": "string", "enum": [value for value, _ in declared.extra["choices"]]}
        case filters.TruthFilter():
            return FLAG
        case filters.MomentFilter():
            return MOMENT
        case filters.NetworkFilter():
            return NETWORK
        case filters.UserKeyFilter():
            return user_key()
        case filters.CountryFilter():
            return {"type": "string", "pattern": "^[A-Za-z]{2}$"}
        case filters.MethodFilter():
            return {"type": "string", "pattern": "^[a-z0-9_-]{1,32}$"}
        case filters.TextFilter():
            return {**TEXT, "maxLength": MAX_SEARCH_TERM}
    return TEXT


def _label_of(declared: django_filters.Filter) -> object:
    if declared.label:
        return declared.label
    field: Any = Session._meta.get_field(str(declared.field_name))
    return field.verbose_name


def list_parameters(filterset: type[filters.SessionFilter]) -> list[Schema]:
    """Return the parameters of a list: its filters, which do nothing when blank, and its page."""
    given = [
        {**_query_parameter(name, schema), "allowEmptyValue": True}
        for name, schema in filter_schemas(filterset).items()
    ]
    orders = list(SessionPagination.orders)
    return [
        *given,
        _query_parameter(
            "ordering",
            {
                "type": "string",
                "enum": orders,
                # A "-" is in no name of a generated client's.
                "x-enum-varnames": [_name_of_order(order) for order in orders],
                "default": orders[0],
                "description": _("The order, with `-` before it for the latest first."),
            },
        ),
        _query_parameter(
            "page_size",
            {
                "type": "integer",
                "minimum": 1,
                "default": SessionPagination.page_size,
                "description": _("How many sessions a page has, at most 250."),
            },
        ),
        _query_parameter(
            "cursor",
            {
                "type": "string",
                "format": "cursor",
                "description": _(
                    "Where the page begins. Follow `next` and `previous` of a page, which contain it."
                ),
            },
        ),
    ]


def _name_of_order(order: str) -> str:
    name = order.removeprefix("-").upper()
    return f"{name}_DESCENDING" if order.startswith("-") else name


def _query_parameter(name: str, schema: Schema) -> Schema:
    schema = dict(schema)
    return {"name": name, "in": "query", "description": schema.pop("description"), "schema": schema}


def page_of(results: Schema, link: Schema) -> Schema:
    """Return the schema of a page of these results, with links to those beside it."""
    url = "https://example.com/api/sessions/?cursor=WyItbGFzdF91c2VkIl0%3A1vM"
    return record(
        next={**link, "example": url}, previous={**link, "example": None}, results=results
    )


def sessions_to_end(filterset: type[filters.SessionFilter]) -> Schema:
    """Return the schema of a body that selects sessions: by at least one filter, or all of them."""
    by_name = {
        name: {**schema, **(NOT_BLANK if schema.items() >= TEXT.items() else {})}
        for name, schema in filter_schemas(filterset).items()
    }
    standing = [validity.State.ACTIVE.value, validity.State.UNKNOWN.value]
    state = {**by_name.pop("state"), "enum": standing}
    always = {
        "state": state,
        "dry_run": {
            **FLAG,
            "default": False,
            "description": _("Count the sessions and end none."),
        },
    }
    by_filter = {
        **_closed(by_name | always | {"all": {**FLAG, "enum": [False]}}),
        # Inside "allOf": beside the properties, openapi-typescript makes it a type for anything.
        "allOf": [{"anyOf": [_having(name) for name in by_name]}],
    }
    everything = {**_closed(always | {"all": {**FLAG, "enum": [True]}}), "required": ["all"]}
    return {"oneOf": [by_filter, everything]}


def _having(name: str) -> Schema:
    """Return the schema of an object that has a property. Strict linters want it declared there, too."""
    return {"required": [name], "properties": {name: {}}}


def _closed(properties: dict[str, Schema]) -> Schema:
    return {"type": "object", "properties": properties, "additionalProperties": False}
