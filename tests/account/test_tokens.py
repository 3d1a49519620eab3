"""The pages of the user's tokens."""

import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.test import Client

from sessions_api import lifecycle
from sessions_api.models import Kind, Session
from tests.account.pages import browser, links_of, text_of, url
from tests.helpers import CURRENT, bearer, later, session_of

pytestmark = pytest.mark.django_db(transaction=True)

DAY = str(timedelta(days=1).total_seconds())


def make(client, label="Backup script", lifetime=DAY):
    return client.post(url("new_token"), {"label": label, "lifetime": lifetime})


def token_in(response):
    (token,) = re.findall('id="sessions-token" readonly value="([^"]+)"', response.content.decode())
    return token


def test_a_new_token_is_shown_once_and_works(alice):
    own = browser(alice)
    response = make(own)
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
    token = token_in(response)
    shown = Client().get(CURRENT, headers=bearer(token)).json()
    assert (shown["label"], shown["kind"]) == ("Backup script", "token")
    session = Session.objects.get(kind=Kind.TOKEN)
    assert session.parent == session_of(own)
    assert session.expires_at is not None
    assert session.expires_at - session.created_at == timedelta(days=1)
    for name in ("tokens", "sessions"):
        page = own.get(url(name))
        assert "Backup script" in text_of(page)
        assert token not in page.content.decode()


def test_a_token_is_made_by_those_alone_who_have_just_proved_who_they_are(alice):
    own = browser(alice)
    with later(minutes=11):
        for response in (own.get(url("new_token")), make(own)):
            assert response.url == f"{url('confirm')}?next={quote(url('new_token'), safe='')}"
    assert not Session.objects.filter(kind=Kind.TOKEN).exists()


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"label": ""}, "This field is required"),
        ({"label": "x" * 101}, "at most 100 characters"),
        ({"lifetime": str(timedelta(days=1000).total_seconds())}, "Select a valid choice"),
        ({"lifetime": "nan"}, "Select a valid choice"),
    ],
    ids=["no name", "long name", "too long", "no number"],
)
def test_what_cannot_be_is_refused_with_the_reason(alice, fields, error):
    assert error in text_of(make(browser(alice), **fields))
    assert not Session.objects.filter(kind=Kind.TOKEN).exists()


def test_no_token_lasts_longer_than_the_site_allows(alice, settings):
    settings.SESSIONS_API = {**settings.SESSIONS_API, "TOKEN_LIFETIME": timedelta(hours=5)}
    own = browser(alice)
    page = text_of(own.get(url("new_token")))
    assert "5 hours" in page
    assert "1 day" not in page
    assert "Select a valid choice" in text_of(make(own))


def test_the_limit_is_said_on_the_form(alice, settings):
    own = browser(alice)
    settings.SESSIONS_API = {
        **settings.SESSIONS_API,
        "MAX_SESSIONS_PER_USER": 1,
        "ON_LIMIT": "refuse",
    }
    assert "which is the limit" in text_of(make(own))
    assert not Session.objects.filter(kind=Kind.TOKEN).exists()


def test_whoever_acts_as_the_user_makes_no_token(alice):
    own = browser(alice)
    Session.objects.update(impersonator=alice)
    assert "No token can be made from this session" in text_of(own.get(url("new_token")))
    make(own)
    assert not Session.objects.filter(kind=Kind.TOKEN).exists()


def test_tokens_can_be_ended_from_their_list(alice):
    own = browser(alice)
    session, token = lifecycle.issue_token(alice, label="CI")
    assert url("end", session.pk) in links_of(own.get(url("tokens")))
    own.post(url("end", session.pk))
    assert Client().get(CURRENT, headers=bearer(token)).status_code == 401
    assert "You have no tokens." in text_of(own.get(url("tokens")))


@pytest.mark.parametrize("name", ["tokens", "new_token"])
def test_a_site_without_the_api_has_no_pages_for_tokens(alice, settings, name):
    own = browser(alice)
    settings.ROOT_URLCONF = "tests.account.urls_without_api"
    assert own.get(url(name)).status_code == 404
    assert url("tokens") not in links_of(own.get(url("sessions")))
