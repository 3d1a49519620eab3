"""Ory's /admin/sessions: everybody's, seen, ended and extended by staff."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from sessions_api.models import EndReason, Session
from tests.dialects.callers import OVER, Browser, written
from tests.dialects.ory import expected
from tests.dialects.ory.clients import WHOAMI, TokenClient, changeable
from tests.factories import UserFactory
from tests.helpers import SERVER_SIDE, later, staff_with

pytestmark = pytest.mark.django_db(transaction=True)


ADMIN = "/ory/admin/sessions"
MALFORMED_TO_MARIADB = "03df2dfe-bbdf-88ea-8033-ad6f13fced41"
YES = ["1", "t", "T", "TRUE", "true", "True"]
NO = ["0", "f", "F", "FALSE", "false", "False"]


def get(client, path, **params):
    response = client.get(path, params)
    assert response.status_code == 200, response.content
    return response.json()


@pytest.fixture
def everybody(alice, admin):
    """Return the clients of Alice and Bob, the latest first, each second one over."""
    bob = UserFactory.create(username="bob")
    clients = [TokenClient(alice), Browser(alice), TokenClient(bob), Browser(bob)]
    OVER["ended"](clients[1])
    OVER["expired"](clients[3])
    return clients[::-1]


def test_staff_see_everybodys_sessions_with_nothing_expanded(admin, everybody):
    assert get(admin, ADMIN) == [
        *(expected.session(client.row, active=client.row.kind == "token") for client in everybody),
        expected.session(admin.row),
    ]


@pytest.mark.parametrize("expand", ["identity", "Identity", "IDENTITY"])
def test_staff_see_whose_sessions_they_are_if_they_ask(admin, everybody, expand):
    assert get(admin, ADMIN, expand=expand) == [
        expected.session(
            client.row,
            active=client.row.kind == "token",
            identity=expected.identity(client.row.user, metadata_admin=None),
        )
        for client in [*everybody, admin]
    ]


def test_staff_see_the_devices_if_they_ask(admin, everybody):
    assert get(admin, ADMIN, expand="Devices") == [
        expected.session(
            client.row,
            active=client.row.kind == "token",
            devices=expected.devices(client.row),
        )
        for client in [*everybody, admin]
    ]


@pytest.mark.parametrize("expand", [["identity", "devices"], ["devices", "Identity", "devices"]])
def test_staff_see_both_if_they_ask(admin, everybody, expand):
    assert get(admin, ADMIN, expand=expand) == [
        expected.for_staff(client.row, active=client.row.kind == "token")
        for client in [*everybody, admin]
    ]


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        *((text, True) for text in YES),
        *((text, False) for text in NO),
        ("", None),
    ],
)
def test_staff_see_those_that_are_active_or_those_that_are_not(
    admin, alice, everybody, given, wanted
):
    expected_ids = [
        client.pk for client in [*everybody, admin] if wanted in (None, client.row.kind == "token")
    ]
    assert [session["id"] for session in get(admin, ADMIN, active=given)] == expected_ids
    owner = expected.identity(alice)["id"]
    of_alice = get(admin, f"/ory/admin/identities/{owner}/sessions", active=given)
    alices = [client.pk for client in everybody if client.row.user == alice]
    assert [session["id"] for session in of_alice] == [pk for pk in expected_ids if pk in alices]


def test_staff_see_one_session_with_what_they_ask_for(admin, alice):
    client = Browser(alice)
    path, row = f"{ADMIN}/{client.pk}", client.row
    owner = expected.identity(alice, metadata_admin=None)
    devices = expected.devices(row)
    assert get(admin, path) == expected.session(row, devices=[])
    assert get(admin, path, expand="Identity") == expected.session(row, identity=owner, devices=[])
    assert get(admin, path, expand="devices") == expected.session(row, devices=devices)
    both = get(admin, path, expand=["identity", "devices"])
    assert both == expected.session(row, identity=owner, devices=devices)


def test_staff_see_one_session_whatever_has_become_of_it_unless_it_is_deleted(admin, alice):
    for over in ("ended", "expired", "of another password", "of a deactivated user"):
        client = TokenClient(alice)
        OVER[over](client)
        shown = get(admin, f"{ADMIN}/{client.pk}")
        assert shown == expected.session(client.row, active=False, devices=[])
    OVER["deleted"](client)
    assert admin.get(f"{ADMIN}/{client.pk}").status_code == 404


def test_staff_end_a_session_and_see_it_still(admin, alice, sign_in):
    client, other = sign_in(alice), sign_in(alice)
    response = admin.delete(f"{ADMIN}/{client.pk}")
    assert (response.status_code, response.content) == (204, b"")
    assert (client.row.end_reason, client.row.ended_by) == (EndReason.REVOKED, admin.row.user)
    assert client.get(WHOAMI).status_code == 401
    assert other.get(WHOAMI).status_code == 200
    assert get(admin, f"{ADMIN}/{client.pk}")["active"] is False


@pytest.mark.parametrize(
    "over", ["ended", "expired", "of a deactivated user", "of another password"]
)
def test_staff_end_a_session_that_is_over_as_any_other(admin, alice, over):
    client = TokenClient(alice)
    OVER[over](client)
    assert admin.delete(f"{ADMIN}/{client.pk}").status_code == 204
    assert client.row.ended_at is not None
    before = changeable()
    assert admin.delete(f"{ADMIN}/{client.pk}").status_code == 204
    assert changeable() == before


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_an_unknown_or_deleted_session_is_404(admin, alice, method):
    client = TokenClient(alice)
    OVER["deleted"](client)
    before = changeable()
    for pk in (client.pk, MALFORMED_TO_MARIADB, "00000000-0000-0000-0000-000000000000"):
        assert admin.ask(method, f"{ADMIN}/{pk}").status_code == 404
        assert admin.ask("PATCH", f"{ADMIN}/{pk}/extend").status_code == 404
    assert changeable() == before


def test_staff_who_end_their_own_session_are_signed_out(sign_in, signed_out):
    client = sign_in(staff_with("view_session", "end_session", username="carol"))
    assert client.delete(f"{ADMIN}/{client.pk}").status_code == 204
    assert signed_out == ["carol"]
    assert client.row.end_reason == EndReason.LOGOUT
    assert client.get(ADMIN).status_code == 401


def extend(client, pk):
    return client.ask("PATCH", f"{ADMIN}/{pk}/extend")


def test_a_token_session_is_extended_by_the_lifetime_of_tokens_from_now(admin, alice, settings):
    settings.SESSIONS_API = {"TOKEN_LIFETIME": 24 * 3600}
    client = TokenClient(alice, lifetime=timedelta(hours=1))
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        response = extend(admin, client.pk)
    row, owner = client.row, expected.identity(alice, metadata_admin=None)
    assert row.expires_at == now + timedelta(days=1)
    assert response.status_code == 200
    assert response.json() == expected.session(row, identity=owner, devices=[])


@pytest.mark.parametrize("engine", SERVER_SIDE, indirect=True)
def test_a_browsers_session_is_extended_with_its_engine_session(admin, alice, settings, engine):
    browser = Browser(alice)
    with later(days=10):
        response = extend(admin, browser.pk)
        in_two_weeks = timezone.now() + timedelta(days=14)
        assert response.status_code == 200
        assert response.json()["expires_at"] == written(in_two_weeks)
        assert browser.row.expires_at == in_two_weeks
        cookie = browser.get(WHOAMI).cookies["sessionid"]
        assert cookie["max-age"] == 14 * 24 * 3600


@pytest.mark.parametrize(
    "over", ["ended", "expired", "of another password", "of a deactivated user"]
)
def test_what_is_over_is_shown_as_it_is_and_not_extended(admin, alice, over):
    client = TokenClient(alice)
    OVER[over](client)
    before, row = changeable(), client.row
    response = extend(admin, client.pk)
    owner = expected.identity(row.user, metadata_admin=None)
    assert response.status_code == 200
    assert response.json() == expected.session(row, active=False, identity=owner, devices=[])
    assert changeable() == before


def test_what_ends_at_a_fixed_date_is_shown_as_it_is_and_not_extended(admin, alice):
    browser = Browser(alice)
    held = browser.session
    held.set_expiry(timezone.now() + timedelta(days=1))
    held.save()
    Session.objects.filter(pk=browser.pk).update(expires_at=held.get_expiry_date())
    before, row = changeable(), browser.row
    response = extend(admin, browser.pk)
    owner = expected.identity(alice, metadata_admin=None)
    assert response.status_code == 200
    assert response.json() == expected.session(row, identity=owner, devices=[])
    assert changeable() == before


def test_a_token_that_lasts_longer_than_others_is_not_made_to_end_sooner(admin, alice):
    client = TokenClient(alice, lifetime=timedelta(days=365))
    before = client.row.expires_at
    response = extend(admin, client.pk)
    assert (response.status_code, client.row.expires_at) == (200, before)


def test_what_the_engine_cannot_extend_is_409(admin, alice, settings):
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    browser = Browser(alice)
    before = changeable()
    response = extend(admin, browser.pk)
    message = "The session engine cannot extend a session."
    assert (response.status_code, response.json()) == (409, expected.error(409, message))
    assert changeable() == before
    client = TokenClient(alice, lifetime=timedelta(hours=1))
    assert extend(admin, client.pk).status_code == 200


def test_staff_extend_their_own_session_and_owners_without_the_permission_do_not(alice):
    client = TokenClient(staff_with("view_session", "change_session"), lifetime=timedelta(hours=1))
    before = client.row.expires_at
    assert extend(client, client.pk).status_code == 200
    assert client.row.expires_at > before
    owner = TokenClient(alice)
    assert extend(owner, owner.pk).status_code == 403
