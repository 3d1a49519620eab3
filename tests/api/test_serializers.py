"""What the API says of a session, and what it never says."""

import re
import uuid
from datetime import datetime, timedelta

import pytest
import time_machine
from django.core import signing
from django.utils import timezone

from sessions_api.models import Session
from tests.api.clients import (
    browser_with_csrf,
    delete,
    listed,
    on_each_engine,
    path_of,
    row,
    secrets_of,
)
from tests.factories import UserFactory
from tests.helpers import (
    CURRENT,
    FIREFOX,
    SESSIONS,
    browser_with_password,
    lose,
    session_id,
)

FIELDS = {
    "id",
    "kind",
    "state",
    "is_current",
    "label",
    "user_agent",
    "last_user_agent",
    "device_type",
    "browser",
    "os",
    "device",
    "device_name",
    "ip_address",
    "last_ip_address",
    "country",
    "location",
    "methods",
    "aal",
    "provider",
    "is_impersonated",
    "acting_as",
    "organization_id",
    "parent",
    "adopted",
    "ends_with_browser",
    "created_at",
    "authenticated_at",
    "last_used",
    "expires_at",
    "idle_expires_at",
    "ends_at",
    "ended_at",
    "end_reason",
}


def everything_said(response):
    """Return a response's body, headers and, readable, the cursors in its links."""
    body = response.content.decode()
    cursors = re.findall(r"cursor=([\w-]+)", body)
    decoded = [signing.b64_decode(cursor.encode()).decode() for cursor in cursors]
    return "\n".join([body, str(response.headers), *decoded])


def test_an_item_has_exactly_these_fields(db):
    alice = UserFactory.create()
    client = browser_with_csrf(alice)
    item = client.get(CURRENT).json()
    assert item.pop("reauthentication_methods") == ["password"]
    assert set(item) == FIELDS
    assert client.get(path_of(client)).json() == item
    assert client.get(SESSIONS).json() == {"next": None, "previous": None, "results": [item]}


def test_an_item_says_what_is_known_of_the_session(db):
    with time_machine.travel("2026-11-21T08:00:00.25Z", tick=False):
        client = browser_with_csrf(UserFactory.create())
        assert client.get(CURRENT).json() == {
            "reauthentication_methods": ["password"],
            "id": session_id(client),
            "kind": "browser",
            "state": "active",
            "is_current": True,
            "label": "",
            "user_agent": FIREFOX,
            "last_user_agent": FIREFOX,
            "device_type": "desktop",
            "browser": "Firefox 157",
            "os": "Linux",
            "device": "",
            "device_name": "Firefox 157 on Linux",
            "ip_address": "127.0.0.1",
            "last_ip_address": "127.0.0.1",
            "country": "",
            "location": "",
            "methods": [],
            "aal": None,
            "provider": "",
            "is_impersonated": False,
            "acting_as": None,
            "organization_id": "",
            "parent": None,
            "adopted": False,
            "ends_with_browser": False,
            "created_at": "2026-11-21T08:00:00.250000Z",
            "authenticated_at": None,
            "last_used": "2026-11-21T08:00:00.250000Z",
            "expires_at": "2026-12-05T08:00:00.250000Z",
            "idle_expires_at": None,
            "ends_at": "2026-12-05T08:00:00.250000Z",
            "ended_at": None,
            "end_reason": "",
        }


@on_each_engine
@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_no_answer_contains_a_secret(engine, settings, accept):
    alice = UserFactory.create()
    client, other, ended = (
        browser_with_csrf(alice),
        browser_with_csrf(alice),
        browser_with_csrf(alice),
    )
    secrets = [
        secret for browser in (client, other, ended) for secret in secrets_of(browser, settings)
    ]
    assert len(secrets) >= 3 * 4
    ended_id, other_id = session_id(ended), session_id(other)
    paths = (
        SESSIONS,
        f"{SESSIONS}?page_size=1",
        CURRENT,
        path_of(client),
        path_of(other),
        path_of(ended_id),
        path_of(uuid.uuid4()),
        f"{SESSIONS}?page_size=x",
        f"{SESSIONS}?cursor=",
    )
    answers = [delete(client, path_of(ended_id))]
    answers += [client.get(path, headers={"accept": accept}) for path in paths]
    answers += [delete(client, SESSIONS)]
    said = "\n".join(map(everything_said, answers))
    assert session_id(client) in said
    assert f'+00:00","{other_id}"' in said  # This is from inside a cursor.
    assert [secret for secret in secrets if secret in said] == []


def test_is_current_marks_the_callers_own_session_only(db):
    alice = UserFactory.create()
    clients = [browser_with_csrf(alice) for _ in range(3)]
    for client in clients:
        current = [
            item["id"] for item in client.get(SESSIONS).json()["results"] if item["is_current"]
        ]
        assert current == [session_id(client)]
        marks = [client.get(path_of(other)).json()["is_current"] for other in clients]
        assert marks == [other is client for other in clients]


