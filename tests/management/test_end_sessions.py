"""``end_sessions``: which sessions it ends, which it refuses to guess, and how it goes on."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from sessions_api.lifecycle import ending
from sessions_api.listing.filters import StaffSessionFilter
from sessions_api.management.commands.end_sessions import Command
from sessions_api.models import EndReason, Session
from sessions_api.signals import session_ended
from tests.factories import SessionFactory, UserFactory
from tests.helpers import engine_rows, name_in_new_process, signed_in
from tests.management.terminal import everything, said
from tests.user_models import hiding

NOW = timezone.now()
YEAR_AGO = (NOW - timedelta(days=365)).isoformat()
IN_A_YEAR = (NOW + timedelta(days=365)).isoformat()

MATCHING = {
    "user": "alice",
    "kind": "browser",
    "ip": "203.0.113.0/24",
    "country": "fr",
    "device_type": "mobile",
    "browser": "fire",
    "os": "and",
    "adopted": "true",
    "method": "otp",
    "aal": "2",
    "provider": "google",
    "impersonated": "true",
    "created_after": YEAR_AGO,
    "created_before": IN_A_YEAR,
    "last_used_after": YEAR_AGO,
    "last_used_before": IN_A_YEAR,
    "expires_after": YEAR_AGO,
    "expires_before": IN_A_YEAR,
    "search": "ali",
}
"""For each filter, a value that alice's session matches."""

NOT_MATCHING = {
    "user": "bob",
    "kind": "token",
    "ip": "198.51.100.1",
    "country": "DE",
    "device_type": "bot",
    "browser": "chrome",
    "os": "windows",
    "adopted": "false",
    "method": "webauthn",
    "aal": "1",
    "provider": "goo",
    "impersonated": "false",
    "created_after": IN_A_YEAR,
    "created_before": YEAR_AGO,
    "last_used_after": IN_A_YEAR,
    "last_used_before": YEAR_AGO,
    "expires_after": IN_A_YEAR,
    "expires_before": YEAR_AGO,
    "search": "bob",
}
"""For each filter, a value that it does not."""

MALFORMED = {
    "user": "nobody",
    "kind": "cookie",
    "ip": "203.0.113.300",
    "country": "France",
    "device_type": "toaster",
    "browser": "\ud800",
    "os": "\ud800",
    "adopted": "maybe",
    "method": "O T P",
    "aal": "3",
    "provider": "\ud800",
    "impersonated": "maybe",
    "created_after": "yesterday",
    "created_before": "2026-13-01",
    "last_used_after": "now",
    "last_used_before": "1",
    "expires_after": "never",
    "expires_before": "never",
    "search": "\ud800",
}
"""For each filter, a value that cannot be meant."""

FILTERS = sorted(set(StaffSessionFilter.base_filters) - {"state"})


@pytest.fixture
def session():
    return SessionFactory.create(
        user=UserFactory.create(username="alice"),
        ip_address="203.0.113.7",
        country="FR",
        device_type="mobile",
        browser="Firefox 146",
        os="Android",
        adopted=True,
        methods="password otp",
        aal=2,
        provider="google",
        impersonator=UserFactory.create(),
    )


def ends(session):
    session.refresh_from_db()
    return session.ended_at is not None


def option(name):
    return "--" + name.replace("_", "-")


def test_every_filter_of_the_staffs_list_is_an_option_here():
    assert set(FILTERS) == set(MATCHING) == set(NOT_MATCHING) == set(MALFORMED)
    text = Command().create_parser("manage.py", "end_sessions").format_help()
    assert all(option(name) in text for name in FILTERS)
    assert "--state" not in text


@pytest.mark.parametrize("name", FILTERS)
def test_a_session_that_matches_the_option_ends(session, name):
    call_command("end_sessions", f"{option(name)}={MATCHING[name]}", verbosity=0)
    assert ends(session)
    assert session.end_reason == EndReason.REVOKED
    assert session.ended_by is None


@pytest.mark.parametrize("name", FILTERS)
def test_a_session_that_does_not_match_the_option_goes_on(session, name):
    UserFactory.create(username="bob")
    call_command("end_sessions", f"{option(name)}={NOT_MATCHING[name]}", verbosity=0)
    assert not ends(session)


@pytest.mark.parametrize("name", FILTERS)
def test_a_session_must_match_all_options(session, name):
    UserFactory.create(username="bob")
    options = [f"{option(other)}={MATCHING[other]}" for other in FILTERS if other != name]
    call_command("end_sessions", *options, f"{option(name)}={NOT_MATCHING[name]}", verbosity=0)
    assert not ends(session)


