"""The state of a request: every legal transition of its browser's session and of its token."""

from typing import Any

import pytest
from django.db.models import Q
from django.test import RequestFactory

from sessions_api import engines, payload
from sessions_api.models import EndReason, Session
from sessions_api.tracking import token
from sessions_api.tracking.state import (
    UNASKED,
    Admitted,
    Refused,
    RequestState,
    SignedIn,
    SignedOut,
    TokenAdmitted,
    TokenChecked,
    TokenIssued,
    TokenRefused,
    begin,
    state_of,
)
from tests.factories import UserFactory

KEY = "0123456789abcdefghijklmnopqrstuv"
MARKS = {payload.ID_KEY: "an id of ours", payload.METHOD_KEY: "password"}
"""What the payload says of the login."""
FIRST = Q(label="the session that the browser came with")
SECOND = Q(label="the session of the first login")


@pytest.fixture
def state():
    """Return the state of a request that has just come in."""
    return RequestState(session=engines.session_of(KEY, dict(MARKS)), key=KEY)


@pytest.fixture
def admitted():
    """Return what the gate says of a session in order."""
    return Admitted(UserFactory.build(), at=0.0, row=Session())


def test_a_request_begins_unasked_and_without_a_token(state):
    assert state.browser is UNASKED
    assert state.token is None
    assert state.admitted is None
    assert state.presented is None
    assert not state.is_settled
    assert not state.deferred


def test_the_gate_admits_what_was_unasked(state, admitted):
    state.admit(admitted)
    assert state.browser is admitted
    assert state.admitted is admitted


def test_the_gate_refuses_what_was_unasked(state):
    state.refuse()
    assert state.browser == Refused()
    assert state.admitted is None


def test_a_login_over_an_unasked_session_replaces_it(state):
    row = Session()
    state.sign_in(row, FIRST)
    assert state.browser == SignedIn(row, FIRST, MARKS, EndReason.REPLACED, None)
    assert state.admitted is None


def test_a_login_over_an_admitted_session_keeps_what_the_gate_has_said(state, admitted):
    row = Session()
    state.admit(admitted)
    state.sign_in(row, FIRST)
    assert state.browser == SignedIn(row, FIRST, MARKS, EndReason.REPLACED, admitted)
    assert state.admitted is admitted


def test_a_login_after_a_refusal_stands(state):
    row = Session()
    state.refuse()
    state.sign_in(row, FIRST)
    assert state.browser == SignedIn(row, FIRST, MARKS, EndReason.REPLACED, None)


def test_a_login_after_a_logout_ends_the_old_session_as_signed_out(state, admitted):
    row = Session()
    state.admit(admitted)
    state.sign_out()
    state.sign_in(row, FIRST)
    assert state.browser == SignedIn(row, FIRST, MARKS, EndReason.LOGOUT, admitted)


def test_a_second_login_takes_the_place_of_the_first(state):
    first, second = Session(), Session()
    state.sign_in(first, FIRST)
    state.sign_in(second, SECOND)
    assert state.browser == SignedIn(second, SECOND, MARKS, EndReason.REPLACED, None)


def test_a_logout_of_an_unasked_session_signs_it_out(state):
    state.sign_out()
    assert state.browser == SignedOut(None)
    assert state.admitted is None


def test_a_logout_of_an_admitted_session_keeps_what_the_gate_has_said(state, admitted):
    state.admit(admitted)
    state.sign_out()
    assert state.browser == SignedOut(admitted)
    assert state.admitted is admitted


def test_a_second_logout_changes_nothing(state, admitted):
    state.admit(admitted)
    state.sign_out()
    state.sign_out()
    assert state.browser == SignedOut(admitted)


def test_a_logout_after_a_login_has_the_old_session_end_as_signed_out(state):
    row = Session()
    state.sign_in(row, FIRST)
    state.sign_out()
    assert state.browser == SignedIn(row, FIRST, MARKS, EndReason.LOGOUT, None)


def test_what_was_refused_stays_refused_by_a_logout(state):
    state.refuse()
    state.sign_out()
    assert state.browser == Refused(is_signed_out=True)


def test_a_login_after_a_refusal_and_a_logout_ends_the_old_session_as_signed_out(state):
    row = Session()
    state.refuse()
    state.sign_out()
    state.sign_in(row, FIRST)
    assert state.browser == SignedIn(row, FIRST, MARKS, EndReason.LOGOUT, None)


