"""A program in Python that signs in to the example site, and lists, renames and ends sessions.

It does so by a client made from the site's own schema. Usage: python walk.py http://127.0.0.1:8000 TOKEN
"""

import hashlib
import hmac
import sys
import time
from http import HTTPStatus
from uuid import UUID

import httpx
from site_client import AuthenticatedClient, Client
from site_client.api.sessions import (
    end_other_sessions,
    end_session,
    get_current_session,
    get_session,
    issue_token,
    list_sessions,
    reauthenticate,
    rename_session,
    sign_in,
    sign_out,
)
from site_client.models import (
    AdminEndSessionsBodyType0,
    CurrentSession,
    Issued,
    IssueTokenBody,
    ListSessionsOrdering,
    ListSessionsState,
    PaginatedSessionList,
    ReauthenticateBody,
    RenameSessionBody,
    Session,
    SessionEndReason,
    SessionKind,
    SessionsEnded,
    SessionsError,
    SessionsFieldErrors,
    SessionState,
    SignInBody,
    SignInUnauthorized,
    SignInUnauthorizedCode,
    TokenForbidden,
    TokenForbiddenCode,
)

UNKNOWN_ID = UUID("01890000-0000-7000-8000-000000000000")
APP_KEY = b"12345678901234567890"  # of Carol's authenticator app in the demo
SITE, UNPROVEN = sys.argv[1:]


def browser(user_name: str) -> AuthenticatedClient:
    """Return a client of the API whose requests are those of a browser that has signed in."""
    http = httpx.Client(base_url=SITE, event_hooks={"request": [send_csrf_token]})
    http.get("/accounts/login/")
    form = {"username": user_name, "password": f"{user_name}-demo"}
    assert http.post("/accounts/login/", data=form).status_code == HTTPStatus.FOUND
    # Its type wants a token. The browser has a cookie.
    return AuthenticatedClient(base_url=SITE, token="").set_httpx_client(http)


def send_csrf_token(request: httpx.Request) -> None:
    """Send the value of the cookie in a header, as pages do."""
    cookies = dict(each.split("=", 1) for each in request.headers.get("Cookie", "=").split("; "))
    request.headers["X-CSRFToken"] = cookies.get("csrftoken", "")


def bearing(token: str | None) -> AuthenticatedClient:
    """Return a client of the API that presents a token."""
    assert token
    return AuthenticatedClient(base_url=SITE, token=token)


