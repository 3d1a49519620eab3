"""What other code hears of sessions, and what is logged of them."""

import logging
from datetime import timedelta

import pytest
from django.contrib.auth import login
from django.db import transaction
from django.test import Client, RequestFactory
from django.utils import timezone

from sessions_api import lifecycle, recent, signals
from sessions_api.lifecycle import events
from sessions_api.models import Client as SessionClient
from sessions_api.models import EndReason, Session
from tests.factories import UserFactory
from tests.helpers import CURRENT, DJANGOS_ENGINES, FIREFOX, bearer, later, signed_in
from tests.secrecy import forms
from tests.site.views import BACKEND

pytestmark = pytest.mark.django_db(transaction=True)

LATER_FIREFOX = FIREFOX.replace("157", "158")


@pytest.fixture
def heard():
    """Return the list of the signals that have been sent, with their arguments."""
    heard = []

    def receiver(signal, sender, **kwargs):
        name = next(name for name, value in vars(signals).items() if value is signal)
        heard.append((name, kwargs))

    all_signals = [
        signals.session_started,
        signals.session_ended,
        signals.session_client_changed,
    ]
    for signal in all_signals:
        signal.connect(receiver)
    yield heard
    for signal in all_signals:
        signal.disconnect(receiver)


@pytest.fixture
def failing_receiver():
    """Have a receiver that raises hear of it first."""

    def fail(**kwargs):
        raise RuntimeError

    for signal in (signals.session_started, signals.session_ended):
        signal.connect(fail)
    yield
    for signal in (signals.session_started, signals.session_ended):
        signal.disconnect(fail)


class Browser(Client):
    """A browser that signs in from an IP address, and moves."""

    def __init__(self, user):
        super().__init__(HTTP_USER_AGENT=FIREFOX, REMOTE_ADDR="203.0.113.7")
        assert self.get(f"/do/login:{user.pk}/").status_code == 200

    def use(self, **environ):
        self.defaults |= environ
        assert self.get("/do/user/").content


def a_minute_later(minutes=1):
    return later(minutes=minutes, seconds=5)


def names(heard):
    return [name for name, _ in heard]


def test_a_login_is_told_once_its_browser_is_about_to_get_it(heard):
    browser = Browser(UserFactory.create())
    assert heard == [("session_started", {"session": Session.objects.get()})]
    browser.use()
    assert len(heard) == 1


def test_a_login_without_the_middleware_is_told_too(heard):
    user = UserFactory.create()
    Client().force_login(user)
    assert names(heard) == ["session_started"]


def test_a_login_whose_response_fails_is_not_told(heard):
    user = UserFactory.create()
    Client(raise_request_exception=False).get(f"/do/login:{user.pk}/?status=500")
    assert heard == []


def test_a_login_in_a_transaction_is_told_once_it_is_committed(heard):
    user = UserFactory.create()
    request = RequestFactory().get("/")
    request.session = Client().session
    with transaction.atomic():
        login(request, user, backend=BACKEND)
        assert heard == []
    assert names(heard) == ["session_started"]


def test_an_end_is_told_with_its_reason_and_by_whom(heard):
    user, staff = UserFactory.create(), UserFactory.create()
    Browser(user)
    session = Session.objects.get()
    del heard[:]
    assert lifecycle.end(session, by=staff)
    assert heard == [
        ("session_ended", {"session": session, "reason": EndReason.REVOKED, "by": staff})
    ]
    told = heard[0][1]["session"]
    assert told.ended_at is not None
    assert told.sealed_key == b""
    assert not lifecycle.end(session, by=staff)
    assert len(heard) == 1


def test_an_end_that_is_rolled_back_is_not_told(heard):
    Browser(UserFactory.create())
    del heard[:]
    with transaction.atomic():
        lifecycle.end(Session.objects.get())
        transaction.set_rollback(True)
    assert heard == []


def test_each_of_many_ends_is_told(heard):
    user = UserFactory.create()
    for _ in range(3):
        Browser(user)
    del heard[:]
    assert lifecycle.end_all(user) == 3
    assert {kwargs["session"].pk for _, kwargs in heard} == {
        session.pk for session in Session.objects.all()
    }


@pytest.mark.parametrize(
    ("steps", "reason"),
    [("logout", EndReason.LOGOUT), ("flush", EndReason.FLUSHED)],
)
def test_the_reason_is_the_true_one(heard, steps, reason):
    browser = Browser(UserFactory.create())
    del heard[:]
    browser.get(f"/do/{steps}/")
    assert [kwargs["reason"] for _, kwargs in heard] == [reason]