def test_a_login_is_not_undone_by_a_refusal(state):
    row = Session()
    state.sign_in(row, FIRST)
    state.refuse()
    assert state.browser == SignedIn(row, FIRST, MARKS, EndReason.REPLACED, None)


@pytest.mark.parametrize(
    "change",
    [RequestState.sign_out, lambda state: state.sign_in(Session(), FIRST)],
    ids=["logout", "login"],
)
def test_what_the_gate_says_after_a_login_or_a_logout_is_kept_beside_it(state, admitted, change):
    change(state)
    kind = type(state.browser)
    state.admit(admitted)
    assert type(state.browser) is kind
    assert state.admitted is admitted


@pytest.mark.parametrize("was_asked", [False, True])
def test_a_logout_in_the_request_of_an_admitted_token_leaves_the_browser_alone(
    state, admitted, was_asked
):
    if was_asked:
        state.admit(admitted)
    state.token = TokenAdmitted(Session(), 0.0)
    state.sign_out()
    assert state.browser == (admitted if was_asked else UNASKED)


@pytest.mark.parametrize(
    "presented",
    [TokenRefused(Session(), EndReason.EXPIRED), TokenChecked(), TokenIssued()],
    ids=["a token that is refused", "a token that is checked", "a token that is issued"],
)
def test_a_logout_beside_any_other_token_signs_the_browser_out(state, presented):
    state.token = presented
    state.sign_out()
    assert state.browser == SignedOut(None)


@pytest.mark.parametrize(
    "presented",
    [
        None,
        TokenAdmitted(Session(), 0.0),
        TokenRefused(Session(), EndReason.IDLE),
        TokenChecked(),
    ],
    ids=["none", "admitted", "refused", "checked"],
)
def test_a_token_that_was_presented_is_kept_when_another_is_issued(rf, presented):
    request = rf.get("/")
    request.session = engines.store_class()()
    state: Any = begin(request)
    state.token = presented
    assert state.presented is presented
    token.issue(request)
    assert state.token == TokenIssued(presented)
    token.issue(request)
    assert state.token == TokenIssued(presented)
    assert state.presented is presented


def test_a_logout_leaves_the_browser_alone_though_the_admitted_token_has_issued_another(state):
    state.present_token(TokenAdmitted(Session(), 0.0))
    state.issue_token()
    state.sign_out()
    assert state.browser is UNASKED


def test_without_our_middleware_a_token_is_issued_and_nothing_is_noted(rf):
    request = rf.get("/")
    token.issue(request)
    assert state_of(request) is None


def test_what_is_deferred_waits_for_the_response(state):
    done: list[str] = []
    state.defer(lambda: done.append("first"))
    state.defer(lambda: done.append("second"))
    assert state.deferred
    assert done == []
    state.do_deferred()
    assert done == ["first", "second"]


def test_what_is_deferred_after_the_response_is_done_at_once(state):
    done: list[str] = []
    state.is_settled = True
    state.defer(lambda: done.append("now"))
    assert done == ["now"]
    assert not state.deferred


def test_a_session_that_takes_the_place_of_the_requests_has_a_settled_state_of_its_own(state):
    other = engines.store_class()("another key")
    assert state.of_session(state.session) is state
    of_other = state.of_session(other)
    assert of_other is not state
    assert (of_other.session, of_other.key, of_other.is_settled) == (other, "another key", True)
    assert state.browser is of_other.browser is UNASKED


def test_the_key_is_in_no_text_about_the_state():
    assert KEY not in repr(RequestState(session=engines.store_class()(), key=KEY))


def test_a_request_has_the_state_it_was_begun_with(rf):
    request = rf.get("/")
    assert state_of(request) is None
    assert state_of(None) is None
    request.session = engines.store_class()(KEY)
    state = begin(request)
    assert state_of(request) is state
    assert (state.session, state.key) == (request.session, KEY)


@pytest.mark.django_db
def test_beginning_loads_nothing(django_assert_num_queries):
    request = RequestFactory().get("/")
    request.session = engines.store_class()(KEY)
    with django_assert_num_queries(0):
        begin(request)
    assert not request.session.accessed
