"""Errors of the API that Django REST framework has no class for, and those of request bodies."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.exceptions import APIException, ValidationError


class Conflict(APIException):
    """409: the session is in no state for this."""

    status_code = status.HTTP_409_CONFLICT
    default_detail = _("This session is in no state for that.")
    default_code = "conflict"


def fields_of(body: Any, known: Iterable[str]) -> dict[str, Any]:
    """Return a request's body as a dict, if it has no field but these.

    Raises ValidationError, which names what is not known: a filter that is misspelt must not be
    taken for none.
    """
    if not isinstance(body, Mapping):
        raise ValidationError({"non_field_errors": [_("Send an object.")]})
    unknown = sorted(str(name) for name in body.keys() - set(known))
    if unknown:
        raise ValidationError({name: [_("There is no such field.")] for name in unknown})
    return {name: body[name] for name in body}
