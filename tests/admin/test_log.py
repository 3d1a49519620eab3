"""The admin's log of sessions that staff have ended, once personal data is to go."""

import pytest
from django.contrib.admin.models import LogEntry

from sessions_api import lifecycle
from sessions_api.lifecycle import personal_data
from tests.factories import SessionFactory
from tests.lifecycle.personal_data import FULL

pytestmark = pytest.mark.django_db(transaction=True)


def cleared(settings, **options):
    """Record less from now on, and clear what was stored before."""
    settings.SESSIONS_API = {**settings.SESSIONS_API, "LOCATION": "builtins.print", **options}
    list(personal_data.clear_batches())


def test_the_admins_log_forgets_the_device(alice, admin_client):
    row = SessionFactory.create(user=alice, **FULL)
    other = SessionFactory.create(**FULL)
    for session in (row, other):
        page = f"/admin/sessions_api/session/{session.pk}/end/"
        assert admin_client.post(page, {"post": "yes"}).status_code == 302
    assert LogEntry.objects.filter(object_repr__contains="Firefox").count() == 2
    lifecycle.erase(alice)
    entry = LogEntry.objects.get(object_id=row.pk)
    assert (entry.object_repr, entry.change_message) == (str(row.pk), "")
    assert "Firefox" in LogEntry.objects.get(object_id=other.pk).object_repr


def test_the_admins_log_forgets_ip_addresses(alice, settings, admin_client):
    row = SessionFactory.create(user=alice, **FULL)
    admin_client.post(f"/admin/sessions_api/session/{row.pk}/end/", {"post": "yes"})
    cleared(settings)
    assert "2001:db8:1:2::3" in LogEntry.objects.get().object_repr
    cleared(settings, RECORD_IP="network")
    assert LogEntry.objects.get().object_repr == str(row.pk)
