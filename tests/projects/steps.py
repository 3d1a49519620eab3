"""A walk through a whole project: each step is a test, run on the settings of that project.

test_projects.py runs this module in a process of its own for each project. By hand:

    DJANGO_SETTINGS_MODULE=tests.projects.uuid_user.settings \
        python -m pytest -n0 tests/projects/steps.py

Its name does not begin with ``test_``, so that no other run collects it.
"""

import json
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import quote as quote_url

import pytest
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sessions_api import lifecycle, validity
from sessions_api.models import EndReason, Session
from tests.helpers import bearer, later, name_of, old_session, session_id
from tests.management.terminal import said
from tests.projects.walk import (
    AWKWARD_NAME,
    SHORT_NAME,
    assert_same_times,
    listed,
    new_user,
    sign_in,
    user_models,
)

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")

CHANGELIST = reverse("admin:sessions_api_session_changelist")
OF_USERS = f"admin:{get_user_model()._meta.app_label}_user"

has_sessions_link = pytest.mark.skipif(
    not hasattr(admin.site.get_model_admin(get_user_model()), "sessions_link"),
    reason="this project's user admin does not show a user's sessions",
)


@pytest.fixture
def alice():
    return new_user(AWKWARD_NAME)


@pytest.fixture
def root():
    return new_user("root", is_staff=True, is_superuser=True)


@pytest.fixture
def laptop(alice):
    return sign_in(alice)


@pytest.fixture
def phone(alice, laptop):
    return sign_in(alice)


@pytest.fixture
def staff(root):
    """Return the browser of a superuser."""
    return sign_in(root)


def tables(alias):
    return connections[alias].introspection.table_names()


# What the project is made of


def test_the_checks_have_nothing_to_say():
    call_command("check", databases=list(connections), fail_level="WARNING")


def test_no_migration_is_missing():
    call_command("makemigrations", check_changes=True, dry_run=True, verbosity=0)


def test_the_sessions_are_in_the_default_database():
    assert "sessions_api_session" in tables("default")


def test_the_users_are_in_the_table_of_the_projects_model():
    assert get_user_model()._meta.db_table in tables("default")


@pytest.mark.skipif("engine" not in connections, reason="this project has one database")
def test_the_engines_table_is_in_a_database_of_its_own():
    assert "sessions_api_session" not in tables("engine")
    assert "django_session" in tables("engine")
    assert "django_session" not in tables("default")


# A user and their own sessions


def test_two_browsers_are_listed_and_nothing_else(alice, laptop, phone):
    rows = listed(laptop)
    assert [row["state"] for row in rows] == ["active", "active"]
    assert sorted(row["is_current"] for row in rows) == [False, True]
    assert len(validity.active_sessions(alice)) == 2


@pytest.mark.parametrize("name", ["created_at", "last_used", "expires_at"])
def test_the_api_says_times_in_utc_whatever_the_sites_time_zone(laptop, name):
    said_at = datetime.fromisoformat(listed(laptop)[0][name])
    assert said_at.utcoffset() == timedelta(0)
    expected = datetime.now(UTC) + timedelta(days=14 if name == "expires_at" else 0)
    assert abs(said_at - expected) < timedelta(minutes=5)


def test_one_browser_ends_the_other(alice, laptop, phone):
    rows = listed(laptop)
    (other,) = (row["id"] for row in rows if not row["is_current"])
    assert laptop.delete(f"/api/sessions/{other}/").status_code == 204
    assert name_of(phone) == ""
    assert name_of(laptop) == alice.get_username()
    ended = Session.objects.get(pk=other)
    assert ended.ended_by == alice
    assert ended.end_reason == EndReason.REVOKED
    assert ended.sealed_key == b""
    assert [row["id"] for row in listed(laptop)] == [row["id"] for row in rows if row["is_current"]]


def test_ending_all_others_leaves_the_callers_own(root, staff):
    second = sign_in(root)
    answer = staff.delete("/api/sessions/")
    assert json.loads(answer.content) == {"ended": 1}
    assert name_of(second) == ""
    assert [row["is_current"] for row in listed(staff)] == [True]


def test_a_deactivated_account_is_out_and_stays_out(alice, laptop):
    alice.is_active = False
    alice.save()
    assert name_of(laptop) == ""
    alice.is_active = True
    alice.save()
    assert name_of(laptop) == ""


