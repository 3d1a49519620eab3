"""Ory's /admin/identities/{id}/sessions: one user's, seen and deleted."""

import pytest

from sessions_api.dialects.identifiers import uuid_of
from sessions_api.models import EndReason, Session
from tests.dialects.callers import OVER, Browser
from tests.dialects.ory import expected
from tests.dialects.ory.clients import WHOAMI, TokenClient, changeable
from tests.factories import UserFactory
from tests.helpers import staff_with

pytestmark = pytest.mark.django_db(transaction=True)


NOBODYS = [
    uuid_of(99_999_999),
    uuid_of(0),
    uuid_of(-1),
    uuid_of(2**63),
    uuid_of(2**110),
    uuid_of("alice"),
    "00000000-0000-0000-0000-000000000000",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "03df2dfe-bbdf-88ea-8033-ad6f13fced41",
    "01890000-0000-7000-8000-000000000000",
]
"""Identities that no user has, one of them malformed to MariaDB."""


def of(user):
    return f"/ory/admin/identities/{uuid_of(user.pk)}/sessions"


def test_staff_see_all_sessions_of_a_user_the_latest_first(admin, alice):
    clients = [TokenClient(alice), Browser(alice), TokenClient(alice), Browser(alice)]
    OVER["ended"](clients[0])
    OVER["expired"](clients[1])
    TokenClient(UserFactory.create())
    response = admin.get(of(alice))
    assert response.status_code == 200
    assert response.json() == [
        expected.for_staff(client.row, active=client in clients[2:]) for client in clients[::-1]
    ]


def test_staff_see_themselves_as_any_other(admin):
    response = admin.get(of(admin.row.user))
    assert response.json() == [expected.for_staff(admin.row)]


@pytest.mark.parametrize("identity", NOBODYS)
def test_an_unknown_identity_has_no_sessions_to_see_and_none_to_delete(admin, alice, identity):
    TokenClient(alice)
    before = changeable()
    path = f"/ory/admin/identities/{identity}/sessions"
    for active in ("", "?active=true", "?active=false"):
        response = admin.get(f"{path}{active}")
        assert (response.status_code, response.json()) == (200, [])
        assert response.headers["X-Total-Count"] == "0"
    assert admin.delete(path).status_code == 404
    assert changeable() == before


def test_a_user_without_sessions_has_none_to_see_and_none_to_delete(admin, alice):
    assert admin.get(of(alice)).json() == []
    response = admin.delete(of(alice))
    assert (response.status_code, response.json()) == (
        404,
        expected.error(404, expected.NOT_FOUND, reason="Not found."),
    )


def test_staff_delete_a_users_sessions_over_or_not(admin, alice):
    clients = [TokenClient(alice), Browser(alice), TokenClient(alice), Browser(alice)]
    OVER["ended"](clients[0])
    OVER["lost by the engine"](clients[3])
    bystander = TokenClient(UserFactory.create())
    response = admin.delete(of(alice))
    assert (response.status_code, response.content) == (204, b"")
    assert [client.row.end_reason for client in clients] == [EndReason.DELETED] * 4
    assert all(client.row.ended_at is not None for client in clients)
    assert not any(client.get(WHOAMI).status_code == 200 for client in clients)
    assert bystander.get(WHOAMI).status_code == 200


def test_what_has_been_deleted_is_nowhere_to_be_found(admin, alice):
    client = TokenClient(alice)
    assert admin.delete(of(alice)).status_code == 204
    one = f"/ory/admin/sessions/{client.pk}"
    assert admin.get(one).status_code == 404
    assert admin.delete(one).status_code == 404
    assert admin.patch(f"{one}/extend").status_code == 404
    for path in (of(alice), "/ory/admin/sessions"):
        for active in ("", "?active=true", "?active=false"):
            assert client.pk not in admin.get(f"{path}{active}").content.decode()
    assert TokenClient(alice).get("/ory/sessions").json() == []
    assert Session.objects.filter(pk=client.pk).exists()


def test_what_has_been_deleted_is_not_deleted_again(admin, alice):
    TokenClient(alice)
    assert admin.delete(of(alice)).status_code == 204
    before = changeable()
    assert admin.delete(of(alice)).status_code == 404
    assert changeable() == before


@pytest.mark.parametrize("saves", [False, True])
def test_staff_who_delete_their_own_sessions_are_signed_out(sign_in, signed_out, settings, saves):
    settings.SESSION_SAVE_EVERY_REQUEST = saves
    client = sign_in(staff_with("view_session", "end_session", username="carol"))
    other = TokenClient(client.row.user)
    assert client.delete(of(client.row.user)).status_code == 204
    assert signed_out == ["carol"]
    assert client.get(WHOAMI).status_code == 401
    assert [each.row.end_reason for each in (client, other)] == [EndReason.DELETED] * 2


def test_superusers_delete_the_sessions_of_superusers():
    root, other = staff_with(is_superuser=True), staff_with(is_superuser=True)
    session = TokenClient(other)
    assert TokenClient(root).delete(of(other)).status_code == 204
    assert session.row.end_reason == EndReason.DELETED


def test_the_sessions_of_a_user_who_is_not_active_are_seen_and_deleted(admin, alice):
    client = TokenClient(alice)
    OVER["of a deactivated user"](client)
    [shown] = admin.get(of(alice)).json()
    assert (shown["active"], shown["identity"]["state"]) == (False, "inactive")
    assert admin.delete(of(alice)).status_code == 204
