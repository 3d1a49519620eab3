"""The site's page wins: it answers as it would without us, and who was admitted has used it."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import get_user_model, login
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import path
from django.utils import timezone
from rest_framework.request import Request

from sessions_api import engines, lifecycle, recent, validity
from sessions_api.authentication import SessionTokenAuthentication
from sessions_api.exceptions import SessionsUnavailable
from sessions_api.lifecycle import canary, maintenance
from sessions_api.models import EndReason, Session
from sessions_api.tracking.current import current_session
from tests.factories import UserFactory
from tests.helpers import (
    CURRENT,
    DJANGOS_ENGINES,
    SERVER_SIDE,
    SESSIONS,
    bearer,
    later,
    name_in_new_process,
    name_of,
    old_session,
    refusing,
    returning_browser,
    session_id,
    session_of,
    signed_in,
)
from tests.site import urls, views
from tests.site.views import BACKEND

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]

on_each_engine = pytest.mark.parametrize("engine", DJANGOS_ENGINES, indirect=True)
on_server_side_engines = pytest.mark.parametrize("engine", SERVER_SIDE, indirect=True)
on_engines_that_enforce_their_expiry = pytest.mark.parametrize(
    "engine", ["db", "cached_db", "cache"], indirect=True
)


def copy_of(client):
    """Return another browser with the same cookies."""
    copy = Client()
    copy.cookies = client.cookies.copy()
    return copy


# How long a request takes


@pytest.mark.parametrize(
    ("timeout", "reason"), [("IDLE_TIMEOUT", "idle"), ("ABSOLUTE_TIMEOUT", "lifetime")]
)
def test_a_request_by_token_is_a_use_at_its_admission_however_long_it_takes(
    alice, settings, timeout, reason
):
    settings.SESSIONS_API = {timeout: 600}
    issued = lifecycle.issue_token(alice)
    begun = timezone.now()
    with time_machine.travel(begun + timedelta(seconds=300), tick=False) as clock:
        views.callbacks.append(lambda: clock.shift(400))
        response = Client().get("/slow/", headers=bearer(issued.token))
        assert (response.status_code, response.content) == (200, b"alice")
        issued.session.refresh_from_db()
        assert issued.session.last_used == begun + timedelta(seconds=300)
        again = Client().get(CURRENT, headers=bearer(issued.token))
        assert again.status_code == (200 if reason == "idle" else 401)
        clock.shift(1000)
        assert Client().get(CURRENT, headers=bearer(issued.token)).status_code == 401
    issued.session.refresh_from_db()
    assert issued.session.end_reason == reason


@on_each_engine
@pytest.mark.parametrize("step", ["user", "write", "expiry:1209600"])
def test_a_request_that_outlives_its_sessions_lifetime_is_answered_and_the_next_is_not(
    engine, alice, settings, step
):
    settings.SESSIONS_API = {"ABSOLUTE_TIMEOUT": 600}
    client = returning_browser(alice)
    with time_machine.travel(timezone.now() + timedelta(seconds=500), tick=False) as clock:
        views.callbacks.append(lambda: clock.shift(400))
        response = client.get(f"/do/user,callback,{step}/")
        assert (response.status_code, response.content) == (200, b"alice")
        assert name_of(client) == ""
    assert Session.objects.get().end_reason == EndReason.LIFETIME


# What else keeps a session alive


def job_saves(client):
    """Have a background job save the session under a browser's cookie."""
    store = engines.store_class()(client.cookies["sessionid"].value)
    store["seen by the job"] = timezone.now().isoformat()
    store.save()


@on_engines_that_enforce_their_expiry
@pytest.mark.parametrize("asks", ["reconcile", "list", "nobody"])
def test_a_session_that_a_job_saves_daily_lives_as_long_as_without_us(engine, alice, asks):
    client = returning_browser(alice)
    for day in range(1, 21):
        with later(days=day):
            job_saves(client)
            if asks == "reconcile":
                canary.leave()
                assert all(not each.ended for each in maintenance.reconcile(grace=timedelta(0)))
            if asks == "list":
                assert len(validity.active_sessions(alice)) == 1
    with later(days=20, hours=1):
        assert len(validity.active_sessions(alice)) == 1
        assert name_in_new_process(client) == "alice"
        session = Session.objects.get()
        assert session.ended_at is None
        assert session.expires_at is not None
        assert session.expires_at > timezone.now()
        assert (
            Client()
            .get(SESSIONS, headers=bearer(lifecycle.issue_token(alice).token))
            .json()["results"][-1]["state"]
            == "active"
        )


