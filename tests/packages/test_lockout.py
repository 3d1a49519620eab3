"""django-axes has its say about tokens, too."""

import pytest
from axes.models import AccessAttempt, AccessLog

from sessions_api.models import Session
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def try_password(browser, alice):
    """Return what asks for a token of Alice's, and returns the answer's status."""

    def try_password(password, path="/api/sessions/"):
        form = {"username": "alice", "password": password}
        return browser.post(path, form, headers={"user-agent": "Phone/1"}).status_code

    return try_password


def test_wrong_passwords_lock_out_the_right_one(try_password):
    assert [try_password("wrong") for _ in range(2)] == [401, 401]
    assert try_password("wrong") == 429
    assert try_password(PASSWORD) == 429
    assert not Session.objects.exists()


def test_a_lockout_at_the_form_goes_for_tokens(try_password):
    for _ in range(3):
        try_password("wrong", "/login/")
    assert try_password(PASSWORD) == 429


def test_a_lockout_of_tokens_goes_for_the_form(try_password):
    for _ in range(3):
        try_password("wrong")
    assert try_password(PASSWORD, "/login/") == 429
    assert not Session.objects.exists()


def test_axes_learns_where_an_attempt_came_from(try_password):
    try_password("wrong")
    attempt = AccessAttempt.objects.get()
    assert (attempt.username, attempt.ip_address) == ("alice", "127.0.0.1")
    assert (attempt.user_agent, attempt.path_info) == ("Phone/1", "/api/sessions/")
    assert "wrong" not in attempt.post_data


def test_who_is_not_locked_out_gets_a_token(try_password):
    try_password("wrong")
    assert try_password(PASSWORD) == 201
    log = AccessLog.objects.get()
    assert (log.username, log.path_info) == ("alice", "/api/sessions/")


def test_wrong_passwords_of_a_reauthentication_count(browser, sign_in, try_password):
    sign_in("/login/")
    for status in (400, 400, 429, 429):
        form = {"password": "wrong"}
        answer = browser.post("/api/sessions/current/reauthenticate/", form)
        assert answer.status_code == status
    assert try_password(PASSWORD) == 429
