"""What a page of 250 costs: at most four queries besides the one that finds the caller.

The caller is a superuser: to know the permissions of others costs Django two.
"""

import pytest

from sessions_api.dialects.identifiers import uuid_of
from sessions_api.models import Session
from tests.dialects.callers import Browser, queries, staff
from tests.dialects.ory.clients import TokenClient, sessions_of
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

on = pytest.mark.parametrize

MOST = 1 + 4


@pytest.fixture
def root():
    return TokenClient(staff(is_superuser=True))


def begin(kind, user):
    return Browser(user).pk if kind == "browser" else str(sessions_of(user, 1)[0].pk)


def ask(client, path, count):
    """Return how many queries a list takes that shows so many sessions."""
    assert len(client.get(path).json()) == count
    return queries(lambda: client.get(path))


@on("kind", ["browser", "token"])
def test_1_5_the_list_of_ones_own_sessions(alice, kind):
    client = TokenClient(alice)
    for _ in range(250):
        begin(kind, alice)
    assert ask(client, "/ory/sessions", 250) <= MOST


@on("kind", ["browser", "token"])
@on("way", ["ended", "lost by the engine"])
def test_1_5_the_list_of_an_identitys_sessions(root, alice, kind, way):
    path = f"/ory/admin/identities/{uuid_of(alice.pk)}/sessions"
    for _ in range(250):
        begin(kind, alice)
    assert ask(root, path, 250) <= MOST
    assert ask(root, f"{path}?active=true", 250) <= MOST
    assert ask(root, f"{path}?active=false", 0) <= MOST
    if way == "ended":
        Session.objects.for_user(alice).update(ended_at=root.row.created_at)
    else:
        Session.objects.for_user(alice).update(sealed_key="", kind="browser")
    assert ask(root, path, 250) <= MOST
    assert ask(root, f"{path}?active=true", 0) <= MOST
    assert ask(root, f"{path}?active=false", 250) <= MOST
    begin(kind, alice)
    assert ask(root, f"{path}?active=false", 250) <= MOST


@on("kind", ["browser", "token"])
def test_1_5_the_list_of_everybodys_sessions(root, kind):
    for _ in range(249):
        begin(kind, UserFactory.create())
    for active in ("", "active=true"):
        for expand in (
            "",
            "&expand=devices",
            "&expand=identity",
            "&expand=identity&expand=devices",
        ):
            assert ask(root, f"/ory/admin/sessions?{active}{expand}", 250) <= MOST