@on_engines_that_enforce_their_expiry
def test_a_session_that_a_job_saves_is_not_purged_while_the_engine_holds_it(engine, alice):
    client = returning_browser(alice)
    for day in range(10, 160, 10):
        with later(days=day):
            job_saves(client)
    with later(days=151):
        canary.leave()
        assert lifecycle.purge() == 0
        assert name_in_new_process(client) == "alice"
        assert Session.objects.filter(expires_at__gt=timezone.now()).exists()


@on_engines_that_enforce_their_expiry
def test_a_session_that_no_job_saves_expires(engine, alice):
    client = returning_browser(alice)
    with later(days=15):
        assert validity.active_sessions(alice) == []
        assert name_in_new_process(client) == ""


# A request whose own session dies under it


def own_user(request):
    """Return another object of the request's user."""
    return get_user_model().objects.get(pk=request.user.pk)


def _deactivate(request):
    user = own_user(request)
    user.is_active = False
    user.save()


def _end_current(request):
    session = current_session(request)
    assert session is not None
    lifecycle.end(session)


ENDS_OF_ONES_OWN = {
    "delete the user": lambda request: own_user(request).delete(),
    "delete users by query": lambda request: (
        get_user_model().objects.filter(pk=request.user.pk).delete()
    ),
    "deactivate the user": _deactivate,
    "end all": lambda request: lifecycle.end_all(request.user),
    "end the current": _end_current,
    "end many": lambda request: lifecycle.end_many(Session.objects.for_user(request.user)),
    "delete the row": lambda request: Session.objects.for_user(request.user).get().delete(),
    "delete rows": lambda request: Session.objects.all().delete(),
}


def end_own(request, name, writes):
    """End the request's own session in one of many ways, and perhaps write to it."""
    assert request.user.is_authenticated
    ENDS_OF_ONES_OWN[name](request)
    if writes == "writing":
        request.session["last page"] = "this one"
    return HttpResponse("done")


def slow(request):
    """Answer a caller with a token once the rest of the world has acted."""
    authenticated = SessionTokenAuthentication().authenticate(Request(request))
    assert authenticated is not None
    user, _ = authenticated
    views.callbacks.pop()()
    return HttpResponse(user.get_username())


def carry_over(request, pk):
    """Sign a user in, and keep what the session held before, as shops do with their cart."""
    kept = {key: value for key, value in request.session.items() if not key.startswith("_auth")}
    login(request, get_user_model().objects.get(pk=pk), backend=BACKEND)
    request.session.update(kept)
    return HttpResponse()


urlpatterns = [
    *urls.urlpatterns,
    path("end-own/<str:name>/<str:writes>/", end_own),
    path("slow/", slow),
    path("carry-over/<int:pk>/", carry_over),
]


@on_each_engine
@pytest.mark.parametrize("saves_every_request", [True, False])
@pytest.mark.parametrize("writes", ["reading", "writing"])
@pytest.mark.parametrize("name", ENDS_OF_ONES_OWN)
def test_a_request_that_ends_its_own_session_is_answered_and_the_next_is_anonymous(
    engine, alice, settings, name, writes, saves_every_request
):
    settings.SESSION_SAVE_EVERY_REQUEST = saves_every_request
    client = returning_browser(alice)
    copy = copy_of(client)
    response = client.get(f"/end-own/{name}/{writes}/")
    assert (response.status_code, response.content) == (200, b"done")
    if saves_every_request or writes == "writing":
        assert client.cookies["sessionid"].value == "" or engine == "signed_cookies"
    assert name_of(client) == ""
    assert name_in_new_process(copy) == ""
    assert not Session.objects.not_ended().exists()


# Older marks that are carried over a login


@on_each_engine
@pytest.mark.parametrize("is_same", [True, False])
@pytest.mark.parametrize("was_signed_in", [True, False])
def test_a_cart_that_is_carried_over_a_login_brings_no_old_session_along(
    engine, alice, is_same, was_signed_in
):
    client = returning_browser(alice) if was_signed_in else Client()
    client.get("/do/write/")
    old = session_of(client) if was_signed_in else None
    user = alice if is_same else UserFactory.create(username="bob")
    assert client.get(f"/carry-over/{user.pk}/").status_code == 200
    assert name_in_new_process(client) == user.username
    assert client.session["count"] == 1
    (session,) = validity.active_sessions(user)
    assert session_id(client) == str(session.pk)
    assert not session.adopted
    if old is not None:
        old.refresh_from_db()
        assert old.end_reason == EndReason.REPLACED
        assert session.pk != old.pk


@on_each_engine
def test_a_cart_that_is_carried_over_a_login_brings_no_older_way_of_signing_in_along(engine, alice):
    client = Client()
    client.post("/do/password_login:alice|correct horse battery staple/")
    assert session_of(client).methods == "password"
    bob = UserFactory.create(username="bob", password=None)
    client.get(f"/carry-over/{bob.pk}/")
    later_on = session_of(client)
    fresh = session_of(signed_in(UserFactory.create(password=None)))
    assert (later_on.methods, later_on.aal) == (fresh.methods, fresh.aal)