@pytest.mark.parametrize("model", user_models(), ids=lambda model: model.__name__)
def test_a_deactivated_account_is_out_whatever_model_it_was_saved_as(model):
    erin = new_user(f"erin-{model.__name__}", model=model)
    tablet = sign_in(erin)
    erin.is_active = False
    erin.save()
    assert Session.objects.for_user(erin).get().end_reason == EndReason.DEACTIVATED
    assert name_of(tablet) == ""
    erin.delete()


def test_a_session_that_has_expired_is_not_active_and_is_purged(root, staff):
    second = sign_in(root)
    lifecycle.end(Session.objects.get(pk=session_id(second)))
    (session,) = validity.active_sessions(root)
    with later(days=15):
        assert validity.active_sessions(root) == []
        assert validity.judge([session])[session.pk].state == "expired"
    assert Session.objects.count() == 2
    with later(days=115):
        assert lifecycle.purge() == 2
    assert not Session.objects.exists()


# Staff


def test_staff_see_a_users_sessions_in_the_api(alice, laptop, phone, staff):
    path = f"/api/admin/users/{quote_url(str(alice.pk), safe='')}/sessions/"
    theirs = staff.get(path).json()
    assert {row["id"] for row in theirs["results"]} == {session_id(laptop), session_id(phone)}


def test_staff_see_and_end_sessions_in_the_admin(alice, laptop, phone, staff):
    assert staff.get(CHANGELIST).content.decode().count("active") >= 3
    newest = Session.objects.for_user(alice).not_ended().latest("created_at")
    page = reverse("admin:sessions_api_session_change", args=[newest.pk])
    assert staff.get(page).status_code == 200
    chosen = {"action": "end_selected", "_selected_action": [str(newest.pk)]}
    assert "Yes, end this session" in staff.post(CHANGELIST, chosen).content.decode()
    staff.post(CHANGELIST, {**chosen, "post": "yes"})
    assert name_of(phone) == ""
    assert name_of(laptop) == alice.get_username()


@has_sessions_link
def test_staff_find_and_end_a_users_sessions_from_the_users_own_page(alice, laptop, staff):
    page = staff.get(reverse(f"{OF_USERS}_change", args=[quote(alice.pk)])).content.decode()
    assert "1 active session" in page
    (of_user,) = re.findall(r'href="([^"]*[?]user=[^"]*)"', page)
    response = staff.get(unescape(of_user))
    assert response.status_code == 200
    assert response.content.decode().count(">active</span>") == 1
    end = reverse(f"{OF_USERS}_end_sessions", args=[quote(alice.pk)])
    assert end in unescape(page)
    assert "1 is active" in staff.get(end).content.decode()
    response = staff.post(end, {"post": "yes"}, follow=True)
    assert "0 active sessions" in response.content.decode()


def test_a_user_whom_staff_delete_is_out_and_their_rows_are_gone(alice, laptop, staff):
    path = reverse(f"{OF_USERS}_delete", args=[quote(alice.pk)])
    assert staff.get(path).status_code == 200
    assert staff.post(path, {"post": "yes"}).status_code == 302
    assert not get_user_model().objects.filter(pk=alice.pk).exists()
    assert not Session.objects.filter(user_id=alice.pk).exists()
    assert name_of(laptop) == ""
    assert name_of(staff) == "root"


@pytest.mark.parametrize(
    "model",
    [model for model in user_models() if admin.site.is_registered(model)],
    ids=lambda model: model.__name__,
)
def test_staff_who_may_delete_users_under_one_name_only_delete_those_who_have_sessions(model):
    frank = new_user("frank", model=model)
    clerk = new_user("clerk", model=model, is_staff=True)
    users = ContentType.objects.get_for_model(model, for_concrete_model=False)
    may_delete = Permission.objects.get(content_type=users, codename__startswith="delete_")
    clerk.user_permissions.add(may_delete)
    browser, tablet = sign_in(clerk), sign_in(frank)
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_delete"
    path = reverse(name, args=[quote(frank.pk)])
    assert "Are you sure" in browser.get(path).content.decode()
    assert browser.post(path, {"post": "yes"}).status_code == 302
    assert not model.objects.filter(pk=frank.pk).exists()
    assert name_of(tablet) == ""
    clerk.delete()


# The dialects: by the UUID that one of them shows of a user the others find them, whether the
# primary key fits into a UUID or not.


