"""What the admin says of a session, in words."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from sessions_api.models import Session
from tests.admin.pages import (
    CHANGELIST,
    detail,
    html_of,
)
from tests.factories import SessionFactory

pytestmark = pytest.mark.django_db


def test_times_are_written_for_people_and_machines(admin_client):
    session = SessionFactory.create()
    (moment,) = Session.objects.filter(pk=session.pk).values_list("last_used", flat=True)
    html = html_of(admin_client.get(CHANGELIST))
    assert f'<time datetime="{moment.isoformat()}">' in html
    assert detail(session) in html


def test_a_dash_says_of_what_nothing_is_known(admin_client):
    SessionFactory.create(
        adopted=True, authenticated_at=None, ip_address=None, last_ip_address=None
    )
    html = html_of(admin_client.get(CHANGELIST))
    for label in ("IP address", "signed in"):
        assert f'<span class="session-label">{label} </span>-</td>' in html


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "unknown device"),
        ({"device_type": "tablet"}, "tablet"),
        ({"device_type": "phablet"}, "unknown device"),
        ({"browser": "curl 8.5"}, "curl 8.5"),
        ({"browser": "Firefox 146", "os": "Linux"}, "Firefox 146 on Linux"),
        ({"os": "Android 14", "device": "Pixel 8"}, "Android 14, Pixel 8"),
        ({"browser": "Firefox 146", "label": "Work laptop"}, "Work laptop (Firefox 146)"),
        ({"device": "<b>Pixel</b>"}, "&lt;b&gt;Pixel&lt;/b&gt;"),
    ],
)
def test_the_list_says_which_device_it_is(fields, words, admin_client):
    SessionFactory.create(**fields, last_used=timezone.now() + timedelta(hours=1))
    html = admin_client.get(CHANGELIST).content.decode()
    found = re.findall(r'<td class="field-device_in_words">([^<]*)</td>', html)
    assert found[0] == words
