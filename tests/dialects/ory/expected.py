"""The JSON that Ory's clients are to get, written from the rows."""

from sessions_api.dialects.identifiers import uuid_of
from tests.dialects.callers import written

MALFORMED = "The request was malformed or contained invalid parameters"
UNAUTHORIZED = "The request could not be authorized"
FORBIDDEN = "The requested action was forbidden"
NOT_FOUND = "Unable to locate the resource"
NO_COOKIE = "No valid session cookie found."
NO_CREDENTIALS = "No valid session credentials found in the request."


def session(row, *, active=True, **changes):
    """Return a session with nothing expanded, signed in nobody knows how."""
    return {
        "id": str(row.pk),
        "active": active,
        "expires_at": written(row.expires_at),
        "authenticated_at": row.authenticated_at and written(row.authenticated_at),
        "authenticator_assurance_level": "aal1",
        "authentication_methods": None,
        "issued_at": written(row.created_at),
        "identity": None,
        "devices": None,
        **changes,
    }


def devices(row):
    """Return the one device of a session."""
    return [
        {
            "id": str(row.pk),
            "ip_address": row.ip_address,
            "user_agent": row.user_agent or None,
            "location": "",
        }
    ]


def identity(user, **changes):
    """Return a user as users see themselves."""
    return {
        "id": str(uuid_of(user.pk)),
        "schema_id": "default",
        "schema_url": "",
        "state": "active" if user.is_active else "inactive",
        "state_changed_at": None,
        "traits": {"email": user.email, "username": user.username},
        "metadata_public": None,
        "created_at": written(user.date_joined),
        "organization_id": None,
        **changes,
    }


def full(row, **changes):
    """Return a session with its identity and devices, as its owner sees it."""
    return session(row, identity=identity(row.user), devices=devices(row), **changes)


def for_staff(row, **changes):
    """Return the same as staff see it."""
    owner = identity(row.user, metadata_admin=None)
    return session(row, identity=owner, devices=devices(row), **changes)


def error(code, message, **entries):
    """Return the body of an error."""
    statuses = {
        400: "Bad Request",
        401: "Unauthorized",
        403: "Forbidden",
        404: "Not Found",
        405: "Method Not Allowed",
        409: "Conflict",
        415: "Unsupported Media Type",
        500: "Internal Server Error",
        503: "Service Unavailable",
    }
    return {"error": {"code": code, "status": statuses[code], "message": message, **entries}}


def unauthorized(reason=NO_COOKIE):
    """Return the body of a 401."""
    return error(401, UNAUTHORIZED, reason=reason)
