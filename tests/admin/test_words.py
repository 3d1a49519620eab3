"""What the admin says of a session, in words."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from sessions_api.models import Session
from tests.admin.pages import (
    CHANGELIST,
    detail,
    history,
    html_of,
    values_under,
)
from tests.factories import SessionFactory, UserFactory
from tests.helpers import session_of

pytestmark = pytest.mark.django_db


def test_times_are_written_for_people_and_machines(admin_client):
    session = SessionFactory.create()
    (moment,) = Session.objects.filter(pk=session.pk).values_list("last_used", flat=True)
    html = html_of(admin_client.get(CHANGELIST))
    assert f'<time datetime="{moment.isoformat()}">' in html
    assert detail(session) in html


def test_a_dash_says_of_what_nothing_is_known(admin_client):
    SessionFactory.create(ip_address=None, last_ip_address=None)
    html = html_of(admin_client.get(CHANGELIST))
    assert '<span class="session-label">IP address </span>-</td>' in html


def test_of_a_sign_in_that_nobody_saw_the_list_says_before_when_it_was(admin_client):
    session = SessionFactory.create(adopted=True, authenticated_at=None)
    html = html_of(admin_client.get(CHANGELIST))
    assert f'signed in </span>before <time datetime="{session.created_at.isoformat()}">' in html


def test_the_list_marks_the_session_that_it_is_asked_by(admin_client):
    SessionFactory.create(user=session_of(admin_client).user)
    html = html_of(admin_client.get(CHANGELIST))
    (row,) = (row for row in html.split("<tr>") if "this session" in row)
    assert detail(session_of(admin_client)) in row


def test_headings_say_on_which_device_and_whose(admin_client):
    alice = UserFactory.create(username="alice")
    session = SessionFactory.create(user=alice, browser="Firefox 146", os="Windows")
    heading = "Firefox 146 on Windows, session of alice"
    html = html_of(admin_client.get(detail(session)))
    assert f"<h1>{heading}</h1>" in html
    assert html.count(f">{session.pk}<") == len(values_under(html, "Id"))
    html = html_of(admin_client.get(history(session)))
    assert f"<h1>History: {heading}</h1>" in html
    assert f'<a href="{detail(session)}">{heading}</a>' in html
    assert f">{session.pk}<" not in html
    html = html_of(admin_client.get(detail(SessionFactory.create(user=alice))))
    assert "<h1>Unknown device, session of alice</h1>" in html


def test_a_harmless_no_is_a_word(admin_client):
    labels = ("Adopted", "Ends with the browser", "The browser needs a new cookie")
    html = html_of(admin_client.get(detail(SessionFactory.create())))
    assert values_under(html, *labels) == ["no", "no", "no"]
    session = SessionFactory.create(adopted=True, ends_with_browser=True, cookie_is_due=True)
    html = html_of(admin_client.get(detail(session)))
    assert values_under(html, *labels) == ["yes", "yes", "yes"]


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
