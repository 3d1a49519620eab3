"""How large the body of a request may be."""

from io import BytesIO

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.permissions import SAFE_METHODS

MAX_BODY = 64 * 1024
"""In bytes. The largest that makes sense is a sign-in's, in 54 kB: 254 characters of a name, 4096 of a
password and 100 of a label, of which JSON and forms write each in at most twelve bytes.
"""


class BodyTooLarge(APIException):
    """413: no request to these URLs has so much to say."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = _("The body is too large.")
    default_code = "body_too_large"


def refuse_too_large(request: HttpRequest) -> None:
    """Raise BodyTooLarge, before the body is read, let alone parsed.

    Nothing can be read of it from then on.
    """
    if request.method in SAFE_METHODS:
        return
    length = _stated_length(request)
    if (_read_length(request) if length is None else length) > MAX_BODY:
        _replace_body(request, b"")
        raise BodyTooLarge


def _stated_length(request: HttpRequest) -> int | None:
    if "HTTP_TRANSFER_ENCODING" in request.META:
        return None  # it overrides the length (RFC 9112, section 6.3)
    stated = request.META.get("CONTENT_LENGTH") or ""
    return int(stated) if stated.isdecimal() and len(stated) < 20 else None


def _read_length(request: HttpRequest) -> int:
    """Read a body whose length was not stated, as some servers pass on what is sent in chunks.

    At most one byte too many is read. What has been parsed already counts as nothing.
    """
    if not request._read_started:  # type: ignore[attr-defined]  # the stubs do not know it
        _replace_body(request, request.read(MAX_BODY + 1))
    return len(getattr(request, "_body", b""))


def _replace_body(request: HttpRequest, body: bytes) -> None:
    # As HttpRequest.body does when it has read all there is.
    request._body = body
    request._stream = BytesIO(body)
