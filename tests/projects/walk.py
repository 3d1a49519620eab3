"""A walk through a whole project, in a process of its own: ``python -m tests.projects.walk``.

Sign in, list, end, deactivate and delete, on the settings that the environment names.
"""

import json
import re
import sys
import warnings
from datetime import datetime, timedelta
from html import unescape
from importlib import import_module
from io import StringIO
from typing import Any
from urllib.parse import quote as quote_url

import django
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.management import call_command
from django.test import Client
from django.test.utils import setup_test_environment
from django.urls import reverse
from django.utils import timezone

PASSWORD = "correct horse battery staple"
AWKWARD_NAME = "alice/o'neil_2F@example.com"
SHORT_NAME = "bo/o'neil é"


def sign_in(user):
    """Return a browser that has signed in at the admin's login page, or by force."""
    browser = Client()
    if user.is_staff:
        page = {"username": user.get_username(), "password": PASSWORD}
        assert browser.post("/admin/login/?next=/static-page/", page).status_code == 302
    else:
        assert browser.login(username=user.get_username(), password=PASSWORD)
    assert name_of(browser) == user.get_username()
    return browser


def name_of(browser):
    """Return whom the site takes a browser for."""
    return browser.get("/do/user/").content.decode()


def listed(browser):
    """Return what the self API lists, one session on each page."""
    results, address = [], "/api/sessions/?page_size=1"
    while address:
        response = browser.get(address)
        assert response.status_code == 200, response.content
        page = response.json()
        results += page["results"]
        address = page["next"]
    assert len({row["id"] for row in results}) == len(results)
    return results


def walk():
    """Assert what must hold in any project. Return times as the API writes them."""
    from django.contrib.auth import get_user_model

    from sessions_api import lifecycle, validity
    from sessions_api.models import EndReason, Session

    users = get_user_model().objects
    alice = users.create_user(AWKWARD_NAME, password=PASSWORD)
    root = users.create_user("root", password=PASSWORD, is_staff=True, is_superuser=True)

    # Two browsers are listed, and nothing else.
    laptop, phone = sign_in(alice), sign_in(alice)
    rows = listed(laptop)
    assert [row["state"] for row in rows] == ["active", "active"]
    assert sorted(row["is_current"] for row in rows) == [False, True]
    assert len(validity.active_sessions(alice)) == 2
    times = {name: rows[0][name] for name in ("created_at", "last_used", "expires_at")}

    # One ends the other.
    (other,) = (row["id"] for row in rows if not row["is_current"])
    assert laptop.delete(f"/api/sessions/{other}/").status_code == 204
    assert name_of(phone) == ""
    assert name_of(laptop) == alice.get_username()
    ended = Session.objects.get(pk=other)
    assert ended.ended_by == alice
    assert ended.end_reason == EndReason.REVOKED
    assert ended.sealed_key == ""
    assert [row["id"] for row in listed(laptop)] == [row["id"] for row in rows if row["is_current"]]

    # A deactivated account is out, and stays out.
    alice.is_active = False
    alice.save()
    assert name_of(laptop) == ""
    alice.is_active = True
    alice.save()
    assert name_of(laptop) == ""

    # Whatever model it was saved as.
    for model in apps.get_models():
        if issubclass(model, get_user_model()):
            erin = model.objects.create_user(f"erin-{model.__name__}", password=PASSWORD)
            tablet = sign_in(erin)
            erin.is_active = False
            erin.save()
            assert Session.objects.for_user(erin).get().end_reason == EndReason.DEACTIVATED
            assert name_of(tablet) == ""
            erin.delete()

    # Staff see sessions, end them, and delete their users.
    staff, laptop, phone = sign_in(root), sign_in(alice), sign_in(alice)
    hers = staff.get(f"/api/admin/users/{quote_url(str(alice.pk), safe='')}/sessions/").json()
    assert {row["id"] for row in hers["results"]} == {id_of(laptop), id_of(phone)}
    changelist = reverse("admin:sessions_api_session_changelist")
    assert staff.get(changelist).content.decode().count("active") >= 3
    newest = Session.objects.for_user(alice).not_ended().latest("created_at")
    assert (
        staff.get(reverse("admin:sessions_api_session_change", args=[newest.pk])).status_code == 200
    )
    chosen = {"action": "end_selected", "_selected_action": [str(newest.pk)]}
    assert "Yes, end this session" in staff.post(changelist, chosen).content.decode()
    staff.post(changelist, {**chosen, "post": "yes"})
    assert name_of(phone) == ""
    assert name_of(laptop) == alice.get_username()
    users_of = get_user_model()._meta
    if hasattr(admin.site.get_model_admin(get_user_model()), "sessions_link"):
        walk_through_a_users_sessions(staff, alice)
        laptop = sign_in(alice)
    address = reverse(f"admin:{users_of.app_label}_user_delete", args=[quote(alice.pk)])
    assert staff.get(address).status_code == 200
    assert staff.post(address, {"post": "yes"}).status_code == 302
    assert not users.filter(pk=alice.pk).exists()
    assert not Session.objects.filter(user_id=alice.pk).exists()
    assert name_of(laptop) == ""
    assert name_of(staff) == "root"

    # Staff who may delete users under one name only delete those who have sessions too.
    for model in apps.get_models():
        if issubclass(model, get_user_model()) and admin.site.is_registered(model):
            walk_through_a_deletion(model)

    # By the UUID that a dialect shows of a user it finds her, whether her key fits into one or not.
    for name in (SHORT_NAME, AWKWARD_NAME):
        user: Any = users.create_user(name, password=PASSWORD)
        walk_through_the_dialects(staff, user)
        user.delete()

    walk_through_the_commands(users.create_user("gus", password=PASSWORD))

    # The rest: end the others, sign out, expire, purge.
    second = sign_in(root)
    answer = staff.delete("/api/sessions/")
    assert json.loads(answer.content) == {"ended": 1}
    assert name_of(second) == ""
    assert [row["is_current"] for row in listed(staff)] == [True]
    (session,) = validity.active_sessions(root)
    Session.objects.filter(pk=session.pk).update(expires_at=timezone.now() - timedelta(days=1))
    assert validity.active_sessions(root) == []
    assert Session.objects.count() == 2
    assert lifecycle.purge(timezone.now() + timedelta(days=100)) == 2
    assert not Session.objects.exists()
    return times