def test_a_move_to_another_ip_address_is_told_once(heard):
    browser = Browser(UserFactory.create())
    del heard[:]
    with a_minute_later():
        browser.use(REMOTE_ADDR="198.51.100.9")
    [(name, told)] = heard
    assert name == "session_client_changed"
    assert told["previous"] == SessionClient("203.0.113.7", FIREFOX)
    assert told["session"].last_client == SessionClient("198.51.100.9", FIREFOX)
    assert Session.objects.get().last_client == told["session"].last_client
    with a_minute_later(2):
        browser.use()
    with a_minute_later(3):
        recent.clear()
        browser.use()
    assert len(heard) == 1


def test_another_user_agent_is_told_once_and_kept(heard):
    browser = Browser(UserFactory.create())
    del heard[:]
    with a_minute_later():
        browser.use(HTTP_USER_AGENT=LATER_FIREFOX)
    with a_minute_later(2):
        browser.use()
    with a_minute_later(3):
        recent.clear()
        browser.use()
    assert [kwargs["previous"].user_agent for _, kwargs in heard] == [FIREFOX]
    session = Session.objects.get()
    assert (session.user_agent, session.last_user_agent) == (FIREFOX, LATER_FIREFOX)
    with a_minute_later(4):
        browser.use(HTTP_USER_AGENT=FIREFOX)
    session.refresh_from_db()
    assert session.last_user_agent == ""
    assert len(heard) == 2


def test_a_move_is_noticed_by_a_process_that_knows_the_session(heard):
    browser = Browser(UserFactory.create())
    Session.objects.update(last_used=timezone.now() - timedelta(seconds=50))
    recent.clear()
    browser.use()
    del heard[:]
    with later(seconds=30):
        browser.use(REMOTE_ADDR="198.51.100.9")
    assert names(heard) == ["session_client_changed"]


def test_what_is_not_known_is_no_change(heard, settings):
    browser = Browser(UserFactory.create())
    del heard[:]
    with a_minute_later():
        browser.use(REMOTE_ADDR="", HTTP_USER_AGENT="")
    with a_minute_later(2):
        browser.use(REMOTE_ADDR="198.51.100.9", HTTP_USER_AGENT=FIREFOX)
    settings.SESSIONS_API = {"RECORD_IP": False, "RECORD_USER_AGENT": False}
    with a_minute_later(3):
        browser.use(REMOTE_ADDR="192.0.2.1", HTTP_USER_AGENT=LATER_FIREFOX)
    assert heard == []


def test_a_receiver_that_raises_stops_nobody(failing_receiver, heard, caplog):
    browser = Browser(UserFactory.create())
    lifecycle.end(Session.objects.get())
    assert names(heard) == ["session_started", "session_ended"]
    assert browser.get("/do/user/").content == b""
    assert "RuntimeError" in caplog.text


def test_a_receiver_may_end_the_session_it_hears_of(heard):
    def end(session, **kwargs):
        lifecycle.end(session)

    signals.session_started.connect(end)
    try:
        browser = Client()
        user = UserFactory.create()
        assert browser.get(f"/do/login:{user.pk}/").status_code == 200
    finally:
        signals.session_started.disconnect(end)
    assert browser.get("/do/user/").content == b""
    assert Session.objects.get().end_reason == EndReason.REVOKED


def test_each_event_is_one_line_that_names_the_session_and_no_key(caplog):
    with caplog.at_level(logging.INFO, "sessions_api"):
        browser = Browser(UserFactory.create())
        session = Session.objects.get()
        with a_minute_later():
            browser.use(REMOTE_ADDR="198.51.100.9")
        session.refresh_from_db()
        lifecycle.end(session)
    of_whom = f"session={session.pk} user={session.user_id}"
    assert [record.getMessage() for record in caplog.records] == [
        f"event=started {of_whom}",
        f"event=client_changed {of_whom}",
        f"event=ended {of_whom} reason=revoked by=None",
    ]
    for secret in (browser.cookies["sessionid"].value, session.sealed_key, session.key_digest):
        assert not any(form in caplog.text for form in forms(secret))


def test_a_key_that_is_a_text_makes_no_line_or_word_of_its_own(caplog):
    caplog.set_level(logging.INFO, "sessions_api.lifecycle")
    events.started(Session(user_id="eve@example.com\nevent=ended user=root"))
    (line,) = (record.getMessage() for record in caplog.records)
    assert line.splitlines() == [line]
    assert len(line.split()) == 3
    assert line.endswith("user=eve@example.com%0Aevent%3Dended%20user%3Droot")


