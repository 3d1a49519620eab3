"""Tokens that are made of a session: of no more than it has, and over when it is revoked."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from sessions_api import lifecycle
from sessions_api.lifecycle import tokens
from sessions_api.models import EndReason, Kind, Session
from tests.api.clients import on_each_engine, post
from tests.factories import PASSWORD, UserFactory
from tests.helpers import (
    CURRENT,
    REAUTHENTICATE,
    SESSIONS,
    bearer,
    browser_with_password,
    later,
    name_of,
    session_of,
    signed_in,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("bystander")]

TOKENS = f"{SESSIONS}tokens/"


def make(client, **body):
    return client.post(TOKENS, body, content_type="application/json")


def made(client, **body):
    response = make(client, **body)
    assert response.status_code == 201, response.content
    return response.json()


def is_good(body):
    return Client().get(CURRENT, headers=bearer(body["token"])).status_code == 200


@on_each_engine
def test_a_browser_makes_a_token_of_what_it_has(alice, engine):
    browser = browser_with_password(alice)
    Session.objects.for_user(alice).update(methods="password totp", aal=2, organization_id="acme")
    parent = session_of(browser)
    body = made(browser, label="Backup", lifetime=3600)
    row = Session.objects.get(pk=body["id"])
    assert (row.kind, row.label, row.parent_id) == (Kind.TOKEN, "Backup", parent.pk)
    assert (row.methods, row.aal, row.organization_id) == ("password totp", 2, "acme")
    assert row.authenticated_at == parent.authenticated_at
    assert row.expires_at == row.created_at + timedelta(hours=1)
    assert (body["parent"], body["is_current"]) == (str(parent.pk), False)
    assert is_good(body)
    assert name_of(browser) == "alice"


def test_without_a_lifetime_a_token_lasts_as_any(alice):
    body = made(browser_with_password(alice))
    row = Session.objects.get(pk=body["id"])
    assert row.expires_at == row.created_at + timedelta(days=30)


def test_the_proof_has_to_be_recent_whatever_the_setting(alice, settings):
    browser = browser_with_password(alice)
    Session.objects.for_user(alice).update(authenticated_at=timezone.now() - timedelta(minutes=11))
    response = make(browser)
    assert (response.status_code, response.json()["code"]) == (403, "reauthentication_required")
    settings.SESSIONS_API = {"REAUTHENTICATION_AGE": 3600}
    assert is_good(made(browser))
    settings.SESSIONS_API = {"REAUTHENTICATION_AGE": 300}
    assert make(browser).status_code == 403
    assert post(REAUTHENTICATE, {"password": PASSWORD}, browser).status_code == 200
    assert is_good(made(browser))


def test_a_sign_in_that_nobody_checked_makes_no_token(alice):
    response = make(signed_in(alice))
    assert (response.status_code, response.json()["code"]) == (403, "reauthentication_required")


def test_a_page_needs_its_csrf_token(alice):
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = browser_with_password(alice).cookies
    assert make(browser).status_code == 403
    assert not Session.objects.for_user(alice).filter(kind=Kind.TOKEN).exists()


def test_a_token_that_signed_in_makes_another_and_that_one_none(alice):
    issued = lifecycle.issue_token(alice, methods=["password"])
    first = Client(headers=bearer(issued.token))
    body = made(first)
    assert body["parent"] == str(issued.session.pk)
    response = make(Client(headers=bearer(body["token"])))
    assert (response.status_code, response.json()["code"]) == (403, "token_not_possible")
    Session.objects.filter(pk=issued.session.pk).delete()
    assert not is_good(body)


def test_who_acts_as_the_user_makes_none(alice):
    browser = browser_with_password(alice)
    Session.objects.for_user(alice).update(impersonator=UserFactory.create())
    response = make(browser)
    assert (response.status_code, response.json()["code"]) == (403, "token_not_possible")


ENDS = {
    "revoked": lambda browser, row: lifecycle.end(row),
    "its credentials": lambda browser, row: lifecycle.end(row, reason=EndReason.CREDENTIALS),
    "deleted by a vendor's call": lambda browser, row: lifecycle.end(row, reason=EndReason.DELETED),
    "its row deleted": lambda browser, row: row.delete(),
    "a query's rows deleted": lambda browser, row: Session.objects.filter(pk=row.pk).delete(),
    "ended by staff": lambda browser, row: lifecycle.end_many(Session.objects.filter(pk=row.pk)),
}
LEAVES = {
    "signed out": lambda browser, row: browser.delete(CURRENT),
    "signed out by the site": lambda browser, row: browser.get("/do/logout/"),
    "expired": lambda browser, row: lifecycle.end(row, reason=EndReason.EXPIRED),
    "the limit": lambda browser, row: lifecycle.end(row, reason=EndReason.LIMIT),
}


@on_each_engine
@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_it_ends_with_a_session_that_is_ended_from_elsewhere(alice, engine, end):
    browser, other = browser_with_password(alice), browser_with_password(alice)
    body, others = made(browser), made(other)
    end(browser, session_of(browser))
    assert not is_good(body)
    assert is_good(others)
    row = Session.objects.get(pk=body["id"])
    assert row.ended_at is not None
    assert row.end_reason in (EndReason.REVOKED, EndReason.CREDENTIALS, EndReason.DELETED)


@on_each_engine
@pytest.mark.parametrize("leave", LEAVES.values(), ids=LEAVES)
def test_it_stays_when_its_user_leaves(alice, engine, leave):
    browser = browser_with_password(alice)
    body = made(browser)
    leave(browser, session_of(browser))
    assert is_good(body)


@on_each_engine
def test_it_ends_with_the_session_that_takes_its_parents_place(alice, engine):
    browser = browser_with_password(alice)
    body = made(browser)
    steps = f"password_login:{alice.username}|{PASSWORD}"
    assert browser.post(f"/do/{steps}/").status_code == 200
    assert Session.objects.get(pk=body["id"]).parent_id == session_of(browser).pk
    assert is_good(body)
    lifecycle.end(session_of(browser))
    assert not is_good(body)


@on_each_engine
def test_a_new_proof_keeps_it_with_its_session(alice, engine):
    browser = browser_with_password(alice)
    body = made(browser)
    assert post(REAUTHENTICATE, {"password": PASSWORD}, browser).status_code == 200
    assert is_good(body)
    lifecycle.end(session_of(browser))
    assert not is_good(body)


def test_a_token_that_ends_all_others_stays_though_its_parent_ends(alice):
    browser = browser_with_password(alice)
    body, sibling = made(browser), made(browser)
    client = Client(headers=bearer(body["token"]))
    assert client.delete(SESSIONS).json() == {"ended": 2}
    assert is_good(body)
    assert not is_good(sibling)
    assert name_of(browser) == ""


@on_each_engine
def test_no_token_is_made_of_a_session_that_has_ended_meanwhile(alice, engine, rf):
    browser = browser_with_password(alice)
    stale = session_of(browser)
    lifecycle.end(session_of(browser))
    request = rf.get("/")
    request.session = browser.session
    assert tokens.issue_from(stale, alice, request=request) is None
    assert not Session.objects.for_user(alice).filter(kind=Kind.TOKEN).exists()


def test_a_password_change_ends_it(alice):
    body = made(browser_with_password(alice))
    alice.set_password("another")
    alice.save()
    assert not is_good(body)


def test_tokens_of_many_sessions_end_in_batches(alice, monkeypatch):
    monkeypatch.setattr("sessions_api.lifecycle.ending.BATCH", 2)
    bodies = [made(browser_with_password(alice)) for _ in range(5)]
    browsers = Session.objects.for_user(alice).filter(kind=Kind.BROWSER)
    assert lifecycle.end_many(browsers) == 10
    assert not any(is_good(body) for body in bodies)


def test_it_outlives_the_row_of_a_session_that_was_signed_out(alice):
    browser = browser_with_password(alice)
    body = made(browser)
    browser.delete(CURRENT)
    with later(days=20):
        Session.objects.for_user(alice).filter(kind=Kind.BROWSER).delete()
        assert is_good(body)
        assert make(Client(headers=bearer(body["token"]))).status_code == 403