def walk_through_a_users_sessions(staff, user):
    """Find a user's sessions from the user's own page in the admin, and end them."""
    name = f"admin:{user._meta.app_label}_user"
    page = staff.get(reverse(f"{name}_change", args=[quote(user.pk)])).content.decode()
    assert "1 active session" in page
    (listed,) = re.findall(r'href="([^"]*[?]user=[^"]*)"', page)
    response = staff.get(unescape(listed))
    assert response.status_code == 200
    assert response.content.decode().count(">active</span>") == 1
    end = reverse(f"{name}_end_sessions", args=[quote(user.pk)])
    assert end in unescape(page)
    assert "1 is active" in staff.get(end).content.decode()
    response = staff.post(end, {"post": "yes"}, follow=True)
    assert "0 active sessions" in response.content.decode()


def walk_through_a_deletion(model):
    """Delete a user who has a session, as staff who may delete users of this model and no other."""
    from django.contrib.auth.models import Permission
    from django.contrib.contenttypes.models import ContentType

    frank = model.objects.create_user("frank", password=PASSWORD)
    clerk = model.objects.create_user("clerk", password=PASSWORD, is_staff=True)
    users = ContentType.objects.get_for_model(model, for_concrete_model=False)
    may_delete = Permission.objects.get(content_type=users, codename__startswith="delete_")
    clerk.user_permissions.add(may_delete)
    browser, tablet = sign_in(clerk), sign_in(frank)
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_delete"
    address = reverse(name, args=[quote(frank.pk)])
    assert "Are you sure" in browser.get(address).content.decode()
    assert browser.post(address, {"post": "yes"}).status_code == 302
    assert not model.objects.filter(pk=frank.pk).exists()
    assert name_of(tablet) == ""
    clerk.delete()


