"""The commands for personal data."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from sessions_api import engines
from sessions_api.models import Session
from tests.factories import SessionFactory
from tests.helpers import name_in_new_process, signed_in

pytestmark = pytest.mark.django_db(transaction=True)


def run(*args, **options):
    out = io.StringIO()
    call_command(*args, stdout=out, **options)
    return out.getvalue()


def test_an_export_is_json(alice):
    row = SessionFactory.create(user=alice, location="Zürich, CH")
    text = run("export_sessions", alice.username)
    assert "Zürich, CH" in text
    exported = json.loads(text)
    assert exported["user"] == str(alice.pk)
    assert [each["id"] for each in exported["sessions"]] == [str(row.pk)]


def test_an_erasure_ends_and_says_how_many(alice):
    browser = signed_in(alice)
    assert run("erase_sessions", alice.username) == "1 session erased.\n"
    assert not Session.objects.exists()
    assert name_in_new_process(browser) == ""


def test_an_erasure_that_the_engine_does_not_finish_says_so(alice, monkeypatch):
    signed_in(alice)
    monkeypatch.setattr(engines, "delete_along", lambda keys, *, using: set())
    monkeypatch.setattr(engines, "delete_many", lambda keys: set(keys))
    with pytest.raises(CommandError, match="could not delete 1 session") as error:
        run("erase_sessions", alice.username)
    assert error.value.returncode == 3


@pytest.mark.parametrize("command", ["export_sessions", "erase_sessions"])
def test_a_user_whom_nobody_knows_is_said_to_be_none(command):
    with pytest.raises(CommandError, match="no user whose username is 'nobody'"):
        run(command, "nobody")


def test_clearing_says_how_many(alice, settings):
    SessionFactory.create(user=alice, ip_address="203.0.113.7")
    settings.SESSIONS_API = {**settings.SESSIONS_API, "RECORD_IP": False}
    assert run("clear_unrecorded", dry_run=True) == "1 session would be cleared.\n"
    assert run("clear_unrecorded") == "1 session cleared.\n"
    assert run("clear_unrecorded") == "0 sessions cleared.\n"


def test_ending_by_an_ip_address_says_that_it_stands_for_its_network(alice, settings):
    settings.SESSIONS_API = {**settings.SESSIONS_API, "RECORD_IP": "network"}
    SessionFactory.create(user=alice, ip_address="203.0.113.0", last_ip_address="203.0.113.0")
    text = run("end_sessions", ip="203.0.113.9")
    assert "IP addresses are kept as networks: 203.0.113.9 stands for 203.0.113.0/24." in text
    assert "1 session ended." in text