# A table that cannot be used


def noting(tried):
    """Return a context that notes the statements that would meet our table."""

    def note(execute, sql, params, many, context):
        if "sessions_api_session" in sql:
            tried.append(sql)
        return execute(sql, params, many, context)

    return connection.execute_wrapper(note)


def read_only():
    """Return a context in which our tables take no writes, as after a fail-over."""
    return refusing("INSERT", "UPDATE", "DELETE")


def down():
    """Return a context in which our tables do not answer at all."""
    return refusing("INSERT", "UPDATE", "DELETE", "SELECT")


PAGES = [
    "user",
    "user,write",
    "user,expiry:5000",
    "read",
    "write",
    "user,cycle",
    "password:another",
]


@on_each_engine
@pytest.mark.parametrize("steps", PAGES)
@pytest.mark.parametrize("seconds", [0, 61])
def test_a_table_that_takes_no_writes_keeps_no_page_from_being_sent(engine, alice, steps, seconds):
    client = returning_browser(alice)
    with later(seconds=seconds):
        if seconds:
            recent.clear()
        with read_only():
            for _ in range(3):
                response = client.get(f"/do/{steps}/")
                assert response.status_code == 200
                assert response.content == (b"alice" if "user" in steps else b"")
            assert name_of(client) == "alice"
    with later(seconds=seconds + 61):
        assert name_in_new_process(client) == "alice"
        assert name_in_new_process(client) == "alice"  # the first may only have told of its key
        assert [each.pk for each in validity.active_sessions(alice)] == [session_of(client).pk]
        assert Session.objects.get().last_used == timezone.now()


@on_server_side_engines
def test_a_later_expiry_that_the_table_cannot_take_is_not_tried_at_every_request(engine, alice):
    client = returning_browser(alice)
    tried: list[str] = []
    with noting(tried), read_only():
        client.get("/do/user,expiry:5000/")
        assert tried
        del tried[:]
        client.get("/do/user,expiry:5000/")
        assert not tried


@on_each_engine
def test_another_client_is_let_in_though_the_table_takes_no_writes(engine, alice):
    client = returning_browser(alice)
    with read_only():
        for _ in range(2):
            response = client.get("/do/user/", REMOTE_ADDR="198.51.100.7")
            assert (response.status_code, response.content) == (200, b"alice")
    assert Session.objects.get().last_ip_address == "127.0.0.1"


@on_each_engine
def test_uses_that_the_table_cannot_take_count_in_this_process(engine, alice, settings):
    settings.SESSIONS_API = {"IDLE_TIMEOUT": 600}
    client, token = returning_browser(alice), lifecycle.issue_token(alice).token
    with read_only():
        for seconds in (300, 600, 900, 1200):
            with later(seconds=seconds):
                assert name_of(client) == "alice"
                assert Client().get(CURRENT, headers=bearer(token)).status_code == 200
    with later(seconds=1300):
        assert name_of(client) == "alice"
        assert Session.objects.get(kind="browser").last_used == timezone.now()


@on_server_side_engines
@pytest.mark.parametrize("steps", ["user", "user,write", "read"])
def test_while_the_table_is_down_the_engines_word_counts(engine, alice, steps):
    client = returning_browser(alice)
    recent.clear()
    with down():
        for seconds in (0, 61, 122):
            with later(seconds=seconds):
                response = client.get(f"/do/{steps}/")
                assert response.status_code == 200
                assert response.content == (b"alice" if "user" in steps else b"")
    assert name_in_new_process(client) == "alice"
    assert Session.objects.get().ended_at is None


@on_server_side_engines
def test_a_session_from_before_the_installation_is_let_in_while_the_table_is_down(engine, alice):
    client = old_session(alice)
    for broken in (down, read_only):
        recent.clear()
        with broken():
            assert name_of(client) == "alice"
    assert name_in_new_process(client) == "alice"
    assert Session.objects.get().adopted


@on_each_engine
@pytest.mark.parametrize("steps", ["user", "user,write"])
def test_where_the_table_is_what_admits_it_is_503_while_it_is_down(engine, alice, settings, steps):
    if engine != "signed_cookies":
        settings.SESSIONS_API = {"STRICT": True}
    client = returning_browser(alice)
    cookie = client.cookies["sessionid"].value
    with down():
        assert client.get(f"/do/{steps}/").status_code == 503
        assert client.get("/do/read/").status_code == 200
        assert client.get("/static-page/").status_code == 200
    assert client.cookies["sessionid"].value == cookie
    assert name_in_new_process(client) == "alice"


