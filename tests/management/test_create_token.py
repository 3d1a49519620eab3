"""``create_token``: what it prints, what it makes, and what it refuses."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from sessions_api import lifecycle
from sessions_api.models import Session
from tests.factories import UserFactory
from tests.management.terminal import everything

CURRENT = "/api/sessions/current/"


def create(capsys, *arguments):
    """Return all that the command prints."""
    call_command("create_token", *arguments)
    said = capsys.readouterr()
    assert said.err == ""
    return said.out


def test_it_prints_a_token_that_works_and_nothing_else(alice, capsys):
    token = create(capsys, "alice").removesuffix("\n")
    assert token.isascii()
    assert "\n" not in token
    response = Client().get(CURRENT, headers={"authorization": f"Bearer {token}"})
    assert response.status_code == 200
    session = Session.objects.get()
    assert (response.json()["id"], session.user) == (str(session.pk), alice)
    assert (session.kind, session.ip_address, session.user_agent) == ("token", None, "")


def test_nobody_was_asked_how_they_signed_in(alice, capsys):
    create(capsys, "alice")
    session = Session.objects.get()
    assert (session.methods, session.aal) == ("", None)


@pytest.mark.parametrize("label", ["CI", "x" * 100, "Büro: <b>'☃'</b>"])
def test_its_session_has_the_name_that_is_given(alice, capsys, label):
    create(capsys, "alice", "--label", label)
    assert Session.objects.get().label == label


@pytest.mark.parametrize(
    ("given", "lifetime"),
    [
        ("1 00:00:00", timedelta(days=1)),
        ("P1D", timedelta(days=1)),
        ("PT90M", timedelta(minutes=90)),
        ("12:30:00", timedelta(hours=12, minutes=30)),
        ("3600", timedelta(hours=1)),
    ],
)
def test_it_lasts_as_long_as_is_said(alice, capsys, given, lifetime):
    create(capsys, "alice", "--lifetime", given)
    session = Session.objects.get()
    assert session.expires_at == session.created_at + lifetime


def test_it_lasts_for_the_sites_lifetime_unless_that_is_said(alice, capsys, settings):
    settings.SESSIONS_API = {"TOKEN_LIFETIME": timedelta(days=2)}
    create(capsys, "alice")
    session = Session.objects.get()
    assert session.expires_at == session.created_at + timedelta(days=2)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["bob"], "There is no user whose username is 'bob'."),
        (["\udcff"], "There is no user whose username is '\\udcff'."),
        ([""], "There is no user whose username is ''."),
        (["alice", f"--label={'x' * 101}"], "--label: Ensure this value has at most 100"),
        (["alice", "--label=\udcff"], "--label: Enter text without surrogates."),
        (["alice", "--lifetime=soon"], "--lifetime: Enter a valid duration."),
        (["alice", "--lifetime="], "--lifetime: This field is required."),
        (["alice", "--lifetime=0"], "--lifetime: Enter a duration greater than zero."),
        (["alice", "--lifetime=-1 00:00:00"], "--lifetime: Enter a duration greater than zero."),
        (
            ["alice", "--lifetime=999999999 00:00:00"],
            "--lifetime: Enter a duration greater than zero.",
        ),
        (["alice", "--lifetime=P99999999999D"], "--lifetime: The number of days must be"),
    ],
)
def test_what_cannot_be_meant_is_named_and_makes_no_token(alice, capsys, arguments, complaint):
    before = everything()
    with pytest.raises(CommandError) as error:
        call_command("create_token", *arguments)
    assert str(error.value).startswith(complaint)
    assert capsys.readouterr().out == ""
    assert everything() == before


def test_a_limit_that_refuses_is_told(alice, settings, capsys):
    settings.SESSIONS_API = {"MAX_SESSIONS_PER_USER": 1, "ON_LIMIT": "refuse"}
    create(capsys, "alice")
    with pytest.raises(CommandError, match="already signed in 1 time"):
        call_command("create_token", "alice")
    assert capsys.readouterr().out == ""
    assert Session.objects.count() == 1


def test_a_limit_that_ends_the_oldest_makes_room(alice, settings, capsys):
    settings.SESSIONS_API = {"MAX_SESSIONS_PER_USER": 1}
    oldest = lifecycle.issue_token(alice).session
    create(capsys, "alice")
    oldest.refresh_from_db()
    assert (oldest.end_reason, oldest.ended_at is not None) == ("limit", True)
    assert Session.objects.not_ended().count() == 1


def test_a_password_that_is_changed_ends_it(alice, capsys):
    token = create(capsys, "alice").strip()
    alice.set_password("another")
    alice.save()
    response = Client().get(CURRENT, headers={"authorization": f"Bearer {token}"})
    assert response.status_code == 401


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (["alice", "--lifetime=soon"], 1, "CommandError: --lifetime: Enter a valid duration.\n"),
        (["alice", "--colour=red"], 2, "unrecognized arguments: --colour=red\n"),
        ([], 2, "the following arguments are required: USERNAME\n"),
    ],
)
def test_a_shell_gets_the_exit_code_and_no_traceback(arguments, code, complaint):
    command = [sys.executable, "-m", "django", "create_token", "--settings=tests.settings"]
    environment = {**os.environ, "TEST_DATABASE": "sqlite"}
    answer = subprocess.run(  # noqa: S603
        [*command, *arguments], capture_output=True, text=True, check=False, env=environment
    )
    assert (answer.returncode, answer.stdout) == (code, "")
    assert answer.stderr.endswith(complaint)
    assert "Traceback" not in answer.stderr


def test_a_deactivated_account_gets_no_token():
    UserFactory.create(username="gone", is_active=False)
    with pytest.raises(CommandError, match="deactivated"):
        call_command("create_token", "gone")
    assert not Session.objects.exists()