def test_an_ended_session_is_shown_by_its_id(transactional_db):
    alice = UserFactory.create()
    client, other = browser_with_csrf(alice), browser_with_csrf(alice)
    other_id = session_id(other)
    now = timezone.now().replace(microsecond=0) + timedelta(seconds=5)
    with time_machine.travel(now, tick=False):
        delete(client, path_of(other_id))
        item = client.get(path_of(other_id)).json()
    assert (item["state"], item["end_reason"]) == ("ended", "revoked")
    assert datetime.fromisoformat(item["ended_at"]) == now
    assert item["is_current"] is False
    assert other_id not in listed(client)


@pytest.mark.parametrize(
    ("options", "moment", "reason"),
    [
        ({}, "expires_at", "expired"),
        ({"IDLE_TIMEOUT": 3600}, "last_used", "idle"),
        ({"ABSOLUTE_TIMEOUT": 3600}, "authenticated_at", "lifetime"),
    ],
)
def test_an_expired_session_is_shown_by_its_id(db, settings, options, moment, reason):
    settings.SESSIONS_API = options
    alice = UserFactory.create()
    client, other = browser_with_csrf(alice), browser_with_csrf(alice)
    other_id = session_id(other)
    Session.objects.filter(pk=other_id).update(**{moment: timezone.now() - timedelta(hours=2)})
    if moment == "expires_at":
        lose(other)  # else the engine, which enforces its expiry itself, would know better
    item = client.get(path_of(other_id)).json()
    assert (item["state"], item["end_reason"], item["ended_at"]) == ("expired", reason, None)
    assert listed(client) == [session_id(client)]


def test_an_invalid_session_is_shown_by_its_id(db, settings):
    alice = UserFactory.create()
    client, outdated, lost = (
        browser_with_csrf(alice),
        browser_with_csrf(alice),
        browser_with_csrf(alice),
    )
    outdated_id, lost_id = session_id(outdated), session_id(lost)
    lose(lost)
    client.get("/do/password:another/")
    for pk, reason in ((outdated_id, "credentials"), (lost_id, "lost")):
        item = client.get(path_of(pk)).json()
        assert (item["state"], item["end_reason"], item["ended_at"]) == ("invalid", reason, None)
    assert listed(client) == [session_id(client)]


@pytest.mark.parametrize(("hours", "is_capped"), [(1, True), (24 * 365, False)])
def test_the_expiry_shown_respects_the_absolute_timeout(db, settings, hours, is_capped):
    settings.SESSIONS_API = {"ABSOLUTE_TIMEOUT": timedelta(hours=hours)}
    client = browser_with_csrf(UserFactory.create())
    session = row(client)
    cap = session.created_at + timedelta(hours=hours)
    shown = {
        client.get(CURRENT).json()["expires_at"],
        client.get(path_of(client)).json()["expires_at"],
        client.get(SESSIONS).json()["results"][0]["expires_at"],
    }
    assert {datetime.fromisoformat(text) for text in shown} == {
        cap if is_capped else session.expires_at
    }


def test_the_absolute_timeout_of_an_adopted_session_counts_from_its_adoption(db, settings):
    settings.SESSIONS_API = {"ABSOLUTE_TIMEOUT": timedelta(hours=1)}
    client = browser_with_csrf(UserFactory.create())
    Session.objects.update(authenticated_at=None, adopted=True)
    item = client.get(CURRENT).json()
    assert item["authenticated_at"] is None
    created_at, expires_at = (datetime.fromisoformat(item[n]) for n in ("created_at", "expires_at"))
    assert expires_at == created_at + timedelta(hours=1)


@pytest.mark.parametrize(
    "site",
    [
        {"TIME_ZONE": "UTC"},
        {"TIME_ZONE": "Asia/Tokyo"},
        {"TIME_ZONE": "America/New_York"},
        {"REST_FRAMEWORK": {"DATETIME_FORMAT": "%d.%m.%Y"}},
    ],
)
def test_times_are_rfc_3339_in_utc_whatever_the_site_is_set_to(transactional_db, settings, site):
    for name, value in site.items():
        setattr(settings, name, value)
    alice = UserFactory.create()
    client, other = browser_with_csrf(alice), browser_with_password(alice)
    path = path_of(other)
    delete(client, path)
    item = client.get(path).json()
    for name in ("created_at", "authenticated_at", "last_used", "expires_at", "ended_at"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", item[name]), name
    ended_at = datetime.fromisoformat(item["ended_at"])
    assert abs(ended_at - timezone.now()) < timedelta(minutes=5)
