"""In Ory's dialect: a session, its device and its identity, field by field."""

from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
import time_machine
from django.conf import settings as django_settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils import timezone

from sessions_api import credentials
from sessions_api.models import Session
from tests.dialects.callers import OVER, Browser, Caller, written
from tests.dialects.ory import expected
from tests.dialects.ory.clients import WHOAMI, TokenClient
from tests.factories import UserFactory
from tests.helpers import FIREFOX, browser_with_password
from tests.site import identities
from tests.site.views import BACKEND

pytestmark = pytest.mark.django_db(transaction=True)


ENDINGS = ("ended", "expired", "of a deactivated user", "of another password")
THEN = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)


def shown(client, pk, **params):
    response = client.get(f"/ory/admin/sessions/{pk}", params)
    assert response.status_code == 200
    return response.json()


def test_every_field_of_a_session_is_as_it_is_written_here(alice):
    with time_machine.travel(THEN, tick=False):
        client = TokenClient(alice, lifetime=timedelta(hours=24), methods=["password"])
        Session.objects.update(ip_address="203.0.113.7", user_agent="curl/8")
        body = client.get(WHOAMI).json()
    assert body == {
        "id": client.pk,
        "active": True,
        "expires_at": "2026-03-02T12:00:00.250000Z",
        "authenticated_at": "2026-03-01T12:00:00.250000Z",
        "authenticator_assurance_level": "aal1",
        "authentication_methods": [
            {
                "method": "password",
                "aal": "aal1",
                "completed_at": "2026-03-01T12:00:00.250000Z",
            }
        ],
        "issued_at": "2026-03-01T12:00:00.250000Z",
        "identity": {
            "id": f"00000000-0000-8100-8100-{alice.pk:012x}",
            "schema_id": "default",
            "schema_url": "",
            "state": "active",
            "state_changed_at": None,
            "traits": {"email": "alice@example.com", "username": "alice"},
            "metadata_public": None,
            "created_at": written(alice.date_joined),
            "organization_id": None,
        },
        "devices": [
            {
                "id": client.pk,
                "ip_address": "203.0.113.7",
                "user_agent": "curl/8",
                "location": "",
            }
        ],
    }


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "America/St_Johns", "Pacific/Kiritimati"])
def test_times_are_in_utc_whatever_the_time_zone_of_the_site(alice, settings, zone):
    with time_machine.travel(THEN, tick=False):
        before = TokenClient(alice, methods=["password"]).get(WHOAMI).json()
        settings.TIME_ZONE = zone
        after = TokenClient(alice, methods=["password"]).get(WHOAMI).json()
    for name in ("issued_at", "authenticated_at"):
        assert after[name] == before[name] == "2026-03-01T12:00:00.250000Z"
    assert after["expires_at"] == before["expires_at"] == "2026-03-31T12:00:00.250000Z"
    assert after["identity"] == before["identity"]


def test_a_whole_second_is_written_without_a_fraction(alice):
    with time_machine.travel(THEN.replace(microsecond=0), tick=False):
        assert TokenClient(alice).get(WHOAMI).json()["issued_at"] == "2026-03-01T12:00:00Z"


def test_the_device_is_that_of_the_sign_in(alice):
    browser = Browser(alice)
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        browser.get(WHOAMI, headers={"user-agent": "curl/8"}, REMOTE_ADDR="198.51.100.9")
        body = browser.get(WHOAMI).json()
    assert browser.row.last_user_agent == "curl/8"
    assert body["devices"] == [
        {"id": browser.pk, "ip_address": "127.0.0.1", "user_agent": FIREFOX, "location": ""}
    ]


def test_the_device_of_orys_own_example_can_be_had(alice, settings):
    settings.SESSIONS_API = {
        "TRUSTED_PROXIES": ["127.0.0.1"],
        "LOCATION": "sessions_api.client.cdn.cloudflare",
    }
    headers = {
        "user-agent": "Mozilla/5.0 (X11; Linux x86_64)",
        "x-forwarded-for": "203.0.113.7",
        "cf-ipcity": "Munich",
        "cf-ipcountry": "DE",
    }
    client = Caller()
    client.get(f"/do/login:{alice.pk}/", headers=headers)
    [device] = client.get(WHOAMI).json()["devices"]
    assert device == {
        "id": device["id"],
        "ip_address": "203.0.113.7",
        "user_agent": "Mozilla/5.0 (X11; Linux x86_64)",
        "location": "Munich, DE",
    }


def test_what_is_not_known_of_a_device_is_null_and_its_location_empty(alice):
    client = TokenClient(alice)
    assert client.get(WHOAMI).json()["devices"] == [
        {"id": client.pk, "ip_address": None, "user_agent": None, "location": ""}
    ]


