"""The response phase: when there is something to write, and when not."""

import logging
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from sessions_api import lifecycle, validity
from sessions_api.models import Session
from tests.helpers import ENGINES, later, name_of, refusing, returning_browser

pytestmark = pytest.mark.django_db(transaction=True)

STATIC = "/static-page/"


@pytest.fixture
def _always_saved(settings):
    settings.SESSION_SAVE_EVERY_REQUEST = True
    settings.SESSION_COOKIE_AGE = 900
    settings.SESSIONS_API = {"RETENTION": 86400}


# The file engine goes by the times of its files, which do not travel.
@pytest.mark.parametrize("engine", [name for name in ENGINES if name != "file"], indirect=True)
@pytest.mark.usefixtures("_always_saved")
def test_a_session_that_every_page_saves_lasts_on_pages_that_do_not_use_it(alice, engine):
    client, start = returning_browser(alice), timezone.now()
    for minutes in range(5, 40, 5):
        with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
            client.get(STATIC)
    with time_machine.travel(start + timedelta(minutes=36), tick=False):
        assert len(validity.active_sessions(alice)) == 1
        assert name_of(client) == "alice"


@pytest.mark.usefixtures("_always_saved")
def test_a_page_that_does_not_use_an_ended_session_does_not_prolong_it(alice, engine):
    client = returning_browser(alice)
    lifecycle.end(Session.objects.get())
    client.raise_request_exception = False
    with later(minutes=5):
        client.get(STATIC)
        assert name_of(client) == ""


def test_what_the_table_cannot_take_is_logged_and_keeps_no_page_from_being_sent(alice, caplog):
    browser = returning_browser(alice)
    with refusing("UPDATE"):
        assert browser.get("/do/user,cycle/").status_code == 200
    message = "What a request has done could not be written."
    assert caplog.record_tuples == [("sessions_api.tracking", logging.WARNING, message)]


def test_a_page_that_writes_a_session_it_does_not_ask_about_costs_no_query_of_ours(
    alice, settings, django_assert_num_queries
):
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.cache"
    client = returning_browser(alice)
    with django_assert_num_queries(0):
        client.get("/do/write/")
