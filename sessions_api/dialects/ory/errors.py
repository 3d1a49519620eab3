"""Errors in the words of Ory Kratos."""

from http import HTTPStatus
from typing import Any

from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

MALFORMED = "The request was malformed or contained invalid parameters"
MESSAGES = {
    400: MALFORMED,
    401: "The request could not be authorized",
    403: "The requested action was forbidden",
    404: "Unable to locate the resource",
    500: "An internal server error occurred, please contact the system administrator",
}


class OryError(APIException):
    """An error in Ory's words: ``message`` and, where Ory has them, ``reason`` and ``id``.

    ``redirect_to`` is the URL where a browser can mend it.
    """

    def __init__(
        self, code: int, *, message: str = "", reason: str = "", id: str = "", redirect_to: str = ""
    ) -> None:
        super().__init__()
        self.status_code = code
        self.message = message or MESSAGES[code]
        self.reason = reason
        self.id = id
        self.redirect_to = redirect_to


def body(
    error: Exception, response: Response, request: Request, *, unauthorized: str
) -> dict[str, Any]:
    """Return the body of an error. ``unauthorized`` is the reason that a 401 gives."""
    code = response.status_code
    if not isinstance(error, OryError):
        error = _worded(code, response.data, unauthorized)
    entries = {
        "id": error.id,
        "code": code,
        "status": HTTPStatus(code).phrase,
        "request": request.headers.get("X-Request-Id", ""),
        "reason": error.reason,
        "details": {"redirect_browser_to": error.redirect_to} if error.redirect_to else None,
        "message": error.message,
    }
    body: dict[str, Any] = {"error": {name: value for name, value in entries.items() if value}}
    if error.redirect_to:
        body["redirect_browser_to"] = error.redirect_to
    return body


def _worded(code: int, said: object, unauthorized: str) -> OryError:
    """Return the error that Ory would answer instead of Django REST framework's."""
    detail = str(said["detail"]) if isinstance(said, dict) and "detail" in said else ""
    if isinstance(said, dict) and said.get("code") == "reauthentication_required":
        return OryError(code, reason=detail, id="session_refresh_required")
    if code == HTTPStatus.UNAUTHORIZED:
        return OryError(code, reason=unauthorized)
    return OryError(code, message=MESSAGES.get(code, detail), reason=detail)
