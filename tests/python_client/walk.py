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
    sessions_current,
    sessions_end,
    sessions_end_others,
    sessions_get,
    sessions_list,
    sessions_make_token,
    sessions_reauthenticate,
    sessions_rename,
    sessions_sign_in,
    sessions_sign_out,
)
from site_client.models import (
    PaginatedSessionsApiSessionList,
    SessionsAdminEndMatchingBodyType0,
    SessionsApiCurrentSession,
    SessionsApiEnded,
    SessionsApiEndReason,
    SessionsApiError,
    SessionsApiErrorCode,
    SessionsApiFieldErrors,
    SessionsApiIssued,
    SessionsApiKind,
    SessionsApiSession,
    SessionsApiState,
    SessionsListOrdering,
    SessionsListState,
    SessionsMakeTokenBody,
    SessionsReauthenticateBody,
    SessionsRenameBody,
    SessionsSignInBodyType0,
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


def current(client: AuthenticatedClient) -> SessionsApiCurrentSession:
    """Return the session of a client."""
    session = sessions_current.sync(client=client)
    assert isinstance(session, SessionsApiCurrentSession), session
    return session


def is_signed_in(client: AuthenticatedClient) -> bool:
    """Tell whether the API knows a client."""
    answer = sessions_current.sync_detailed(client=client)
    assert answer.status_code in (HTTPStatus.OK, HTTPStatus.UNAUTHORIZED)
    return answer.status_code == HTTPStatus.OK


def listed(client: AuthenticatedClient) -> list[SessionsApiSession]:
    """Return a client's active sessions, a page at a time."""
    sessions: list[SessionsApiSession] = []
    order = SessionsListOrdering.CREATED_AT_DESCENDING
    page = sessions_list.sync(client=client, page_size=2, ordering=order)
    while True:
        assert isinstance(page, PaginatedSessionsApiSessionList), page
        sessions += page.results
        if page.next_ is None:
            return sessions
        cursor = httpx.URL(page.next_).params["cursor"]
        page = sessions_list.sync(client=client, page_size=2, ordering=order, cursor=cursor)


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
        assert session.state is SessionsApiState.ACTIVE
        assert session.end_reason is SessionsApiEndReason.EMPTY
        assert session.created_at.tzinfo is not None

    renamed = sessions_rename.sync(there.id, client=laptop, body=SessionsRenameBody("My phone"))
    assert isinstance(renamed, SessionsApiSession)
    assert renamed.label == "My phone"

    # A name that is too long: 400, by field.
    refused = sessions_rename.sync(there.id, client=laptop, body=SessionsRenameBody("x" * 101))
    assert isinstance(refused, SessionsApiFieldErrors)
    assert refused["label"] == ["Ensure this field has no more than 100 characters."]

    # No such session: 404, with the reason.
    missing = sessions_get.sync_detailed(UNKNOWN_ID, client=laptop)
    assert missing.status_code == HTTPStatus.NOT_FOUND
    assert isinstance(missing.parsed, SessionsApiError)
    assert missing.parsed.detail

    # End the other one: it is out, and stays in the list of those that are over.
    ended = sessions_end.sync_detailed(there.id, client=laptop)
    assert ended.status_code == HTTPStatus.NO_CONTENT
    assert not is_signed_in(phone)
    over = sessions_list.sync(client=laptop, state=SessionsListState.ENDED)
    assert isinstance(over, PaginatedSessionsApiSessionList)
    (gone,) = (session for session in over.results if session.id == there.id)
    assert (gone.label, gone.state) == ("My phone", SessionsApiState.ENDED)
    assert gone.end_reason is SessionsApiEndReason.REVOKED

    # End the others, then sign out.
    others = sessions_end_others.sync(client=laptop, include_current=False)
    assert isinstance(others, SessionsApiEnded)
    assert others.ended == len(ids) - 2
    assert sessions_sign_out.sync_detailed(client=laptop).status_code == HTTPStatus.NO_CONTENT
    assert not is_signed_in(laptop)
    return len(ids)


def sign_in_for_a_token() -> None:
    """Sign Carol in, who has an authenticator app, and make a token of that session."""
    guest = Client(base_url=SITE)
    wrong = sessions_sign_in.sync(client=guest, body=SessionsSignInBodyType0("carol", "wrong"))
    assert isinstance(wrong, SessionsApiError)
    assert wrong.code is SessionsApiErrorCode.INVALID_CREDENTIALS

    halfway = sessions_sign_in.sync_detailed(
        client=guest, body=SessionsSignInBodyType0("carol", "carol-demo")
    )
    assert halfway.status_code == HTTPStatus.UNAUTHORIZED
    assert isinstance(halfway.parsed, SessionsApiError)
    assert halfway.parsed.code is SessionsApiErrorCode.SECOND_FACTOR_REQUIRED
    assert halfway.parsed.methods == ["totp"]
    credentials = SessionsSignInBodyType0("carol", "carol-demo", otp=code_of_app(), label="Script")
    mobile = sessions_sign_in.sync(client=guest, body=credentials)
    assert isinstance(mobile, SessionsApiIssued)
    assert mobile.kind is SessionsApiKind.TOKEN
    assert (mobile.label, mobile.methods, mobile.aal) == ("Script", ["password", "totp"], 2)

    # The sign-in is proof enough.
    body = SessionsMakeTokenBody(label="Backup", lifetime=3600)
    backup = sessions_make_token.sync(client=bearing(mobile.token), body=body)
    assert isinstance(backup, SessionsApiIssued)
    assert (backup.parent, backup.label, backup.aal) == (mobile.id, "Backup", 2)


def confirm_and_make_a_token() -> None:
    """Make a token of a session of Bob's that has no recent proof."""
    early = sessions_make_token.sync_detailed(client=bearing(UNPROVEN))
    assert early.status_code == HTTPStatus.FORBIDDEN
    assert isinstance(early.parsed, SessionsApiError)
    assert early.parsed.code is SessionsApiErrorCode.REAUTHENTICATION_REQUIRED
    assert early.parsed.methods == ["password"]

    # With another password: 400, by field.
    denied = sessions_reauthenticate.sync(
        client=bearing(UNPROVEN), body=SessionsReauthenticateBody("wrong")
    )
    assert isinstance(denied, SessionsApiFieldErrors)
    assert denied["password"] == ["This is not your password."]
    # The session then has a new token.
    proven = sessions_reauthenticate.sync(
        client=bearing(UNPROVEN), body=SessionsReauthenticateBody("bob-demo")
    )
    assert isinstance(proven, SessionsApiIssued)
    assert not is_signed_in(bearing(UNPROVEN))
    script = sessions_make_token.sync_detailed(client=bearing(proven.token))
    assert script.status_code == HTTPStatus.CREATED
    assert isinstance(script.parsed, SessionsApiIssued)
    assert script.parsed.parent == proven.id

    # It can be presented, and leaves by itself.
    assert is_signed_in(bearing(script.parsed.token))
    sessions_sign_out.sync_detailed(client=bearing(script.parsed.token))
    assert not is_signed_in(bearing(script.parsed.token))


def never_called(
    client: AuthenticatedClient, session: SessionsApiSession, refused: SessionsApiError
) -> None:
    """Say what the types must refuse: if one of these were right, its comment would be an error."""
    sessions_list.sync(client=client, state="alive")  # type: ignore[arg-type]
    sessions_rename.sync(session.id, client=client)  # type: ignore[call-arg]
    SessionsAdminEndMatchingBodyType0(adress="203.0.113.7")  # type: ignore[call-arg]
    SessionsSignInBodyType0("alice")  # type: ignore[call-arg]
    assert refused.code != SessionsApiErrorCode.REAUTHENTICATION_REQUIRD  # type: ignore[attr-defined]
    len(session.expires_at.isoformat())  # type: ignore[union-attr]


if __name__ == "__main__":
    count = list_rename_and_end()
    sign_in_for_a_token()
    confirm_and_make_a_token()
    print(  # noqa: T201
        f"Listed {count} sessions, renamed one, ended them all, signed in by a code, and made tokens."
    )