@on_each_engine
@pytest.mark.parametrize("broken", [down, read_only])
def test_a_sign_in_that_the_table_cannot_take_is_503_and_signs_nobody_in(engine, alice, broken):
    client = Client()
    with broken():
        assert client.get(f"/do/login:{alice.pk}/").status_code == 503
    assert name_in_new_process(client) == ""
    assert not Session.objects.exists()
    assert name_of(signed_in(alice)) == "alice"


@on_each_engine
@pytest.mark.parametrize("broken", [down, read_only])
def test_a_sign_out_that_the_table_cannot_take_signs_the_browser_out(engine, alice, broken):
    client = returning_browser(alice)
    is_admitted_by_table = engine == "signed_cookies" and broken is down
    with broken():
        answer = client.get("/do/logout/")
    assert answer.status_code == (503 if is_admitted_by_table else 200)
    assert name_in_new_process(client) == ("alice" if is_admitted_by_table else "")


@pytest.mark.parametrize("broken", [down, read_only])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_our_own_api_is_unavailable_while_the_table_cannot_be_used(alice, broken, method):
    client = returning_browser(alice)
    other = session_id(signed_in(alice))
    with broken():
        response = client.generic(method, f"{SESSIONS}{other}/")
    reads = method == "GET" and broken is read_only
    assert response.status_code == (200 if reads else 503)
    if not reads:
        assert response.json() == {"detail": str(SessionsUnavailable.MESSAGE)}
    assert Session.objects.get(pk=other).ended_at is None


# Engines as third parties write them


@pytest.mark.parametrize("engine", ["renaming", "encrypting"], indirect=True)
def test_browsers_sign_in_on_an_engine_without_lasting_keys(engine, alice):
    bob = UserFactory.create(username="bob")
    clients = [signed_in(alice), signed_in(alice), signed_in(bob)]
    for _ in range(3):
        assert [name_in_new_process(client) for client in clients] == ["alice", "alice", "bob"]
        for client in clients:
            client.get("/do/user,write/")
    assert len(validity.active_sessions(alice)) == 2
    assert len(validity.active_sessions(bob)) == 1
    assert {client.get(CURRENT).json()["id"] for client in clients} == {
        str(pk) for pk in Session.objects.not_ended().values_list("pk", flat=True)
    }


@pytest.mark.parametrize("engine", ["renaming", "encrypting", "signed_cookies"], indirect=True)
def test_an_old_cookie_is_refused_once_another_user_has_signed_in(engine, alice):
    client = returning_browser(alice)
    old, session = copy_of(client), Session.objects.get()
    bob = UserFactory.create(username="bob")
    client.get(f"/do/login:{bob.pk}/")
    assert name_in_new_process(client) == "bob"
    session.refresh_from_db()
    assert session.end_reason == EndReason.REPLACED
    assert name_in_new_process(old) == ""
    assert validity.active_sessions(alice) == []


@pytest.mark.parametrize("engine", ["renaming", "encrypting"], indirect=True)
@pytest.mark.parametrize("step", ["logout", "flush"])
def test_an_old_cookie_is_refused_after_a_sign_out(engine, alice, step):
    client = returning_browser(alice)
    old = copy_of(client)
    client.get(f"/do/user,{step}/")
    assert name_in_new_process(client) == name_in_new_process(old) == ""
    assert Session.objects.get().ended_at is not None


@pytest.mark.parametrize("engine", ["renaming", "encrypting"], indirect=True)
def test_a_session_that_is_ended_elsewhere_is_refused_on_an_engine_without_lasting_keys(
    engine, alice
):
    client, other = returning_browser(alice), returning_browser(alice)
    response = client.delete(f"{SESSIONS}{session_id(other)}/")
    assert response.status_code == 204
    assert (name_of(client), name_of(other)) == ("alice", "")


# What an expired session is called


@on_each_engine
@pytest.mark.parametrize(
    ("options", "passed", "reason"),
    [
        ({}, timedelta(days=15), EndReason.EXPIRED),
        ({"IDLE_TIMEOUT": 3600}, timedelta(hours=2), EndReason.IDLE),
        ({"ABSOLUTE_TIMEOUT": 3600}, timedelta(hours=2), EndReason.LIFETIME),
    ],
)
def test_an_expired_session_is_called_so_whether_or_not_it_was_presented(
    engine, alice, settings, options, passed, reason
):
    client = returning_browser(alice)
    settings.SESSIONS_API = options
    with time_machine.travel(timezone.now() + passed, tick=False):
        token = lifecycle.issue_token(alice).token

        def listed(state):
            found = Client().get(f"{SESSIONS}?state={state}", headers=bearer(token)).json()
            return [(each["state"], each["end_reason"]) for each in found["results"]]

        for _ in range(2):
            assert listed("expired") == listed("over") == [("expired", reason)]
            assert listed("ended") == listed("invalid") == listed("unknown") == []
            assert name_in_new_process(client) == ""
