"""In Ory's dialect: no list calls active what is not, on any session engine."""

import pytest

from sessions_api.dialects.identifiers import uuid_of
from tests.dialects.callers import OVER, Browser, over
from tests.dialects.ory.clients import TokenClient

pytestmark = pytest.mark.django_db(transaction=True)


ADMIN = "/ory/admin/sessions"
SERVER_SIDE = ["db", "cached_db", "cache", "file"]
WAYS = [
    (engine, way)
    for engine in [*SERVER_SIDE, "signed_cookies"]
    for way in OVER
    if engine in SERVER_SIDE or way != "lost by the engine"
]


def listed(client, path, **params):
    """Return which of the sessions on a list are active, by their ids."""
    response = client.get(path, params)
    assert response.status_code == 200
    return {session["id"]: session["active"] for session in response.json()}


@pytest.mark.parametrize(("engine", "way"), WAYS, indirect=["engine"])
def test_a_session_that_is_over_is_on_no_list_of_active_ones(engine, alice, admin, way):
    browser, other = Browser(alice), Browser(alice)
    of_alice = f"/ory/admin/identities/{uuid_of(alice.pk)}/sessions"
    both = {browser.pk: True, other.pk: True}
    assert listed(admin, of_alice, active="true") == listed(admin, of_alice) == both
    assert listed(admin, ADMIN, active="true") == {**both, admin.pk: True}
    assert listed(admin, of_alice, active="false") == {}
    ends_both = way in ("of another password", "of a deactivated user")
    is_known = way not in ("deleted", "on its way to the browser")
    with over(way, browser):
        living = {} if ends_both else {other.pk: True}
        dead = {browser.pk: False} if is_known else {}
        dead |= {other.pk: False} if ends_both else {}
        assert listed(admin, of_alice, active="true") == living
        assert listed(admin, of_alice, active="false") == dead
        assert listed(admin, of_alice) == living | dead
        assert listed(admin, ADMIN, active="true") == {**living, admin.pk: True}
        assert listed(admin, ADMIN, active="false") == dead
        assert listed(admin, ADMIN) == {**living, **dead, admin.pk: True}
        if way != "of a deactivated user":
            alice.refresh_from_db()
            assert listed(TokenClient(alice), "/ory/sessions") == living


@pytest.mark.parametrize("engine", [*SERVER_SIDE, "signed_cookies"], indirect=True)
def test_what_a_browser_is_told_is_true_on_every_engine(engine, alice):
    client, other, third = Browser(alice), Browser(alice), Browser(alice)
    assert listed(client, "/ory/sessions") == {other.pk: True, third.pk: True}
    assert client.get("/ory/sessions/whoami").json()["id"] == client.pk
    assert client.delete(f"/ory/sessions/{other.pk}").status_code == 204
    assert (client.user_name, other.user_name, third.user_name) == ("alice", "", "alice")
    assert client.delete("/ory/sessions").json() == {"count": 1}
    assert (client.user_name, third.user_name) == ("alice", "")
    assert listed(client, "/ory/sessions") == {}
