"""Ory's POST /admin/sessions: many sessions, ended or deleted at once."""

import pytest

from sessions_api.dialects.identifiers import uuid_of
from sessions_api.dialects.ory import admin_views
from sessions_api.models import EndReason, Session
from tests.dialects.callers import OVER, Browser
from tests.dialects.ory import expected
from tests.dialects.ory.clients import TokenClient, changeable, is_signed_in, sessions_of
from tests.factories import UserFactory
from tests.helpers import staff_with

pytestmark = pytest.mark.django_db(transaction=True)

on_each_action = pytest.mark.parametrize(
    ("action", "reason"), [("disable", EndReason.REVOKED), ("delete", EndReason.DELETED)]
)

ADMIN = "/ory/admin/sessions"
SOMEBODY = "01890000-0000-7000-8000-000000000000"
MALFORMED_TO_MARIADB = "03df2dfe-bbdf-88ea-8033-ad6f13fced41"


def manage(client, action, **named):
    response = client.ask("POST", ADMIN, {"action": action, **named})
    assert response.status_code == 200, response.content
    return response.json()


@pytest.fixture
def two(alice):
    """Return the clients of Alice and of Bob."""
    bob = UserFactory.create(username="bob")
    return [TokenClient(alice), Browser(alice)], [TokenClient(bob), Browser(bob)]


@on_each_action
def test_the_sessions_of_the_identities_named_go_and_no_others(admin, two, action, reason):
    alices, bobs = two
    identity = str(uuid_of(alices[0].row.user_id))
    assert manage(admin, action, identities=[identity]) == {"processed": 2, "more": False}
    assert [client.row.end_reason for client in alices] == [reason] * 2
    assert [client.row.ended_by for client in alices] == [admin.row.user] * 2
    assert not any(is_signed_in(client) for client in alices)
    assert all(is_signed_in(client) for client in bobs)
    assert manage(admin, action, identities=[identity]) == {"processed": 0, "more": False}


@on_each_action
def test_the_sessions_named_go_and_no_others(admin, two, action, reason):
    named, others = [two[0][0], two[1][1]], [two[0][1], two[1][0]]
    pks = [client.pk for client in named]
    assert manage(admin, action, sessions=pks) == {"processed": 2, "more": False}
    assert [client.row.end_reason for client in named] == [reason] * 2
    assert not any(is_signed_in(client) for client in named)
    assert all(is_signed_in(client) for client in others)


@on_each_action
def test_many_identities_are_named_at_once(admin, two, action, reason):
    identities = [str(uuid_of(clients[0].row.user_id)) for clients in two]
    assert manage(admin, action, identities=identities)["processed"] == 4


@on_each_action
def test_what_is_not_named_may_be_an_empty_list_or_null(admin, two, action, reason):
    alice, bob = two[0][0], two[1][0]
    identity = str(uuid_of(bob.row.user_id))
    assert manage(admin, action, identities=[], sessions=[alice.pk])["processed"] == 1
    assert manage(admin, action, identities=None, sessions=[alice.pk])["processed"] == 0
    assert manage(admin, action, identities=[identity], sessions=[])["processed"] == 2
    assert manage(admin, action, identities=["*"], sessions=None)["processed"] == 2
    assert [client.row.end_reason for client in (alice, bob)] == [reason] * 2


def test_disable_counts_what_was_active_and_delete_every_row(admin, alice):
    clients = [TokenClient(alice) for _ in range(3)]
    OVER["ended"](clients[0])
    OVER["expired"](clients[1])
    identity = str(uuid_of(alice.pk))
    assert manage(admin, "disable", identities=[identity])["processed"] == 1
    assert manage(admin, "disable", identities=[identity])["processed"] == 0
    assert manage(admin, "delete", identities=[identity])["processed"] == 3
    assert manage(admin, "delete", identities=[identity])["processed"] == 0
    assert {client.row.end_reason for client in clients} == {EndReason.DELETED}
    for client in clients:
        assert admin.get(f"{ADMIN}/{client.pk}").status_code == 404


@on_each_action
def test_unknown_ids_are_passed_over(admin, two, action, reason):
    alice = two[0][0]
    before = changeable()
    nobodys = [
        SOMEBODY,
        MALFORMED_TO_MARIADB,
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
        str(uuid_of(2**63)),
        str(uuid_of(2**110)),
        str(uuid_of("alice")),
    ]
    assert manage(admin, action, identities=nobodys) == {"processed": 0, "more": False}
    assert manage(admin, action, sessions=nobodys) == {"processed": 0, "more": False}
    assert changeable() == before
    mixed = [*nobodys, alice.pk, alice.pk, alice.pk.upper()]
    assert manage(admin, action, sessions=mixed) == {"processed": 1, "more": False}
    assert alice.row.end_reason == reason


@on_each_action
def test_500_may_be_named_at_once(admin, alice, action, reason):
    rows = sessions_of(alice, 500)
    pks = [str(row.pk) for row in rows]
    assert manage(admin, action, sessions=pks) == {"processed": 500, "more": False}
    identities = [str(uuid_of(alice.pk))] * 500
    assert manage(admin, action, identities=identities)["processed"] == 0


@on_each_action
def test_the_star_is_everybody_the_caller_too(sign_in, signed_out, two, action, reason):
    client = sign_in(staff_with(is_superuser=True, username="carol"))
    assert manage(client, action, identities=["*"]) == {"processed": 5, "more": False}
    assert not any(is_signed_in(each) for clients in two for each in [*clients, client])
    assert signed_out == ["carol"]
    assert not Session.objects.not_ended().exists()


