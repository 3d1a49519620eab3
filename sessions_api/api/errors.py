"""Errors of the API: one that Django REST framework lacks, and those of unknown fields."""

from collections.abc import Iterable, Mapping, Set
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.settings import api_settings


class Conflict(APIException):
    """409: the state of the session does not allow this."""

    status_code = status.HTTP_409_CONFLICT
    default_detail = _("The state of this session does not allow that.")
    default_code = "conflict"


def fields_of(body: object, known: Iterable[str]) -> dict[str, Any]:
    """Return a request's body as a dict, if it has no other fields than these.

    Raises ValidationError, which names the others. A misspelt filter must not count as no filter.
    """
    if not isinstance(body, Mapping):
        raise ValidationError({api_settings.NON_FIELD_ERRORS_KEY: [_("Send an object.")]})
    given = body.keys() - {"csrfmiddlewaretoken"}  # sent by forms
    unknown = sorted(str(name) for name in given - set(known))
    if unknown:
        raise ValidationError({name: [_("There is no such field.")] for name in unknown})
    return {name: body[name] for name in given}


def refuse_parameters(request: Request, *, but: Set[str] = frozenset()) -> None:
    """Refuse the query parameters of a request, except these and Django REST framework's own.

    Raises ValidationError, which names them. Whoever sends a filter does not mean every session, and
    a ``?page=2`` that did nothing would be read for ever.
    """
    its_own = {api_settings.URL_FORMAT_OVERRIDE, api_settings.VERSION_PARAM}
    unknown = sorted(request.query_params.keys() - its_own - but)
    if unknown:
        raise ValidationError({name: [_("There is no such parameter.")] for name in unknown})