@pytest.mark.parametrize("value", ["", " "])
@pytest.mark.parametrize("name", FILTERS)
def test_an_empty_value_is_an_error_and_not_every_session(session, name, value):
    with pytest.raises(CommandError, match=f"^{option(name)}: ") as error:
        call_command("end_sessions", f"{option(name)}={value}")
    assert error.value.returncode == 1
    assert not ends(session)


@pytest.mark.parametrize("name", FILTERS)
def test_a_value_that_cannot_be_meant_is_an_error_that_names_the_option(session, name):
    with pytest.raises(CommandError, match=f"^{option(name)}: ") as error:
        call_command("end_sessions", f"{option(name)}={MALFORMED[name]}")
    assert error.value.returncode == 1
    assert not ends(session)


def test_a_user_whom_the_sites_own_lists_leave_out_is_found(session):
    with hiding("alice"):
        call_command("end_sessions", user="alice")
    session.refresh_from_db()
    assert session.ended_at is not None


def test_all_sessions_end_only_when_all_is_said(session):
    with pytest.raises(CommandError, match="--all"):
        call_command("end_sessions")
    assert not ends(session)
    with pytest.raises(CommandError, match="--all"):
        call_command("end_sessions", all=True, ip="203.0.113.7")
    assert not ends(session)
    assert said("end_sessions", all=True) == "1 session ended."
    assert ends(session)


def test_ended_sessions_are_signed_out_on_any_engine(shared_engine):
    alice, bob = UserFactory.create(), UserFactory.create()
    browsers, bystander = [signed_in(alice), signed_in(alice)], signed_in(bob)
    assert said("end_sessions", user=alice.username) == "2 sessions ended."
    assert [name_in_new_process(browser) for browser in browsers] == ["", ""]
    assert name_in_new_process(bystander) == bob.username
    assert not Session.objects.for_user(alice).exclude(sealed_key=b"").exists()


def test_sessions_that_have_ended_keep_their_reason():
    SessionFactory.create(ended_at=NOW, end_reason=EndReason.LOGOUT)
    assert said("end_sessions", all=True) == "0 sessions ended."
    assert Session.objects.get().end_reason == EndReason.LOGOUT


def test_a_dry_run_says_how_many_and_writes_nothing():
    user = UserFactory.create()
    signed_in(user), signed_in(user)
    unfinished = SessionFactory.create(ended_at=NOW, sealed_key=b"left")
    before = everything()
    assert said("end_sessions", all=True, dry_run=True) == "2 sessions would be ended."
    assert everything() == before
    assert unfinished.sealed_key


def test_an_interrupted_run_is_completed_by_the_next(monkeypatch):
    monkeypatch.setattr(ending, "BATCH", 3)
    user = UserFactory.create()
    browsers = [signed_in(user) for _ in range(8)]
    told = []

    def interrupt(session, **kwargs):
        told.append(session.pk)
        if len(told) == 4:
            raise KeyboardInterrupt

    session_ended.connect(interrupt)
    try:
        with pytest.raises(CommandError, match=r"^Interrupted\. 3 sessions ended\.") as error:
            call_command("end_sessions", all=True)
        assert error.value.returncode == 130
        assert Session.objects.not_ended().count() == 2
        assert said("end_sessions", all=True) == "2 sessions ended."
    finally:
        session_ended.disconnect(interrupt)
    assert len(told) == len(set(told))
    assert not Session.objects.exclude(sealed_key=b"", ended_at__isnull=False).exists()
    assert not engine_rows().exists()
    assert not any(name_in_new_process(browser) for browser in browsers)


def test_what_an_interrupted_run_has_left_to_the_engine_is_finished():
    user, other = UserFactory.create(), UserFactory.create()
    signed_in(user)
    signed_in(other)
    Session.objects.update(ended_at=NOW, end_reason=EndReason.REVOKED)
    assert engine_rows().count() == 2
    assert said("end_sessions", user=user.username) == "0 sessions ended."
    assert engine_rows().count() == 1
    assert Session.objects.exclude(sealed_key=b"").get().user == other


def test_it_says_when_the_engine_could_not_delete_everything(settings):
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
    signed_in(UserFactory.create())
    settings.CACHES = {"default": {"BACKEND": "tests.site.cache.FailingCache"}}
    with pytest.raises(CommandError, match="could not delete 1 session") as error:
        call_command("end_sessions", all=True)
    assert error.value.returncode == 3
    assert Session.objects.exclude(sealed_key=b"").get().ended_at is not None


def test_a_shell_gets_the_exit_code_and_no_traceback():
    command = [sys.executable, "-m", "django", "end_sessions", "--settings=tests.settings"]
    environment = {**os.environ, "TEST_DATABASE": "sqlite"}
    answer = subprocess.run(  # noqa: S603
        command, capture_output=True, text=True, check=False, env=environment
    )
    assert answer.returncode == 1
    assert answer.stderr == "CommandError: Say which sessions to end, or give --all.\n"
