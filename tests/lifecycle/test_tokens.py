"""Tokens that the site's own code issues."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.db import OperationalError
from django.test import Client, RequestFactory
from django.utils import timezone
from django.views.debug import ExceptionReporter

from sessions_api import credentials, lifecycle, validity
from sessions_api.lifecycle import tokens
from sessions_api.models import EndReason, Kind, Session
from tests.factories import PASSWORD, UserFactory
from tests.helpers import CURRENT, bearer, later, refusing, session_of, signed_in, use_engine

pytestmark = pytest.mark.django_db

MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.mark.parametrize(
    "first", ["tests.site.backends.VetoBackend", "django.contrib.auth.backends.BaseBackend"]
)
def test_the_first_backend_that_knows_users_answers_for_them(settings, first):
    settings.AUTHENTICATION_BACKENDS = [first, MODEL_BACKEND]
    issued = lifecycle.issue_token(UserFactory.create())
    assert issued.session.backend == MODEL_BACKEND
    assert validity.active([issued.session]) == [issued.session]


def test_where_no_backend_knows_users_a_token_is_not_active(settings):
    settings.AUTHENTICATION_BACKENDS = ["tests.site.backends.VetoBackend"]
    issued = lifecycle.issue_token(UserFactory.create())
    assert validity.active([issued.session]) == []


def test_a_token_is_not_in_the_text_of_what_is_issued(alice):
    issued = lifecycle.issue_token(alice)
    assert issued.token not in repr(issued)
    assert issued.token not in str(issued)


def issued(user, request):
    lifecycle.issue_token(user, request=request)


def issued_from_a_session(user, request):
    tokens.issue_from(Session.objects.get(kind=Kind.BROWSER), user, request=request)


def renewed(user, request):
    tokens.reauthenticated(Session.objects.get(kind=Kind.TOKEN), user)


@pytest.mark.parametrize("make", [issued, issued_from_a_session, renewed])
def test_a_token_is_not_in_the_report_of_a_failure(alice, rf, monkeypatch, make):
    request = rf.get("/")
    request.session = signed_in(alice).session
    lifecycle.issue_token(alice)
    token = credentials.new_token()
    monkeypatch.setattr(credentials, "new_token", lambda: token)
    with refusing("INSERT", "UPDATE"), pytest.raises(OperationalError) as failure:
        make(alice, request)
    below_this_test = failure.tb.tb_next
    report: Any = ExceptionReporter(request, failure.type, failure.value, below_this_test)
    for text in (report.get_traceback_html(), report.get_traceback_text()):
        assert make.__name__ in text
        assert token not in text


def test_a_token_has_what_it_is_issued_with(alice):
    issued = lifecycle.issue_token(alice, label="CI", lifetime=timedelta(hours=1))
    row = Session.objects.get()
    assert (row.kind, row.label, row.user) == (Kind.TOKEN, "CI", alice)
    assert row.key_digest == credentials.digest(issued.token)
    assert row.expires_at == row.created_at + timedelta(hours=1)
    assert (row.ip_address, row.user_agent) == (None, "")


def test_a_proof_gives_a_token_a_new_secret_and_the_old_one_is_no_longer_valid(alice):
    issued = lifecycle.issue_token(alice)
    with later(minutes=5):
        renewed = tokens.reauthenticated(issued.session, alice)
        assert renewed
        assert renewed != issued.token
        row = Session.objects.get()
        assert row.key_digest == credentials.digest(renewed)
        assert row.authenticated_at == row.last_used == timezone.now()


@pytest.mark.parametrize(("methods", "aal"), [([], None), (["password"], 1), (["totp"], 1)])
def test_a_proof_raises_the_level_of_a_sign_in_that_has_none_by_what_it_is(alice, methods, aal):
    session = lifecycle.issue_token(alice).session
    assert tokens.reauthenticated(session, alice, methods)
    assert Session.objects.get().aal == aal


def test_a_token_that_has_ended_is_not_renewed(alice):
    session = lifecycle.issue_token(alice).session
    lifecycle.end(session)
    assert tokens.reauthenticated(session, alice) is None


def test_a_token_that_has_been_renewed_meanwhile_is_not_renewed_by_the_old_one(alice):
    session = lifecycle.issue_token(alice).session
    stale = Session.objects.get()
    assert tokens.reauthenticated(session, alice)
    assert tokens.reauthenticated(stale, alice) is None


@pytest.mark.parametrize(("name", "goes_on"), [("db", True), ("signed_cookies", False)])
def test_a_proof_of_a_browser_is_noted_and_its_key_left_to_the_caller(
    alice, settings, name, goes_on
):
    use_engine(settings, name)
    browser = signed_in(alice)
    session = session_of(browser)
    before = session.pk
    with later(minutes=5):
        assert tokens.reauthenticated(session, alice) == ""
        assert (session.pk == before) is goes_on  # on signed_cookies only an id tells copies apart
        assert Session.objects.get(pk=session.pk).authenticated_at == timezone.now()


OTHER_BACKEND = "tests.site.backends.OtherBackend"


def test_the_backend_that_has_authenticated_the_user_is_recorded(alice, settings):
    settings.AUTHENTICATION_BACKENDS = [MODEL_BACKEND, OTHER_BACKEND]
    alice.backend = OTHER_BACKEND
    assert lifecycle.issue_token(alice).session.backend == OTHER_BACKEND
    chosen = lifecycle.issue_token(alice, backend=MODEL_BACKEND).session
    chosen.refresh_from_db()
    assert chosen.backend == MODEL_BACKEND
    del alice.backend
    assert lifecycle.issue_token(alice).session.backend == MODEL_BACKEND


@pytest.mark.parametrize("first", [MODEL_BACKEND, OTHER_BACKEND])
def test_a_token_goes_with_the_backend_that_has_authenticated_its_user(alice, settings, first):
    both = {MODEL_BACKEND, OTHER_BACKEND}
    settings.AUTHENTICATION_BACKENDS = [first, *(both - {first})]
    user = authenticate(username="alice", password=PASSWORD)
    assert user is not None
    issued = lifecycle.issue_token(user)
    assert issued.session.backend == first
    settings.AUTHENTICATION_BACKENDS = [*(both - {first})]
    assert Client().get(CURRENT, headers=bearer(issued.token)).status_code == 401
    settings.AUTHENTICATION_BACKENDS = [first]
    assert Client().get(CURRENT, headers=bearer(issued.token)).status_code == 200
    assert Session.objects.get().ended_at is None


def test_at_the_limit_a_token_takes_the_place_of_its_users_oldest_session(
    bystander, alice, settings
):
    oldest, *others = [lifecycle.issue_token(alice).session for _ in range(3)]
    settings.SESSIONS_API = {"MAX_SESSIONS_PER_USER": 3}
    new = lifecycle.issue_token(alice).session
    settings.SESSIONS_API = {}
    standing = Session.objects.for_user(alice).not_ended()
    assert {each.pk for each in standing} == {each.pk for each in [*others, new]}
    oldest.refresh_from_db()
    assert oldest.end_reason == EndReason.LIMIT


def test_a_proof_renews_one_token_and_no_other(bystander, alice):
    issued, other = lifecycle.issue_token(alice), lifecycle.issue_token(alice)
    with later(minutes=5):
        renewed = tokens.reauthenticated(issued.session, alice)
    assert Client().get(CURRENT, headers=bearer(issued.token)).status_code == 401
    for token in (renewed, other.token):
        assert Client().get(CURRENT, headers=bearer(token)).status_code == 200
    before = other.session.authenticated_at
    other.session.refresh_from_db()
    assert other.session.authenticated_at == before


@pytest.mark.parametrize("is_revoked", [False, True])
def test_tokens_go_on_under_the_session_that_takes_the_place_unless_it_is_revoked(
    bystander, alice, is_revoked
):
    old, new = session_of(signed_in(alice)), session_of(signed_in(alice))
    token = lifecycle.issue_token(alice).session
    Session.objects.filter(pk=token.pk).update(parent=old)
    if is_revoked:
        lifecycle.end(new, by=alice)
    tokens.take_place(Session.objects.filter(pk=old.pk), new)
    old.refresh_from_db()
    token.refresh_from_db()
    assert old.end_reason == EndReason.REPLACED
    assert token.parent == new
    told = (EndReason.REVOKED, alice) if is_revoked else ("", None)
    assert (token.end_reason, token.ended_by) == told


def test_who_has_proved_nothing_gets_a_token_that_says_so(alice):
    session = lifecycle.issue_token(alice).session
    session.refresh_from_db()
    assert (session.methods, session.aal, session.authenticated_at) == ("", None, None)


@pytest.mark.parametrize(
    ("methods", "aal", "is_proof"),
    [
        (["password"], 1, True),
        (["password", "totp"], 2, True),
        (("socialaccount",), 1, False),
        ([], None, False),
    ],
    ids=repr,
)
def test_a_token_says_what_its_issuer_has_checked(alice, methods, aal, is_proof):
    alice.backend = MODEL_BACKEND
    request = RequestFactory().post("/")
    session = lifecycle.issue_token(alice, request=request, methods=methods).session
    session.refresh_from_db()
    assert (session.methods, session.aal) == (" ".join(methods), aal)
    assert session.authenticated_at == (session.created_at if is_proof else None)


def test_a_token_issued_in_answer_to_a_form_is_by_a_password(alice):
    user, request = authenticate(username="alice", password=PASSWORD), RequestFactory().post("/")
    assert user is not None
    assert lifecycle.issue_token(user, request=request).session.methods == "password"


@pytest.mark.parametrize("is_asked", [False, True])
def test_the_device_of_a_token_is_noted_where_somebody_asks_for_new_ones(
    alice, rf, settings, is_asked
):
    settings.SESSIONS_API = {"NEW_DEVICE_EMAIL": is_asked}
    session = lifecycle.issue_token(alice, request=rf.get("/")).session
    assert bool(session.device_digest) is is_asked


def test_what_is_no_word_makes_no_token(alice):
    with pytest.raises(ValueError, match="words"):
        lifecycle.issue_token(alice, methods=["a password"])
    assert not Session.objects.exists()