def test_life_cycle_events_are_logged_by_id_and_without_keys(caplog):
    with caplog.at_level(logging.DEBUG):
        client = signed_in(UserFactory.create())
        key = client.cookies["sessionid"].value
        session = Session.objects.get()
        lifecycle.end(session)
    of_whom = f"session={session.pk} user={session.user_id}"
    assert f"event=started {of_whom}" in caplog.messages
    assert f"event=ended {of_whom} reason=revoked by=None" in caplog.messages
    assert key not in caplog.text
    for secret in (session.sealed_key, session.key_digest):
        assert not any(form in caplog.text for form in forms(secret))


class Elsewhere(Client):
    """A copy of a browser's cookie at another address, in another program."""

    def __init__(self, browser):
        super().__init__(HTTP_USER_AGENT="curl/8.9", REMOTE_ADDR="198.51.100.9")
        self.cookies = browser.cookies.copy()


@pytest.mark.parametrize("engine", DJANGOS_ENGINES, indirect=True)
@pytest.mark.parametrize("seconds", [0, 1, 59])
def test_a_copied_cookie_is_told_of_at_its_first_use_though_nothing_is_due(heard, engine, seconds):
    browser = Browser(UserFactory.create())
    browser.use()
    del heard[:]
    with later(seconds=seconds):
        Elsewhere(browser).get("/do/user/")
        [(name, told)] = heard
        assert name == "session_client_changed"
        assert told["previous"] == SessionClient("203.0.113.7", FIREFOX)
        assert told["session"].last_client == SessionClient("198.51.100.9", "curl/8.9")
        assert Session.objects.get().last_client == told["session"].last_client
        assert Session.objects.get().client_changed_at == timezone.now()


@pytest.mark.parametrize("engine", DJANGOS_ENGINES, indirect=True)
def test_a_copied_cookie_that_is_used_beside_its_owner_is_told_of_once_an_interval(heard, engine):
    browser = Browser(UserFactory.create())
    copy = Elsewhere(browser)
    del heard[:]
    for seconds in range(0, 590, 10):
        with later(seconds=seconds):
            browser.use()
            assert copy.get("/do/user/").content
    assert set(names(heard)) == {"session_client_changed"}
    assert 9 <= len(heard) <= 11  # ten minutes


def test_the_client_of_a_token_that_changes_is_told_of_at_once(heard, alice, rf):
    request = rf.get("/", headers={"user-agent": FIREFOX}, REMOTE_ADDR="203.0.113.7")
    issued = lifecycle.issue_token(alice, request=request)
    del heard[:]
    own = {"REMOTE_ADDR": "203.0.113.7", "headers": {"user-agent": FIREFOX} | bearer(issued.token)}
    other = {"REMOTE_ADDR": "198.51.100.9", "headers": bearer(issued.token)}
    for _ in range(2):
        assert Client().get(CURRENT, **own).status_code == 200
    assert heard == []
    for _ in range(3):
        assert Client().get(CURRENT, **other).status_code == 200
        assert Client().get(CURRENT, **own).status_code == 200
    [(name, told)] = heard
    assert name == "session_client_changed"
    assert told["previous"].ip_address == "203.0.113.7"
    assert told["session"].pk == issued.session.pk
    with later(seconds=61):
        assert Client().get(CURRENT, **own).status_code == 200
    assert len(heard) == 2


def test_a_client_that_changes_without_asking_for_its_user_is_no_use_and_no_change(heard):
    browser = Browser(UserFactory.create())
    browser.use()
    del heard[:]
    for step in ("read", "write"):
        Elsewhere(browser).get(f"/do/{step}/")
    Elsewhere(browser).get("/static-page/")
    assert heard == []
    assert Session.objects.get().last_ip_address == "203.0.113.7"


@pytest.mark.parametrize("engine", DJANGOS_ENGINES, indirect=True)
def test_every_session_that_ends_is_told_of_on_each_engine(heard, engine, bystander):
    user = UserFactory.create()
    browsers = [Browser(user) for _ in range(3)]
    lifecycle.issue_token(user)
    del heard[:]
    assert lifecycle.end_all(user, reason=EndReason.REVOKED, by=bystander.user) == 4
    assert names(heard) == ["session_ended"] * 4
    assert {kwargs["session"].pk for _, kwargs in heard} == {
        each.pk for each in Session.objects.for_user(user)
    }
    assert {(kwargs["reason"], kwargs["by"]) for _, kwargs in heard} == {
        (EndReason.REVOKED, bystander.user)
    }
    assert not any(browser.get("/do/user/").content for browser in browsers)