@on_each_action
def test_the_star_takes_so_many_at_once_and_the_caller_last(
    sign_in, alice, monkeypatch, action, reason
):
    monkeypatch.setattr(admin_views, "MOST_AT_ONCE", 3)
    client = sign_in(staff_with(is_superuser=True))
    rows = sessions_of(alice, 7)
    assert [manage(client, action, identities=["*"]) for _ in range(3)] == [
        {"processed": 3, "more": True},
        {"processed": 3, "more": True},
        {"processed": 2, "more": False},
    ]
    assert not is_signed_in(client)
    ended = Session.objects.filter(pk__in=[row.pk for row in rows])
    assert {row.end_reason for row in ended} == {reason}


@on_each_action
def test_the_star_is_followed_to_the_end_where_the_last_batch_is_full(
    admin, alice, monkeypatch, action, reason
):
    monkeypatch.setattr(admin_views, "MOST_AT_ONCE", 3)
    sessions_of(alice, 6)
    answers = [manage(admin, action, identities=["*"]) for _ in range(3)]
    assert [answer["more"] for answer in answers] == [True, True, False]
    assert [answer["processed"] for answer in answers] == [3, 3, 1]


def test_whoever_disables_the_star_does_not_meet_again_what_has_ended(alice, monkeypatch, admin):
    monkeypatch.setattr(admin_views, "MOST_AT_ONCE", 3)
    rows = sessions_of(alice, 9)
    Session.objects.filter(pk__in=[row.pk for row in rows[:7]]).update(
        ended_at=rows[0].created_at, end_reason=EndReason.LOGOUT
    )
    assert manage(admin, "disable", identities=["*"]) == {"processed": 3, "more": False}
    assert Session.objects.filter(end_reason=EndReason.LOGOUT).count() == 8


@on_each_action
@pytest.mark.parametrize("named", ["identities", "sessions", "star"])
def test_staff_do_not_touch_the_sessions_of_superusers(admin, alice, action, reason, named):
    root, client = TokenClient(staff_with(is_superuser=True)), TokenClient(alice)
    given = {
        "identities": {"identities": [str(uuid_of(each.row.user_id)) for each in (root, client)]},
        "sessions": {"sessions": [root.pk, client.pk]},
        "star": {"identities": ["*"]},
    }[named]
    processed = 2 if named == "star" else 1  # the caller's own is among everybody's
    assert manage(admin, action, **given) == {"processed": processed, "more": False}
    assert is_signed_in(root)
    assert client.row.end_reason == reason


@pytest.mark.parametrize("saves", [False, True])
@on_each_action
def test_staff_who_name_their_own_session_are_signed_out(sign_in, settings, action, reason, saves):
    settings.SESSION_SAVE_EVERY_REQUEST = saves
    client = sign_in(staff_with("view_session", "end_session"))
    assert manage(client, action, sessions=[client.pk]) == {"processed": 1, "more": False}
    assert not is_signed_in(client)
    assert client.row.ended_at is not None


UUIDS = [SOMEBODY]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"action": "disable"},
        {"action": "delete", "identities": []},
        {"action": "delete", "identities": [], "sessions": []},
        {"action": "delete", "identities": None, "sessions": None},
        {"identities": UUIDS},
        {"action": "revoke", "identities": UUIDS},
        {"action": "Disable", "identities": UUIDS},
        {"action": None, "identities": UUIDS},
        {"action": 1, "identities": UUIDS},
        {"action": ["disable"], "identities": UUIDS},
        {"action": {"disable": 1}, "identities": UUIDS},
        {"action": "disable", "identities": UUIDS, "sessions": UUIDS},
        {"action": "disable", "identities": ["*"], "sessions": UUIDS},
        {"action": "disable", "identities": ["*"], "sessions": ""},
        {"action": "disable", "identities": ["*"], "sessions": 0},
        {"action": "disable", "identities": ["*"], "sessions": False},
        {"action": "disable", "identities": ["*"], "sessions": {}},
        {"action": "disable", "sessions": ["*"]},
        {"action": "disable", "identities": ["*", "*"]},
        {"action": "disable", "identities": ["*", *UUIDS]},
        {"action": "disable", "sessions": ["*", *UUIDS]},
        {"action": "disable", "identities": "*"},
        {"action": "disable", "identities": SOMEBODY},
        {"action": "disable", "identities": {"*": 1}},
        {"action": "disable", "identities": {SOMEBODY: 1}},
        {"action": "disable", "identities": 1},
        {"action": "disable", "identities": True},
        {"action": "disable", "identities": [[SOMEBODY]]},
        {"action": "disable", "identities": [None]},
        {"action": "disable", "identities": [1]},
        {"action": "disable", "identities": [True]},
        {"action": "disable", "identities": [""]},
        {"action": "disable", "identities": ["\0"]},
        {"action": "disable", "identities": ["\ud800"]},
        {"action": "disable", "identities": ["x" * 60_000]},
        {"action": "disable", "identities": ["nonsense", *UUIDS]},
        {"action": "disable", "sessions": UUIDS * 501},
        {"action": "delete", "identities": UUIDS * 501},
        {"action": "delete", "identities": ["*"] * 501},
        [],
        [{"action": "disable", "identities": ["*"]}],
        "disable",
        None,
        1,
    ],
    ids=lambda body: ascii(body)[:60],
)
def test_what_cannot_be_meant_is_400_and_changes_nothing(admin, two, body):
    before = changeable()
    response = admin.ask("POST", ADMIN, body)
    error = response.json()["error"]
    assert error.pop("reason")
    assert (response.status_code, {"error": error}) == (
        400,
        expected.error(400, expected.MALFORMED),
    )
    assert changeable() == before