@pytest.mark.parametrize(
    "header", ["True-Client-IP", "Cf-Connecting-IP", "X-Real-IP", "X-Forwarded-For"]
)
def test_only_a_proxy_of_the_sites_says_where_a_client_is(alice, settings, header):
    headers = {header: "203.0.113.7", "Cf-Ipcity": "Munich", "Cf-Ipcountry": "DE"}
    shown = []
    for proxies in ((), ["127.0.0.1/32"]):
        settings.SESSIONS_API = {"TRUSTED_PROXIES": proxies, "CLIENT_IP_HEADER": header}
        client = Caller()
        client.get(f"/do/login:{alice.pk}/", headers=headers)
        [device] = client.get(WHOAMI).json()["devices"]
        shown.append((device["ip_address"], device["location"]))
    assert shown == [("127.0.0.1", ""), ("203.0.113.7", "")]


def test_a_user_without_an_e_mail_address_has_empty_traits():
    user = UserFactory.create(username="carol", email="")
    traits = TokenClient(user).get(WHOAMI).json()["identity"]["traits"]
    assert traits == {"email": "", "username": "carol"}


def test_metadata_for_admins_is_on_admin_routes_alone(admin):
    user = admin.row.user
    identity = expected.identity(user)
    of_it = f"/ory/admin/identities/{identity['id']}/sessions"
    own = [admin.get(WHOAMI).json(), *TokenClient(user).get("/ory/sessions").json()]
    for_staff = [
        *admin.get(of_it).json(),
        *admin.get("/ory/admin/sessions?expand=identity").json(),
        shown(admin, admin.pk, expand="identity"),
        admin.patch(f"/ory/admin/sessions/{admin.pk}/extend").json(),
    ]
    assert [session["identity"] for session in own] == [identity] * 2
    identity["metadata_admin"] = None
    assert [session["identity"] for session in for_staff] == [identity] * 6


@pytest.mark.parametrize(
    ("words", "aal", "level", "methods"),
    [
        ("", None, "aal1", []),
        ("password", 1, "aal1", [("password", "aal1")]),
        ("socialaccount", 1, "aal1", [("oidc", "aal1")]),
        ("saml", 1, "aal1", [("saml", "aal1")]),
        ("code", 1, "aal1", [("code", "aal1")]),
        ("otp", 1, "aal1", [("totp", "aal1")]),
        ("totp", 1, "aal1", [("totp", "aal1")]),
        ("recovery_codes", 1, "aal1", [("lookup_secret", "aal1")]),
        ("webauthn", 1, "aal1", [("webauthn", "aal1")]),
        ("webauthn", 2, "aal2", [("webauthn", "aal2")]),
        ("password totp", 2, "aal2", [("password", "aal1"), ("totp", "aal2")]),
        ("password otp totp", 2, "aal2", [("password", "aal1"), ("totp", "aal2")]),
        ("socialaccount webauthn", 2, "aal2", [("oidc", "aal1"), ("webauthn", "aal2")]),
        ("code recovery_codes", 2, "aal2", [("code", "aal1"), ("lookup_secret", "aal2")]),
        ("password_reset totp", 2, "aal2", [("link_recovery", "aal1"), ("totp", "aal2")]),
        ("remote_user", 1, "aal1", []),
        ("v0.6_legacy_session", None, "aal1", []),
        ("constructor remote_user password", 1, "aal1", [("password", "aal1")]),
    ],
)
def test_only_methods_that_ory_has_a_name_for_are_named(alice, words, aal, level, methods):
    client = TokenClient(alice)
    Session.objects.update(methods=words, aal=aal)
    completed_at = written(client.row.known_since)
    named = [
        {"method": name, "aal": of_it, "completed_at": completed_at} for name, of_it in methods
    ]
    body = client.get(WHOAMI).json()
    assert body["authenticator_assurance_level"] == level
    assert body["authentication_methods"] == (named or None)


def test_a_login_with_a_password_says_so(alice):
    client = browser_with_password(alice)
    row = Session.objects.get()
    assert client.get(WHOAMI).json() == expected.full(
        row,
        authentication_methods=[
            {
                "method": "password",
                "aal": "aal1",
                "completed_at": written(row.authenticated_at),
            }
        ],
    )


def test_a_session_that_was_adopted_has_not_been_authenticated_that_is_known_of(alice):
    store = import_module(django_settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY], store[BACKEND_SESSION_KEY] = str(alice.pk), BACKEND
    store[HASH_SESSION_KEY] = alice.get_session_auth_hash()
    store.save()
    client = Caller()
    client.cookies["sessionid"] = store.session_key
    body = client.get(WHOAMI).json()
    row = Session.objects.get()
    assert row.pk == credentials.derived_id(store.session_key)
    assert body == expected.full(row)
    assert (body["authenticated_at"], body["authentication_methods"]) == (None, None)


def test_an_absolute_timeout_is_when_a_session_expires(alice, settings):
    client = TokenClient(alice)
    settings.SESSIONS_API = {"ABSOLUTE_TIMEOUT": 3600}
    end = written(client.row.known_since + timedelta(hours=1))
    assert client.get(WHOAMI).json()["expires_at"] == end


