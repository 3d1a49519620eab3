"""The sessions that django-allauth gives apps: engine sessions whose key is sent as a header."""

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.test import Client

from sessions_api import recent
from sessions_api.models import EndReason, Session
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)

SESSIONS = "/api/sessions/"
ALLAUTH = "/_allauth/app/v1/auth"


def post(path, body, **headers):
    return Client().post(f"{ALLAUTH}/{path}", body, "application/json", headers=headers)


@pytest.fixture
def app(alice):
    """Return what Alice's app sends along, once it has signed in."""
    answer = post("login", {"username": "alice", "password": PASSWORD})
    return {"x-session-token": answer.json()["meta"]["session_token"]}


def get(headers, client=None):
    return (client or Client()).get(f"{ALLAUTH}/session", headers=headers).status_code


def test_it_is_listed(app):
    session = Session.objects.get()
    assert (session.methods, session.aal) == ("password", 1)
    listed = Client().get(SESSIONS, headers=app).json()["results"]
    assert [row["id"] for row in listed] == [str(session.pk)]


def test_a_second_factor_is_told(alice):
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(alice, secret)
    answer = post("login", {"username": "alice", "password": PASSWORD})
    assert not Session.objects.exists()
    code = totp.format_hotp_value(
        totp.hotp_value(secret, list(totp.yield_hotp_counters_from_time())[-1])
    )
    token = answer.json()["meta"]["session_token"]
    assert post("2fa/authenticate", {"code": code}, **{"x-session-token": token}).status_code == 200
    session = Session.objects.get()
    assert (session.methods, session.aal) == ("password totp", 2)


@pytest.mark.parametrize("strict", [False, True])
def test_it_goes_on_beside_that_of_a_browser(app, browser, sign_in, settings, strict):
    settings.SESSIONS_API = {"STRICT": strict}
    sign_in("/login/")
    for _ in range(2):
        assert get(app, browser) == 200
        recent.clear()
    assert browser.get("/do/user,write/").content == b"alice"
    assert Session.objects.filter(ended_at=None).count() == 2


def test_it_can_be_ended(app, browser, sign_in):
    session = Session.objects.get()
    sign_in("/login/")
    assert browser.delete(f"{SESSIONS}{session.pk}/").status_code == 204
    assert get(app) == 410
    assert Client().get(SESSIONS, headers=app).status_code == 401


def test_signing_out_there_ends_it_alone(app, browser, sign_in):
    sign_in("/login/")
    browser.delete(f"{ALLAUTH}/session", headers=app)
    ended = Session.objects.get(ended_at__isnull=False)
    assert (ended.end_reason, ended.methods) == (EndReason.LOGOUT, "password")
    assert get(app) == 410
    assert browser.get("/do/user/").content == b"alice"
