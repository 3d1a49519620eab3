"""Users and sessions live in another database than the default one, which is asked nothing."""

from datetime import timedelta

import pytest
from django.db import connection, connections
from django.test import Client, RequestFactory

from sessions_api import lifecycle, validity
from sessions_api.lifecycle import canary, ending, maintenance, tokens
from sessions_api.models import Session
from tests.factories import PASSWORD, UserFactory
from tests.helpers import (
    CURRENT,
    REAUTHENTICATE,
    SESSIONS,
    bearer,
    browser_with_password,
    later,
    name_in_new_process,
    old_session,
    session_of,
)

pytestmark = pytest.mark.django_db(transaction=True)

ELSEWHERE = "elsewhere"


class Elsewhere:
    """A router that has everything in another database."""

    def db_for_read(self, model, **hints):
        return ELSEWHERE

    db_for_write = db_for_read


def refuse(execute, sql, params, many, context):
    raise AssertionError(sql)


@pytest.fixture
def elsewhere(settings):
    """Have another connection be the one to everything, and the default one be of no use."""
    connections.databases[ELSEWHERE] = {**connection.settings_dict}
    connections[ELSEWHERE].connect()  # which Django would not let a test do by itself
    settings.DATABASE_ROUTERS = [f"{__name__}.Elsewhere"]
    with connection.execute_wrapper(refuse):
        yield
    settings.DATABASE_ROUTERS = []
    connections[ELSEWHERE].connection.close()  # Django leaves one in memory open
    del connections[ELSEWHERE], connections.databases[ELSEWHERE]


@pytest.fixture
def alice(elsewhere):
    """Return a user who is in the other database."""
    return UserFactory.create(username="alice")


def sign_in_and_out(user):
    browser = browser_with_password(user)
    assert name_in_new_process(browser) == "alice"
    browser.get("/do/user,cycle/")
    browser.get("/do/logout/")
    assert validity.active_sessions(user) == []


def make_a_token_of_a_session(user):
    browser = browser_with_password(user)
    request = RequestFactory().get("/")
    request.session = browser.session
    issued = tokens.issue_from(session_of(browser), user, request=request)
    assert issued is not None
    assert Client().get(CURRENT, headers=bearer(issued.token)).status_code == 200


def prove_again(user):
    browser = browser_with_password(user)
    assert browser.post(REAUTHENTICATE, {"password": PASSWORD}).status_code == 200
    token = tokens.reauthenticated(lifecycle.issue_token(user).session, user)
    assert Client().get(CURRENT, headers=bearer(token)).status_code == 200


def end_others(user):
    browser, _ = browser_with_password(user), browser_with_password(user)
    assert browser.delete(SESSIONS).status_code == 200
    assert validity.active_sessions(user) == [session_of(browser)]


def extend_and_rename(user):
    session = session_of(browser_with_password(user))
    with later(days=1):
        lifecycle.extend(session)
        lifecycle.rename(session, "Work")


def delete_a_user(user):
    browser = browser_with_password(user)
    user.delete()
    assert name_in_new_process(browser) == ""


def look_after_the_table(user):
    browser = browser_with_password(user)
    old_session(user)
    list(maintenance.adopt_all())
    assert Session.objects.count() == 2
    list(ending.end_batches(Session.objects.filter(adopted=True), shared=True))
    list(maintenance.reconcile(grace=timedelta(0)))
    assert validity.active_sessions(user) == [session_of(browser)]
    with later(days=200):
        canary.leave()
        assert lifecycle.purge() == 2


def export_and_erase(user):
    browser_with_password(user)
    assert len(lifecycle.export(user)["sessions"]) == 1
    assert lifecycle.erase(user) == (1, 0)


@pytest.mark.parametrize(
    "act",
    [
        sign_in_and_out,
        make_a_token_of_a_session,
        prove_again,
        end_others,
        extend_and_rename,
        delete_a_user,
        look_after_the_table,
        export_and_erase,
    ],
)
def test_the_default_database_need_not_be_there(alice, settings, act):
    settings.SESSIONS_API = {"MAX_SESSIONS_PER_USER": 5}
    act(alice)
