"""What a page of 250 costs: at most four queries beyond finding out who calls."""

import pytest

from sessions_api.dialects.identifiers import uuid_of
from sessions_api.models import Session
from tests.dialects.callers import CALLERS, Browser, queries
from tests.dialects.ory.clients import TokenClient, sessions_of
from tests.factories import UserFactory
from tests.helpers import staff_with

pytestmark = pytest.mark.django_db(transaction=True)


MOST = 4


@pytest.fixture(params=CALLERS, ids=[kind for kind, _ in CALLERS])
def caller(request):
    """Return a client that may list everybody's sessions, and the most that a list may cost it."""
    kind, knowing_them = request.param
    user = staff_with("view_session", is_superuser=kind == "superuser")
    return TokenClient(user), knowing_them + MOST


def begin(kind, user):
    return Browser(user).pk if kind == "browser" else str(sessions_of(user, 1)[0].pk)


def ask(client, path, count):
    """Return how many queries a list takes that shows so many sessions."""
    assert len(client.get(path).json()) == count
    return queries(lambda: client.get(path))


@pytest.mark.parametrize("kind", ["browser", "token"])
def test_a_list_of_250_of_ones_own_sessions_takes_at_most_four_queries(alice, kind):
    client = TokenClient(alice)
    for _ in range(250):
        begin(kind, alice)
    assert ask(client, "/ory/sessions", 250) <= 1 + MOST


@pytest.mark.parametrize("kind", ["browser", "token"])
@pytest.mark.parametrize("way", ["ended", "lost by the engine"])
def test_a_list_of_250_sessions_of_a_user_takes_at_most_four_queries(caller, alice, kind, way):
    client, most = caller
    path = f"/ory/admin/identities/{uuid_of(alice.pk)}/sessions"
    for _ in range(250):
        begin(kind, alice)
    assert ask(client, path, 250) <= most
    assert ask(client, f"{path}?active=true", 250) <= most
    assert ask(client, f"{path}?active=false", 0) <= most
    if way == "ended":
        Session.objects.for_user(alice).update(ended_at=client.row.created_at)
    else:
        Session.objects.for_user(alice).update(sealed_key=b"", kind="browser")
    assert ask(client, path, 250) <= most
    assert ask(client, f"{path}?active=true", 0) <= most
    assert ask(client, f"{path}?active=false", 250) <= most
    begin(kind, alice)
    assert ask(client, f"{path}?active=false", 250) <= most


@pytest.mark.parametrize("kind", ["browser", "token"])
def test_a_list_of_250_sessions_of_everybody_takes_at_most_four_queries(caller, kind):
    client, most = caller
    for _ in range(249):
        begin(kind, UserFactory.create())
    for active in ("", "active=true"):
        for expand in (
            "",
            "&expand=devices",
            "&expand=identity",
            "&expand=identity&expand=devices",
        ):
            assert ask(client, f"/ory/admin/sessions?{active}{expand}", 250) <= most
