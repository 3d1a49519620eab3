"""Ory's clients list and end sessions here, and tell of each what the site's database holds."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.clients.ory import Client, Refused, plain, walk
from tests.clients.site import Person, Site


def told(
    site: Site,
    person: Person,
    session_id: str,
    *,
    expand: Sequence[str] = ("identity", "devices"),
) -> dict[str, Any]:
    """Return what a client should tell of a session, by what the database holds now."""
    row, joined = site.row(session_id), site.joined(person)
    method = {"method": "password", "aal": "aal1", "completed_at": row.authenticated_at}
    device = {
        "id": row.id,
        "ip_address": row.ip_address,
        "user_agent": row.user_agent or None,
        "location": row.location,
    }
    identity = {
        "id": person.uuid,
        "schema_id": "default",
        "schema_url": "",
        "state": "active",
        "traits": {"email": person.email, "username": person.username},
        "created_at": joined,
    }
    described: dict[str, Any] = plain(
        {
            "id": row.id,
            "active": row.is_active,
            "expires_at": row.expires_at,
            "authenticated_at": row.authenticated_at,
            "authenticator_assurance_level": f"aal{row.aal or 1}",
            "authentication_methods": [method] if row.methods == "password" else None,
            "issued_at": row.created_at,
            "identity": identity if "identity" in expand else None,
            "devices": [device] if "devices" in expand else None,
        }
    )
    return described


def is_refused(client: Client, *, cookie: str = "", token: str = "") -> bool:
    """Tell whether a credential is not accepted any more."""
    credential = {"cookie": cookie} if cookie else {"x_session_token": token}
    try:
        client.ask("to_session", **credential)
    except Refused as error:
        return error.status == 401
    return False


def test_to_session_tells_the_session_of_a_token(site: Site, anyone: Client) -> None:
    person = site.person()
    for token in person.tokens:
        answer = anyone.ask("to_session", x_session_token=token.secret)
        assert answer.data == told(site, person, token.id)
        assert answer.headers["x-kratos-authenticated-identity-id"] == person.uuid


def test_to_session_tells_the_session_of_a_cookie(site: Site, anyone: Client) -> None:
    person = site.person()
    browser = site.sign_in(person, "Wörld Browser/1")
    answer = anyone.ask("to_session", cookie=browser.cookie)
    assert answer.data == told(site, person, browser.id)
    assert answer.data["authentication_methods"][0]["method"] == "password"
    assert answer.data["devices"][0]["ip_address"] == "127.0.0.1"


def test_list_my_sessions_tells_the_callers_others_the_latest_first(
    site: Site, anyone: Client
) -> None:
    person = site.person()
    first, second, third = person.tokens
    browser = site.sign_in(person)
    by_token = anyone.ask("list_my_sessions", x_session_token=second.secret)
    by_cookie = anyone.ask("list_my_sessions", cookie=browser.cookie)
    for answer, others in (
        (by_token, (browser, third, first)),
        (by_cookie, (third, second, first)),
    ):
        assert answer.data == [told(site, person, other.id) for other in others]
        assert answer.headers["x-total-count"] == "3"


def test_disable_my_session_ends_another_of_mine(site: Site, anyone: Client) -> None:
    person = site.person()
    mine, other, _ = person.tokens
    browser = site.sign_in(person)
    for session in (other, browser, other):
        answer = anyone.ask("disable_my_session", id=session.id, x_session_token=mine.secret)
        assert (answer.status, answer.data) == (204, None)
        assert site.row(session.id).end == ("revoked", person.pk)
    assert is_refused(anyone, token=other.secret)
    assert is_refused(anyone, cookie=browser.cookie)
    assert not is_refused(anyone, token=mine.secret)


def test_disable_my_session_ends_neither_the_callers_nor_a_strangers(
    site: Site, anyone: Client
) -> None:
    mine, theirs = site.person().tokens[0], site.person().tokens[0]
    with pytest.raises(Refused) as caught:
        anyone.ask("disable_my_session", id=mine.id, x_session_token=mine.secret)
    assert caught.value.status == 400
    assert caught.value.body["error"]["message"] == "cannot revoke current session"
    for session_id in (theirs.id, str(uuid4())):
        answer = anyone.ask("disable_my_session", id=session_id, x_session_token=mine.secret)
        assert answer.status == 204
    assert site.row(mine.id).end is None
    assert site.row(theirs.id).end is None


@pytest.mark.parametrize("is_browser", [True, False])
def test_disable_my_other_sessions_ends_and_counts_all_but_the_callers(
    site: Site, anyone: Client, is_browser
) -> None:
    person = site.person()
    browser, mine = site.sign_in(person), person.tokens[0]
    credential = {"cookie": browser.cookie} if is_browser else {"x_session_token": mine.secret}
    current = browser.id if is_browser else mine.id
    assert anyone.ask("disable_my_other_sessions", **credential).data == {"count": 3}
    for row in site.rows(person):
        assert row.end == (None if row.id == current else ("revoked", person.pk))
    assert is_refused(anyone, cookie=browser.cookie) is not is_browser
    assert anyone.ask("disable_my_other_sessions", **credential).data == {"count": 0}


def test_perform_native_logout_ends_the_session_of_the_token(site: Site, anyone: Client) -> None:
    person = site.person()
    mine, other, _ = person.tokens
    body = {"session_token": mine.secret}
    for _ in range(2):
        answer = anyone.ask("perform_native_logout", perform_native_logout_body=body)
        assert (answer.status, answer.data) == (204, None)
        assert site.row(mine.id).end == ("logout", person.pk)
    assert is_refused(anyone, token=mine.secret)
    assert site.row(other.id).end is None


def test_list_identity_sessions_tells_those_of_a_user_active_or_not(
    site: Site, anyone: Client, staff: Client
) -> None:
    person = site.person()
    first, second, third = person.tokens
    browser = site.sign_in(person)
    anyone.ask("disable_my_session", id=second.id, x_session_token=first.secret)
    for condition, listed in (
        ({}, (browser, third, second, first)),
        ({"active": True}, (browser, third, first)),
        ({"active": False}, (second,)),
    ):
        answer = staff.ask("list_identity_sessions", id=person.uuid, **condition)
        assert answer.data == [told(site, person, session.id) for session in listed]
        assert answer.headers["x-total-count"] == str(len(listed))
    assert staff.ask("list_identity_sessions", id=str(uuid4())).data == []


def test_list_sessions_tells_everybodys_the_latest_first(site: Site, staff: Client) -> None:
    person = site.person()
    browser, ended = site.sign_in(person), person.tokens[0]
    staff.ask("disable_session", id=ended.id)
    rows = [row for row in site.rows() if row.end_reason != "deleted"]
    for active in (None, True, False):
        condition = {} if active is None else {"active": active}
        pages = walk(
            staff, "list_sessions", page_size=1_000, expand=["identity", "devices"], **condition
        )
        listed = {session["id"]: session for page in pages for session in page.data}
        assert set(listed) == {row.id for row in rows if active in (None, row.is_active)}
        begun = [session["issued_at"] for session in listed.values()]
        assert begun == sorted(begun, reverse=True)
        shown = [ended.id] if active is False else [browser.id, person.tokens[1].id]
        for session_id in shown:
            assert listed[session_id] == told(site, person, session_id)


def test_list_sessions_expands_what_is_asked_for(site: Site, staff: Client) -> None:
    person = site.person()
    browser = site.sign_in(person)
    for expand in ({}, {"expand": ["identity"]}, {"expand": ["devices"]}):
        (latest,) = staff.ask("list_sessions", page_size=1, **expand).data
        assert latest == told(site, person, browser.id, expand=expand.get("expand", []))


def test_get_session_tells_one_whatever_its_state(site: Site, staff: Client) -> None:
    person = site.person()
    for token in person.tokens:
        answer = staff.ask("get_session", id=token.id, expand=["identity", "devices"])
        assert answer.data == told(site, person, token.id)
        staff.ask("disable_session", id=token.id)
        answer = staff.ask("get_session", id=token.id)
        assert answer.data == {**told(site, person, token.id, expand=[]), "devices": []}
        assert answer.data["active"] is False


def test_disable_session_ends_a_users(site: Site, anyone: Client, staff: Client) -> None:
    person = site.person()
    browser, token = site.sign_in(person), person.tokens[0]
    for session in (browser, token, browser):
        answer = staff.ask("disable_session", id=session.id)
        assert (answer.status, answer.data) == (204, None)
        assert site.row(session.id).end == ("revoked", site.staff.pk)
    assert is_refused(anyone, cookie=browser.cookie)
    assert is_refused(anyone, token=token.secret)
    assert site.row(person.tokens[1].id).end is None


def test_extend_session_moves_the_expiry(site: Site, staff: Client) -> None:
    person = site.person()
    browser, token = site.sign_in(person), person.tokens[0]
    for session, least in ((browser, timedelta(0)), (token, timedelta(days=15))):
        before = site.row(session.id)
        answer = staff.ask("extend_session", id=session.id)
        assert site.row(session.id).expires_at - before.expires_at > least
        extended = told(site, person, session.id, expand=["identity"])
        assert answer.data == {**extended, "devices": []}


def test_extend_session_revives_none(site: Site, staff: Client) -> None:
    person = site.person()
    token = person.tokens[0]
    staff.ask("disable_session", id=token.id)
    before = site.row(token.id)
    assert staff.ask("extend_session", id=token.id).data["active"] is False
    assert site.row(token.id) == before


def test_delete_identity_sessions_ends_and_hides_a_users(
    site: Site, anyone: Client, staff: Client
) -> None:
    person = site.person()
    browser = site.sign_in(person)
    staff.ask("disable_session", id=person.tokens[0].id)
    answer = staff.ask("delete_identity_sessions", id=person.uuid)
    assert (answer.status, answer.data) == (204, None)
    assert {row.end for row in site.rows(person)} == {("deleted", site.staff.pk)}
    assert is_refused(anyone, cookie=browser.cookie)
    assert is_refused(anyone, token=person.tokens[1].secret)
    assert staff.ask("list_identity_sessions", id=person.uuid).data == []
    for call, id in (("get_session", browser.id), ("delete_identity_sessions", person.uuid)):
        with pytest.raises(Refused) as caught:
            staff.ask(call, id=id)
        assert caught.value.status == 404


@pytest.mark.parametrize("package", ["ory-client", "@ory/client"], indirect=True)
def test_manage_sessions_ends_and_deletes_what_is_named(
    site: Site, anyone: Client, staff: Client
) -> None:
    named, others = site.person(), site.person()
    browser = site.sign_in(named)

    def manage(**body: Any) -> Any:
        return staff.ask("manage_sessions", manage_sessions_body=body).data

    ended = [named.tokens[0].id, str(uuid4())]
    assert manage(action="disable", sessions=ended) == {"processed": 1, "more": False}
    assert [row.end for row in site.rows(named)] == [("revoked", site.staff.pk), None, None, None]

    identities = [named.uuid, str(uuid4())]
    assert manage(action="disable", identities=identities) == {"processed": 3, "more": False}
    assert {row.end for row in site.rows(named)} == {("revoked", site.staff.pk)}
    assert is_refused(anyone, cookie=browser.cookie)

    deleted = [token.id for token in others.tokens[1:]]
    assert manage(action="delete", sessions=deleted) == {"processed": 2, "more": False}
    is_deleted = ("deleted", site.staff.pk)
    assert [row.end for row in site.rows(others)] == [None, is_deleted, is_deleted]
    assert manage(action="delete", identities=identities) == {"processed": 4, "more": False}
    assert {row.end for row in site.rows(named)} == {is_deleted}
