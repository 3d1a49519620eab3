"""Torii's client for backends lists and ends a user's sessions here, as the database then says."""

from http import HTTPStatus
from uuid import UUID, uuid4

import pytest
from torii_backend import ToriiApiError, ToriiClient, create_torii_client

from tests.clients.site import Person, Site

ENVIRONMENT = UUID("5d1ab3a5-3d7c-8e0a-b7a1-6f0f1c2e9d44")


def client(site: Site, key: str) -> ToriiClient:
    return create_torii_client(secret_key=key, api_url=f"{site.url}/torii")


@pytest.fixture
def torii(site: Site) -> ToriiClient:
    """Return a client with a token of staff."""
    return client(site, site.staff.tokens[0].secret)


def listed_ids(torii: ToriiClient, person: Person) -> set[str]:
    return {str(session.id) for session in torii.sessions.list_for_user(person.uuid)}


def test_list_for_user_tells_the_active_ones_the_last_used_first(
    site: Site, torii: ToriiClient
) -> None:
    person = site.person()
    browser, ended = site.sign_in(person), person.tokens[1]
    torii.sessions.revoke(person.uuid, ended.id)
    rows = [row for row in site.rows(person) if row.id != ended.id]
    assert browser.id in {row.id for row in rows}
    assert [session.model_dump() for session in torii.sessions.list_for_user(person.uuid)] == [
        {
            "id": UUID(row.id),
            "user_id": UUID(person.uuid),
            "environment_id": ENVIRONMENT,
            "user_agent": row.user_agent or None,
            "ip_address": row.ip_address,
            "created_at": row.created_at,
            "expires_at": row.expires_at,
            "last_used_at": row.last_used,
            "active_organization_id": None,
            "impersonated_by": None,
        }
        for row in sorted(rows, key=lambda row: row.last_used, reverse=True)
    ]


def test_revoke_ends_one_and_again_and_none_is_no_error(site: Site, torii: ToriiClient) -> None:
    person = site.person()
    browser, token = site.sign_in(person), person.tokens[0]
    for session_id in (browser.id, token.id, browser.id, str(uuid4())):
        assert torii.sessions.revoke(person.uuid, session_id) is None
    ended = {row.id for row in site.rows(person) if row.end == ("revoked", site.staff.pk)}
    assert ended == {browser.id, token.id}
    left = {other.id for other in person.tokens[1:]}
    assert {row.id for row in site.rows(person) if row.end is None} == left
    assert listed_ids(torii, person) == left


def test_revoke_ends_no_session_of_another_user(site: Site, torii: ToriiClient) -> None:
    person, another = site.person(), site.person()
    torii.sessions.revoke(person.uuid, another.tokens[0].id)
    assert site.row(another.tokens[0].id).end is None


def test_revoke_all_for_user_ends_a_users_and_again_is_no_error(
    site: Site, torii: ToriiClient
) -> None:
    person, another = site.person(), site.person()
    site.sign_in(person)
    for _ in range(2):
        assert torii.sessions.revoke_all_for_user(person.uuid) is None
        assert [row.end for row in site.rows(person)] == [("revoked", site.staff.pk)] * 4
    assert listed_ids(torii, person) == set()
    assert listed_ids(torii, another) == {token.id for token in another.tokens}


def refusal(torii: ToriiClient, user_id: str) -> ToriiApiError:
    """Return what is raised by the three calls: the same."""
    calls = (
        lambda: torii.sessions.list_for_user(user_id),
        lambda: torii.sessions.revoke(user_id, uuid4()),
        lambda: torii.sessions.revoke_all_for_user(user_id),
    )
    errors = []
    for call in calls:
        with pytest.raises(ToriiApiError) as caught:
            call()
        errors.append(caught.value)
    (said,) = {(error.status, str(error), error.body["detail"]) for error in errors}
    status, message, detail = said
    assert message == detail
    for error in errors:
        assert error.body["type"] == "about:blank"
        assert (error.body["status"], error.body["title"]) == (status, HTTPStatus(status).phrase)
        assert error.body["instance"].startswith(f"/torii/api/server/v1/users/{user_id}/sessions")
    return errors[0]


@pytest.mark.parametrize("key", ["sk_live_wrong", "session_wrong"])
def test_a_wrong_key_is_401(site: Site, key: str) -> None:
    person = site.person()
    assert refusal(client(site, key), person.uuid).status == 401
    assert all(row.end is None for row in site.rows(person))


def test_the_key_of_an_ordinary_user_is_403(site: Site) -> None:
    person = site.person()
    ordinary = client(site, person.tokens[0].secret)
    assert refusal(ordinary, site.crowd.uuid).status == 403
    assert all(row.end is None for row in site.rows(site.crowd))


def test_an_unknown_user_is_403(torii: ToriiClient) -> None:
    error = refusal(torii, str(uuid4()))
    assert (error.status, str(error)) == (403, "User belongs to a different environment.")
