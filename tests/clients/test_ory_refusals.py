"""Ory's clients are refused as Ory refuses them, and say so as they do of Ory."""

from typing import Any
from uuid import uuid4

import pytest

from tests.clients.ory import Client, Package, Refused
from tests.clients.site import Site

MALFORMED = "The request was malformed or contained invalid parameters"
UNAUTHORIZED = "The request could not be authorized"
FORBIDDEN = "The requested action was forbidden"
NOT_FOUND = "Unable to locate the resource"

EXCEPTIONS = {
    400: "BadRequestException",
    401: "UnauthorizedException",
    403: "ForbiddenException",
    404: "NotFoundException",
}
UNKNOWN = {"id": str(uuid4())}
DECLARED = [
    (401, UNAUTHORIZED, "nobody", "to_session", {}),
    (401, UNAUTHORIZED, "nobody", "to_session", {"cookie": "sessionid=none"}),
    (401, UNAUTHORIZED, "nobody", "list_my_sessions", {"x_session_token": "session_wrong"}),
    (401, UNAUTHORIZED, "nobody", "disable_my_session", UNKNOWN),
    (401, UNAUTHORIZED, "nobody", "disable_my_other_sessions", {}),
    (401, UNAUTHORIZED, "nobody", "disable_session", UNKNOWN),
    (401, UNAUTHORIZED, "nobody", "delete_identity_sessions", UNKNOWN),
    (404, NOT_FOUND, "staff", "extend_session", UNKNOWN),
    (404, NOT_FOUND, "staff", "delete_identity_sessions", UNKNOWN),
    (400, MALFORMED, "staff", "get_session", {"id": "no-uuid"}),
    (400, MALFORMED, "staff", "list_identity_sessions", {"id": "no-uuid"}),
    (400, MALFORMED, "staff", "list_sessions", {"page_token": "none"}),
]
"""Statuses and messages, and who gets them from which call. Of these the Python clients know that
the call may answer so, and read what is said."""

UNDECLARED = [
    (401, UNAUTHORIZED, "nobody", "list_sessions", {}),
    (403, FORBIDDEN, "person", "list_sessions", {}),
    (403, FORBIDDEN, "person", "list_identity_sessions", UNKNOWN),
    (403, FORBIDDEN, "person", "get_session", UNKNOWN),
    (403, FORBIDDEN, "person", "disable_session", UNKNOWN),
    (403, FORBIDDEN, "person", "extend_session", UNKNOWN),
    (403, FORBIDDEN, "person", "delete_identity_sessions", UNKNOWN),
    (404, NOT_FOUND, "staff", "get_session", UNKNOWN),
    (404, NOT_FOUND, "staff", "disable_session", UNKNOWN),
]
"""The same, where they know nothing but the status."""


def refused(site: Site, package: Package, case: tuple[Any, ...]) -> Refused:
    """Return what a client raises where it is to be refused."""
    _, _, caller, call, parameters = case
    tokens = {
        "nobody": "",
        "person": site.crowd.tokens[0].secret,
        "staff": site.staff.tokens[0].secret,
    }
    with pytest.raises(Refused) as caught:
        package(site.url, tokens[caller]).ask(call, **parameters)
    return caught.value


def test_a_refusal_says_why(site: Site, package: Package) -> None:
    for case in DECLARED + UNDECLARED:
        status, message, *_ = case
        refusal = refused(site, package, case)
        said = refusal.body["error"]
        assert (refusal.status, said["code"], said["message"]) == (status, status, message)


def test_a_superusers_session_is_not_for_staff_to_end(site: Site, staff: Client) -> None:
    token = site.admin.tokens[0]
    with pytest.raises(Refused) as caught:
        staff.ask("disable_session", id=token.id)
    assert (caught.value.status, caught.value.body["error"]["message"]) == (403, FORBIDDEN)
    assert site.row(token.id).end is None


def test_a_logout_by_what_is_no_token_is_refused(site: Site, anyone: Client) -> None:
    body = {"session_token": site.crowd.tokens[0].secret + "0"}
    with pytest.raises(Refused) as caught:
        anyone.ask("perform_native_logout", perform_native_logout_body=body)
    assert (caught.value.status, caught.value.body["error"]["message"]) == (403, FORBIDDEN)


@pytest.mark.parametrize("package", ["ory-kratos-client", "ory-client"], indirect=True)
def test_a_refusal_is_the_exception_of_its_status_and_read_where_that_is_declared(
    site: Site, package: Package
) -> None:
    for case in DECLARED + UNDECLARED:
        status, message, *_ = case
        error: Any = refused(site, package, case).__cause__
        assert type(error).__name__ == EXCEPTIONS[status]
        if case in DECLARED:
            assert error.data.error.message == message
