"""Errors of the API that Django REST framework has no class for, and those of what is sent."""

from collections.abc import Iterable, Mapping, Set
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.settings import api_settings


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
        raise ValidationError({api_settings.NON_FIELD_ERRORS_KEY: [_("Send an object.")]})
    given = body.keys() - {"csrfmiddlewaretoken"}  # of a form
    unknown = sorted(str(name) for name in given - set(known))
    if unknown:
        raise ValidationError({name: [_("There is no such field.")] for name in unknown})
    return {name: body[name] for name in given}


def refuse_parameters(request: Request, *, but: Set[str] = frozenset()) -> None:
    """Refuse the query parameters of a request, but for these and Django REST framework's own.

    Raises ValidationError, which names them: whoever sends a filter does not mean everything.
    """
    its_own = {api_settings.URL_FORMAT_OVERRIDE, api_settings.VERSION_PARAM}
    unknown = sorted(request.query_params.keys() - its_own - but)
    if unknown:
        raise ValidationError({name: [_("There is no such parameter.")] for name in unknown})
