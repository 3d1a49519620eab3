"""Ory's /sessions: a user's others, seen and ended by themselves."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from sessions_api.models import EndReason, Session
from tests.dialects.callers import OVER, Browser
from tests.dialects.ory import expected
from tests.dialects.ory.clients import WHOAMI, TokenClient, changeable, is_signed_in
from tests.factories import SessionFactory, UserFactory
from tests.helpers import staff_with

pytestmark = pytest.mark.django_db(transaction=True)


SESSIONS = "/ory/sessions"
SOMEBODY = "01890000-0000-7000-8000-000000000000"
MALFORMED_TO_MARIADB = "03df2dfe-bbdf-88ea-8033-ad6f13fced41"


def reasons(*clients):
    return [client.row.end_reason for client in clients]


def test_a_user_sees_their_other_sessions_the_latest_first(alice, sign_in):
    others = [TokenClient(alice), Browser(alice), TokenClient(alice)]
    client = sign_in(alice)
    others.append(Browser(alice))
    TokenClient(UserFactory.create())
    response = client.get(SESSIONS)
    assert response.status_code == 200
    assert response.json() == [expected.full(other.row) for other in reversed(others)]


def test_a_user_with_one_session_sees_none(alice, sign_in):
    TokenClient(UserFactory.create())
    response = sign_in(alice).get(SESSIONS)
    assert (response.status_code, response.json()) == (200, [])


def test_a_login_that_is_on_its_way_to_the_browser_is_not_seen_yet(alice, admin):
    row = SessionFactory.create(user=alice, expires_at=None)
    owner = expected.identity(alice)["id"]
    assert TokenClient(alice).get(SESSIONS).json() == []
    assert admin.get(f"/ory/admin/sessions/{row.pk}").status_code == 404
    for path in ("/ory/admin/sessions", f"/ory/admin/identities/{owner}/sessions"):
        assert str(row.pk) not in admin.get(path).content.decode()


def test_a_user_ends_all_their_other_sessions_and_is_told_how_many(alice, sign_in):
    others = [TokenClient(alice), Browser(alice), TokenClient(alice)]
    client, bystander = sign_in(alice), TokenClient(UserFactory.create())
    response = client.delete(SESSIONS)
    assert (response.status_code, response.json()) == (200, {"count": 3})
    assert reasons(*others) == [EndReason.REVOKED] * 3
    assert [other.row.ended_by for other in others] == [alice] * 3
    assert not any(is_signed_in(other) for other in others)
    assert is_signed_in(client)
    assert is_signed_in(bystander)
    assert client.delete(SESSIONS).json() == {"count": 0}


def test_of_the_others_only_those_that_were_active_are_counted(alice):
    over = [TokenClient(alice) for _ in range(2)]
    OVER["ended"](over[0])
    OVER["expired"](over[1])
    client, lost = TokenClient(alice), Browser(alice)
    lost.session.flush()
    TokenClient(alice)
    assert client.delete(SESSIONS).json() == {"count": 1}
    assert Session.objects.not_ended().get().pk == client.row.pk


def test_ending_the_others_ends_also_what_is_out_of_sight_for_now(alice):
    """What no list shows is ended, but not counted: also a sign-in that is on its way."""
    client, other = TokenClient(alice), TokenClient(alice)
    Session.objects.filter(pk=other.pk).update(backend="gone.Backend")
    on_its_way = SessionFactory.create(user=alice, expires_at=None)
    assert client.delete(SESSIONS).json() == {"count": 0}
    on_its_way.refresh_from_db()
    assert other.row.end_reason == on_its_way.end_reason == EndReason.REVOKED


def test_a_user_ends_one_of_their_other_sessions(alice, sign_in):
    client, other, third = sign_in(alice), Browser(alice), TokenClient(alice)
    response = client.delete(f"{SESSIONS}/{other.pk}")
    assert (response.status_code, response.content) == (204, b"")
    assert (other.row.end_reason, other.row.ended_by) == (EndReason.REVOKED, alice)
    assert not is_signed_in(other)
    assert is_signed_in(client)
    assert is_signed_in(third)
    assert [session["id"] for session in client.get(SESSIONS).json()] == [third.pk]


def test_a_session_that_has_been_ended_is_ended_again_without_a_change(alice, sign_in):
    client, other = sign_in(alice), TokenClient(alice)
    for over in ("ended", "deleted"):
        OVER[over](other)
        before = changeable()
        assert client.delete(f"{SESSIONS}/{other.pk}").status_code == 204
        assert changeable() == before


@pytest.mark.parametrize(
    "pk", [SOMEBODY, MALFORMED_TO_MARIADB, "00000000-0000-0000-0000-000000000000"]
)
def test_an_unknown_session_is_ended_without_a_word(alice, sign_in, pk):
    client, before = sign_in(alice), changeable()
    assert client.delete(f"{SESSIONS}/{pk}").status_code == 204
    assert changeable() == before


def test_the_sessions_of_others_are_not_ended_whoever_asks(alice):
    bystander = TokenClient(alice)
    for client in (TokenClient(UserFactory.create()), TokenClient(staff_with(is_superuser=True))):
        assert client.delete(f"{SESSIONS}/{bystander.pk}").status_code == 204
    assert is_signed_in(bystander)


@pytest.mark.parametrize("form", ["{}", "{{{}}}", "urn:uuid:{}"])
@pytest.mark.parametrize(
    "change",
    [str.lower, str.upper, lambda pk: pk.replace("-", "")],
    ids=["lower", "upper", "without dashes"],
)
def test_an_id_is_taken_in_any_form_of_a_uuid(alice, form, change):
    client, other = TokenClient(alice), TokenClient(alice)
    assert client.delete(f"{SESSIONS}/{form.format(change(other.pk))}").status_code == 204
    assert reasons(other) == [EndReason.REVOKED]
    assert client.delete(f"{SESSIONS}/{form.format(change(client.pk))}").status_code == 400


def test_whoami_is_not_taken_for_an_id(alice, sign_in):
    client = sign_in(alice)
    response = client.delete(WHOAMI)
    assert (response.status_code, response.json()["id"]) == (200, client.pk)
    assert client.row.ended_at is None


def test_what_is_wrong_is_told_in_order(alice):
    client = TokenClient(alice)
    OVER["ended"](TokenClient(alice))
    assert client.delete(f"{SESSIONS}/nonsense").status_code == 400
    assert client.delete(f"{SESSIONS}/{client.pk}").status_code == 400
    OVER["ended"](client)
    for name in ("nonsense", client.pk, SOMEBODY):
        response = client.delete(f"{SESSIONS}/{name}")
        assert (response.status_code, response.json()) == (401, expected.unauthorized())


def test_a_session_that_its_owner_has_ended_stays_for_staff_to_see(alice, admin):
    other = TokenClient(alice)
    TokenClient(alice).delete(f"{SESSIONS}/{other.pk}")
    shown = admin.get(f"/ory/admin/sessions/{other.pk}")
    assert shown.json() == expected.session(other.row, active=False, devices=[])


def test_a_session_that_has_just_expired_is_not_seen(alice):
    client, other = TokenClient(alice), TokenClient(alice)
    now = timezone.now()
    Session.objects.filter(pk=other.pk).update(expires_at=now + timedelta(seconds=1))
    with time_machine.travel(now, tick=False):
        assert [session["id"] for session in client.get(SESSIONS).json()] == [other.pk]
    with time_machine.travel(now + timedelta(seconds=1), tick=False):
        assert client.get(SESSIONS).json() == []