def code_of_app() -> str:
    """Return the code that Carol's app shows now (RFC 6238)."""
    counter = int(time.time() // 30).to_bytes(8)
    digest = hmac.digest(APP_KEY, counter, hashlib.sha1)
    offset = digest[-1] & 15
    truncated = int.from_bytes(digest[offset : offset + 4]) & 0x7FFFFFFF
    return f"{truncated % 1_000_000:06}"


def current(client: AuthenticatedClient) -> CurrentSession:
    """Return the session of a client."""
    session = get_current_session.sync(client=client)
    assert isinstance(session, CurrentSession), session
    return session


def is_signed_in(client: AuthenticatedClient) -> bool:
    """Tell whether the API knows a client."""
    answer = get_current_session.sync_detailed(client=client)
    assert answer.status_code in (HTTPStatus.OK, HTTPStatus.UNAUTHORIZED)
    return answer.status_code == HTTPStatus.OK


def listed(client: AuthenticatedClient) -> list[Session]:
    """Return a client's active sessions, a page at a time."""
    sessions: list[Session] = []
    order = ListSessionsOrdering.CREATED_AT_DESCENDING
    page = list_sessions.sync(client=client, page_size=2, ordering=order)
    while True:
        assert isinstance(page, PaginatedSessionList), page
        sessions += page.results
        if page.next_ is None:
            return sessions
        cursor = httpx.URL(page.next_).params["cursor"]
        page = list_sessions.sync(client=client, page_size=2, ordering=order, cursor=cursor)


def list_rename_and_end() -> int:
    """Go through the sessions of Alice. Return how many there were."""
    laptop, phone = browser("alice"), browser("alice")
    here, there = current(laptop), current(phone)
    assert here.is_current
    assert here.reauthentication_methods == ["password"]
    assert here.id != there.id

    sessions = listed(laptop)
    ids = [session.id for session in sessions]
    assert ids[:2] == [there.id, here.id]
    assert len({*ids}) == len(ids) > 2, "The demo has sessions of Alice, and so do we."
    for session in sessions:
        assert session.state is SessionState.ACTIVE
        assert session.end_reason is SessionEndReason.EMPTY
        assert session.created_at.tzinfo is not None

    renamed = rename_session.sync(there.id, client=laptop, body=RenameSessionBody("My phone"))
    assert isinstance(renamed, Session)
    assert renamed.label == "My phone"

    # A name that is too long: 400, by field.
    refused = rename_session.sync(there.id, client=laptop, body=RenameSessionBody("x" * 101))
    assert isinstance(refused, SessionsFieldErrors)
    assert refused["label"] == ["Ensure this field has no more than 100 characters."]

    # No such session: 404, with the reason.
    missing = get_session.sync_detailed(UNKNOWN_ID, client=laptop)
    assert missing.status_code == HTTPStatus.NOT_FOUND
    assert isinstance(missing.parsed, SessionsError)
    assert missing.parsed.detail

    # End the other one: it is out, and stays in the list of those that are over.
    ended = end_session.sync_detailed(there.id, client=laptop)
    assert ended.status_code == HTTPStatus.NO_CONTENT
    assert not is_signed_in(phone)
    over = list_sessions.sync(client=laptop, state=ListSessionsState.ENDED)
    assert isinstance(over, PaginatedSessionList)
    (gone,) = (session for session in over.results if session.id == there.id)
    assert (gone.label, gone.state) == ("My phone", SessionState.ENDED)
    assert gone.end_reason is SessionEndReason.REVOKED

    # End the others, then sign out.
    others = end_other_sessions.sync(client=laptop, include_current=False)
    assert isinstance(others, SessionsEnded)
    assert others.ended == len(ids) - 2
    assert sign_out.sync_detailed(client=laptop).status_code == HTTPStatus.NO_CONTENT
    assert not is_signed_in(laptop)
    return len(ids)


def sign_in_for_a_token() -> None:
    """Sign Carol in, who has an authenticator app, and make a token of that session."""
    guest = Client(base_url=SITE)
    wrong = sign_in.sync(client=guest, body=SignInBody("carol", "wrong"))
    assert isinstance(wrong, SignInUnauthorized)
    assert wrong.code is SignInUnauthorizedCode.INVALID_CREDENTIALS

    halfway = sign_in.sync_detailed(client=guest, body=SignInBody("carol", "carol-demo"))
    assert halfway.status_code == HTTPStatus.UNAUTHORIZED
    assert isinstance(halfway.parsed, SignInUnauthorized)
    assert halfway.parsed.code is SignInUnauthorizedCode.SECOND_FACTOR_REQUIRED
    assert halfway.parsed.methods == ["totp"]
    credentials = SignInBody("carol", "carol-demo", otp=code_of_app(), label="Script")
    mobile = sign_in.sync(client=guest, body=credentials)
    assert isinstance(mobile, Issued)
    assert mobile.kind is SessionKind.TOKEN
    assert (mobile.label, mobile.methods, mobile.aal) == ("Script", ["password", "totp"], 2)

    # The sign-in is proof enough.
    body = IssueTokenBody(label="Backup", lifetime=3600)
    backup = issue_token.sync(client=bearing(mobile.token), body=body)
    assert isinstance(backup, Issued)
    assert (backup.parent, backup.label, backup.aal) == (mobile.id, "Backup", 2)


def confirm_and_make_a_token() -> None:
    """Make a token of a session of Bob's that has no recent proof."""
    early = issue_token.sync_detailed(client=bearing(UNPROVEN))
    assert early.status_code == HTTPStatus.FORBIDDEN
    assert isinstance(early.parsed, TokenForbidden)
    assert early.parsed.code is TokenForbiddenCode.REAUTHENTICATION_REQUIRED
    assert early.parsed.methods == ["password"]

    # With another password: 400, by field.
    denied = reauthenticate.sync(client=bearing(UNPROVEN), body=ReauthenticateBody("wrong"))
    assert isinstance(denied, SessionsFieldErrors)
    assert denied["password"] == ["This is not your password."]
    # The session then has a new token.
    proven = reauthenticate.sync(client=bearing(UNPROVEN), body=ReauthenticateBody("bob-demo"))
    assert isinstance(proven, Issued)
    assert not is_signed_in(bearing(UNPROVEN))
    script = issue_token.sync_detailed(client=bearing(proven.token))
    assert script.status_code == HTTPStatus.CREATED
    assert isinstance(script.parsed, Issued)
    assert script.parsed.parent == proven.id

    # It can be presented, and leaves by itself.
    assert is_signed_in(bearing(script.parsed.token))
    sign_out.sync_detailed(client=bearing(script.parsed.token))
    assert not is_signed_in(bearing(script.parsed.token))


def never_called(client: AuthenticatedClient, session: Session, refused: TokenForbidden) -> None:
    """Say what the types must refuse: if one of these were right, its comment would be an error."""
    list_sessions.sync(client=client, state="alive")  # type: ignore[arg-type]
    rename_session.sync(session.id, client=client)  # type: ignore[call-arg]
    AdminEndSessionsBodyType0(adress="203.0.113.7")  # type: ignore[call-arg]
    SignInBody("alice")  # type: ignore[call-arg]
    assert refused.code != TokenForbiddenCode.REAUTHENTICATION_REQUIRD  # type: ignore[attr-defined]
    len(session.expires_at.isoformat())  # type: ignore[union-attr]


if __name__ == "__main__":
    count = list_rename_and_end()
    sign_in_for_a_token()
    confirm_and_make_a_token()
    print(  # noqa: T201
        f"Listed {count} sessions, renamed one, ended them all, signed in by a code, and made tokens."
    )