def walk_through_the_dialects(staff, user):
    """List and end a user's sessions in each dialect, as staff and as the user."""
    laptop, phone = sign_in(user), sign_in(user)
    own = laptop.get("/torii/_torii/users/me/sessions").json()
    uuid = laptop.get("/hanko/sessions/validate").json()["user_id"]
    assert laptop.get("/ory/sessions/whoami").json()["identity"]["id"] == uuid
    assert {row["userId"] for row in own} == {uuid}

    ory = f"/ory/admin/identities/{uuid}/sessions"
    hanko = f"/hanko/users/{uuid}/sessions"
    torii = f"/torii/api/server/v1/users/{uuid}/sessions"
    answers = [staff.get(address) for address in (ory, hanko, torii)]
    of_ory, of_hanko, of_torii = (answer.json() for answer in answers)
    expected = {id_of(laptop), id_of(phone)}
    assert {row["id"] for row in of_ory if row["active"]} == expected
    assert {row["identity"]["id"] for row in of_ory} == {uuid}
    assert {row["id"] for row in of_hanko} == {row["id"] for row in of_torii} == expected
    assert_same_times(listed(laptop), of_hanko)
    assert staff.delete(f"{hanko}/{id_of(phone)}").status_code == 204
    assert name_of(phone) == ""
    tablet = sign_in(user)
    assert staff.delete(f"{torii}/{id_of(tablet)}").status_code == 204
    assert name_of(tablet) == ""
    television = sign_in(user)
    assert staff.delete(ory).status_code == 204
    assert name_of(television) == name_of(laptop) == ""
    assert staff.delete(torii).status_code == 204

    console, watch = sign_in(user), sign_in(user)
    revoked = console.post(f"/flashback/sessions/{id_of(watch)}/revoke").json()
    assert revoked["success"] is True
    assert name_of(watch) == ""
    assert id_of(console) in {
        row["id"] for row in console.get("/flashback/sessions").json()["sessions"]
    }


def walk_through_the_commands(user):
    """Run every command on a token, a browser, and a browser from before the installation."""
    from sessions_api.models import Session

    token = said("create_token", user.get_username(), label="CI", lifetime="60 00:00:00")
    api = Client(headers={"authorization": f"Bearer {token}"})
    assert api.get("/api/sessions/current/").json()["label"] == "CI"
    tablet, old = sign_in(user), sign_in_before_the_installation(user)
    assert said("adopt_sessions") == "1 session adopted."
    assert name_of(old) == user.get_username()

    sessions = Session.objects.for_user(user)
    sessions.filter(adopted=True).update(expires_at=timezone.now() - timedelta(days=1))
    done = "1 session ended (1 expired); 0 sessions finished."
    assert said("reconcile_sessions", grace=0) == done
    assert name_of(old) == ""

    chosen = {"user": user.get_username(), "created_after": "2026-01-01T00:00:00Z"}
    assert said("end_sessions", **chosen) == "2 sessions ended."
    assert name_of(tablet) == ""
    assert api.get("/api/sessions/current/").status_code == 401

    sessions.update(ended_at=timezone.now() - timedelta(days=91))
    assert said("purge_sessions") == "3 sessions purged."
    user.delete()


def said(command, *arguments, **options):
    """Return what a command says."""
    stdout = StringIO()
    call_command(command, *arguments, **options, stdout=stdout)
    return stdout.getvalue().strip()


def sign_in_before_the_installation(user):
    """Return a browser whose engine session knows nothing of us."""
    browser = Client()
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    known = {SESSION_KEY: str(user.pk), BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0]}
    store.update({**known, HASH_SESSION_KEY: user.get_session_auth_hash()})
    store.save()
    browser.cookies[settings.SESSION_COOKIE_NAME] = store.session_key
    return browser


def id_of(browser):
    """Return the id of a browser's session."""
    return browser.session["_sessions_api_id"]


def assert_same_times(rows, of_dialect):
    """Assert that a dialect says what the API says of the same sessions."""
    said = {row["id"]: row for row in of_dialect}
    for row in rows:
        for name in ("created_at", "expires_at"):
            text = said[row["id"]][name]
            assert text.endswith("Z")
            assert datetime.fromisoformat(text) == datetime.fromisoformat(row[name])


def main():
    """Build the project, walk, and say so."""
    warnings.simplefilter("error")
    django.setup()
    setup_test_environment()
    from django.db import connections

    aliases = list(connections)
    call_command("check", databases=aliases, fail_level="WARNING")
    call_command("makemigrations", check_changes=True, dry_run=True, verbosity=0)
    for alias in aliases:
        call_command("migrate", database=alias, verbosity=0)
    times = walk()
    tables = {a: sorted(connections[a].introspection.table_names()) for a in aliases}
    sys.stdout.write(json.dumps({"tables": tables, "times": times}))


if __name__ == "__main__":
    main()