@pytest.fixture(params=[SHORT_NAME, AWKWARD_NAME], ids=["a short name", "a long name"])
def named(request):
    """Return a user whose name, which may be the primary key, is not plain."""
    return new_user(request.param)


def uuid_of(browser):
    """Return the UUID under which Hanko's dialect shows a browser's user."""
    return browser.get("/hanko/sessions/validate").json()["user_id"]


def test_every_dialect_shows_a_user_under_the_same_uuid(named):
    browser = sign_in(named)
    uuid = uuid_of(browser)
    own = browser.get("/torii/_torii/users/me/sessions").json()
    assert browser.get("/ory/sessions/whoami").json()["identity"]["id"] == uuid
    assert {row["userId"] for row in own} == {uuid}


def test_every_dialect_lists_a_users_sessions_to_staff(named, staff):
    browsers = [sign_in(named), sign_in(named)]
    uuid = uuid_of(browsers[0])
    of_ory = staff.get(f"/ory/admin/identities/{uuid}/sessions").json()
    of_hanko = staff.get(f"/hanko/users/{uuid}/sessions").json()
    of_torii = staff.get(f"/torii/api/server/v1/users/{uuid}/sessions").json()
    expected = {session_id(browser) for browser in browsers}
    assert {row["id"] for row in of_ory if row["active"]} == expected
    assert {row["identity"]["id"] for row in of_ory} == {uuid}
    assert {row["id"] for row in of_hanko} == {row["id"] for row in of_torii} == expected
    assert_same_times(listed(browsers[0]), of_hanko)


@pytest.mark.parametrize(
    "sessions", ["/hanko/users/{}/sessions", "/torii/api/server/v1/users/{}/sessions"]
)
def test_staff_end_one_session_in_a_dialect(named, staff, sessions):
    laptop, phone = sign_in(named), sign_in(named)
    path = sessions.format(uuid_of(laptop))
    assert staff.delete(f"{path}/{session_id(phone)}").status_code == 204
    assert name_of(phone) == ""
    assert name_of(laptop) == named.get_username()


def test_staff_end_all_of_a_users_sessions_in_ory_and_torii(named, staff):
    laptop, television = sign_in(named), sign_in(named)
    uuid = uuid_of(laptop)
    assert staff.delete(f"/ory/admin/identities/{uuid}/sessions").status_code == 204
    assert name_of(television) == name_of(laptop) == ""
    assert staff.delete(f"/torii/api/server/v1/users/{uuid}/sessions").status_code == 204


def test_a_user_ends_one_of_their_sessions_in_flashback(named):
    console, watch = sign_in(named), sign_in(named)
    revoked = console.post(f"/flashback/sessions/{session_id(watch)}/revoke").json()
    assert revoked["success"] is True
    assert name_of(watch) == ""
    rows = console.get("/flashback/sessions").json()["sessions"]
    assert session_id(console) in {row["id"] for row in rows}


# The commands


@pytest.fixture
def gus():
    return new_user("gus")


@pytest.fixture
def token(gus):
    """Return a token that the command has made."""
    return said("create_token", gus.get_username(), label="CI", lifetime="60 00:00:00")


def current(token):
    return Client(headers=bearer(token)).get("/api/sessions/current/")


def test_a_token_is_created(token):
    assert current(token).json()["label"] == "CI"


def test_a_session_from_before_the_installation_is_adopted_and_ends_when_it_has_expired(gus):
    sign_in(gus)
    old = old_session(gus)
    assert said("adopt_sessions") == "1 session adopted."
    assert name_of(old) == gus.get_username()
    with later(days=15):
        assert "expired" in said("reconcile_sessions", grace=0)
        assert name_of(old) == ""
    assert Session.objects.for_user(gus).get(adopted=True).end_reason == EndReason.EXPIRED


def test_a_users_sessions_are_ended(gus, token):
    tablet = sign_in(gus)
    chosen = {"user": gus.get_username(), "created_after": "2026-01-01T00:00:00Z"}
    assert said("end_sessions", **chosen) == "2 sessions ended."
    assert name_of(tablet) == ""
    assert current(token).status_code == 401


def test_what_ended_long_ago_is_purged(gus, token):
    sign_in(gus)
    old_session(gus)
    assert said("adopt_sessions") == "1 session adopted."
    sessions = Session.objects.for_user(gus)
    sessions.update(ended_at=timezone.now() - timedelta(days=91))
    assert said("purge_sessions") == "3 sessions purged."
    gus.delete()