@pytest.mark.parametrize(
    ("kind", "over"),
    [
        *((kind, over) for kind in (TokenClient, Browser) for over in ENDINGS),
        (Browser, "lost by the engine"),
    ],
)
def test_a_session_that_is_over_is_shown_as_it_was_but_not_active(alice, admin, kind, over):
    client = kind(alice)
    assert shown(admin, client.pk)["active"] is True
    OVER[over](client)
    row = client.row
    owner = expected.identity(row.user, metadata_admin=None)
    assert owner["state"] == ("inactive" if over == "of a deactivated user" else "active")
    assert shown(admin, client.pk, expand=["identity", "devices"]) == expected.session(
        row, active=False, identity=owner, devices=expected.devices(row)
    )
    listed = admin.get("/ory/admin/sessions", {"active": "false"}).json()
    assert listed == [expected.session(row, active=False)]
    of_it = f"/ory/admin/identities/{owner['id']}/sessions"
    assert admin.get(of_it).json() == [expected.for_staff(row, active=False)]


def test_a_session_is_not_active_once_it_has_been_idle_for_too_long(alice, admin, settings):
    client = TokenClient(alice)
    settings.SESSIONS_API = {"IDLE_TIMEOUT": 600}
    assert shown(admin, client.pk)["active"] is True
    Session.objects.filter(pk=client.pk).update(last_used=timezone.now() - timedelta(seconds=601))
    assert shown(admin, client.pk)["active"] is False


def test_an_identity_says_what_the_site_says_of_a_user(admin, alice, settings):
    client = TokenClient(alice)
    settings.SESSIONS_API = {"ORY_IDENTITY": "tests.site.identities.of"}
    filled = {
        "traits": {"name": {"first": "Alice"}},
        "metadata_public": {"plan": "free"},
        "schema_id": "customer",
        "organization_id": identities.ORGANIZATION,
        "state_changed_at": "2026-01-02T03:00:00Z",
    }
    own = expected.identity(alice, **filled)
    assert client.get(WHOAMI).json()["identity"] == own
    for_staff = {**own, "metadata_admin": {"risk": 3}}
    assert shown(admin, client.pk, expand="identity")["identity"] == for_staff
    of_alice = f"/ory/admin/identities/{own['id']}/sessions"
    assert [session["identity"] for session in admin.get(of_alice).json()] == [for_staff]


def test_what_no_identity_has_is_left_out_and_named_in_the_log(alice, settings, caplog):
    settings.SESSIONS_API = {"ORY_IDENTITY": "tests.site.identities.with_more"}
    identity = TokenClient(alice).get(WHOAMI).json()["identity"]
    assert identity == expected.identity(alice, metadata_public=1)
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("sessions_api.dialects", "ERROR")
    assert "id, state" in record.getMessage()


@pytest.mark.parametrize("name", ["failing", "without"])
def test_an_identity_that_the_site_fails_to_fill_is_as_without_the_site(
    alice, settings, caplog, name
):
    settings.SESSIONS_API = {"ORY_IDENTITY": f"tests.site.identities.{name}"}
    assert TokenClient(alice).get(WHOAMI).json()["identity"] == expected.identity(alice)
    assert f"tests.site.identities.{name} failed." in caplog.text


def test_the_site_is_asked_once_for_each_user_of_a_page(admin, alice, settings, monkeypatch):
    asked: list[str] = []

    def of(user):
        asked.append(user.username)
        return {}

    monkeypatch.setattr(identities, "of", of)
    for _ in range(3):
        TokenClient(alice)
    settings.SESSIONS_API = {"ORY_IDENTITY": "tests.site.identities.of"}
    admin.get("/ory/admin/sessions?expand=identity")
    assert sorted(asked) == sorted({"alice", admin.row.user.username})


@pytest.mark.parametrize(
    ("organization", "written_as"),
    [
        ("", None),
        (identities.ORGANIZATION, identities.ORGANIZATION),
        ("acme", "61636d65-0000-8200-8900-000000000000"),
    ],
)
def test_an_identity_is_of_the_organization_of_the_session(alice, organization, written_as):
    client = TokenClient(alice)
    Session.objects.update(organization_id=organization)
    assert client.get(WHOAMI).json()["identity"]["organization_id"] == written_as


@pytest.mark.parametrize(
    ("methods", "provider", "named"),
    [
        ("socialaccount totp", "google", [("oidc", "google"), ("totp", None)]),
        ("socialaccount", "", [("oidc", None)]),
        ("password", "google", [("password", None)]),
    ],
)
def test_a_sign_in_at_another_site_names_it(alice, methods, provider, named):
    client = TokenClient(alice)
    Session.objects.update(methods=methods, provider=provider)
    told = client.get(WHOAMI).json()["authentication_methods"]
    assert [(method["method"], method.get("provider")) for method in told] == named
