"""The ``Session`` model, its query set, the choices of its fields, and the canary."""

from sessions_api.models.canary import Canary
from sessions_api.models.choices import (
    COMMON_METHODS,
    MAX_LABEL,
    MAX_LOCATION,
    MAX_NAME,
    MAX_SEARCH_TERM,
    MAX_USER_AGENT,
    DeviceType,
    EndReason,
    Kind,
)
from sessions_api.models.queryset import AnyUser, SessionQuerySet
from sessions_api.models.session import Client, Session

__all__ = [
    "COMMON_METHODS",
    "MAX_LABEL",
    "MAX_LOCATION",
    "MAX_NAME",
    "MAX_SEARCH_TERM",
    "MAX_USER_AGENT",
    "AnyUser",
    "Canary",
    "Client",
    "DeviceType",
    "EndReason",
    "Kind",
    "Session",
    "SessionQuerySet",
]
