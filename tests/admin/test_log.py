"""The admin's log of sessions that staff have ended, once personal data is to go."""

import pytest
from django.contrib.admin.models import LogEntry

from sessions_api import lifecycle
from sessions_api.lifecycle import personal_data
from sessions_api.models import Session
from tests.factories import SessionFactory
from tests.lifecycle.personal_data import FULL

pytestmark = pytest.mark.django_db(transaction=True)


def cleared(settings, **options):
    """Record less from now on, and clear what was stored before."""
    settings.SESSIONS_API = {**settings.SESSIONS_API, "LOCATION": "builtins.print", **options}
    list(personal_data.clear_batches())


def ended_by_staff(client, session):
    """End a session in the admin, and return the entry of the log."""
    page = f"/admin/sessions_api/session/{session.pk}/end/"
    assert client.post(page, {"post": "yes"}).status_code == 302
    return LogEntry.objects.get(object_id=session.pk)


def said(entry):
    """Return what an entry says by now."""
    entry.refresh_from_db()
    return entry.object_repr, entry.change_message


def test_an_erasure_leaves_that_a_session_was_ended(alice, admin_client):
    entry = ended_by_staff(admin_client, SessionFactory.create(user=alice, **FULL))
    other = ended_by_staff(admin_client, SessionFactory.create(**FULL))
    before = said(other)
    assert "Firefox" in before[0]
    lifecycle.erase(alice)
    assert said(entry) == (entry.object_id, "Ended the session.")
    assert said(other) == before


def test_the_log_says_what_the_rows_say_once_they_are_cleared(alice, settings, admin_client):
    entry = ended_by_staff(admin_client, SessionFactory.create(user=alice, **FULL))
    line = "Work laptop (Firefox 157 on Linux, Thing), 2001:db8:1:2::3 (Lyon, FR)"
    assert said(entry) == (f"alice: {line}", f"Ended the session of alice: {line}.")
    cleared(settings)
    assert line in said(entry)[0]
    cleared(settings, LOCATION=None)
    assert said(entry)[0] == "alice: Work laptop (Firefox 157 on Linux, Thing), 2001:db8:1:2::3"
    cleared(settings, RECORD_IP="network")
    assert said(entry)[0] == "alice: Work laptop (Firefox 157 on Linux, Thing), 2001:db8:1::/48"
    cleared(settings, RECORD_IP=False)
    assert said(entry)[0] == "alice: Work laptop (Firefox 157 on Linux, Thing)"
    cleared(settings, RECORD_USER_AGENT=False)
    assert said(entry)[0] == "alice: Work laptop (unknown device)"


def test_of_a_session_that_is_purged_the_log_says_only_that_it_was_ended(
    alice, settings, admin_client
):
    entry = ended_by_staff(admin_client, SessionFactory.create(user=alice, **FULL))
    before = said(entry)
    Session.objects.filter(pk=entry.object_id).delete()
    cleared(settings, LOCATION=None)
    assert said(entry) == before
    cleared(settings, RECORD_IP="network")
    assert said(entry) == (entry.object_id, "Ended the session.")
