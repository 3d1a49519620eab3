"""Who ends a session is told the truth: it is done, or in force by a moment that is named."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from asgiref.sync import async_to_sync
from django.contrib.auth import alogout, get_user_model, login, logout
from django.core.management import CommandError, call_command
from django.http import StreamingHttpResponse
from django.test import AsyncClient, Client
from django.urls import path
from django.utils import timezone

from sessions_api import lifecycle, recent, validity
from sessions_api.models import EndReason, Session
from sessions_api.signals import session_ended
from tests.dialects.callers import Caller
from tests.engines.spoiling import undeletable
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
    returning_browser,
    session_id,
    session_of,
    signed_in,
    staff_with,
)
from tests.site import urls, views
from tests.site.views import BACKEND

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]

on_server_side_engines = pytest.mark.parametrize("engine", SERVER_SIDE, indirect=True)
on_each_engine = pytest.mark.parametrize("engine", DJANGOS_ENGINES, indirect=True)


def by_token(user, method, path, body=None):
    """Ask in a user's name."""
    token = lifecycle.issue_token(user).token
    return Caller(**bearer(token)).ask(method, path, body)


# An engine that does not delete


PENDING_ENDS = {
    "end one": lambda user, pk: by_token(user, "DELETE", f"{SESSIONS}{pk}/"),
    "end the others": lambda user, pk: by_token(user, "DELETE", SESSIONS),
    "end all": lambda user, pk: by_token(user, "DELETE", f"{SESSIONS}?include_current=true"),
    "staff end one": lambda user, pk: by_token(
        staff_with("view_session", "end_session"), "DELETE", f"/api/admin/sessions/{pk}/"
    ),
    "staff end a user's": lambda user, pk: by_token(
        staff_with("view_session", "end_session"),
        "DELETE",
        f"/api/admin/users/{user.pk}/sessions/",
    ),
    "staff end what matches": lambda user, pk: by_token(
        staff_with("view_session", "end_session"),
        "POST",
        "/api/admin/sessions/end/",
        {"user": user.pk},
    ),
}
VENDORS_ENDS = {
    "ory": lambda user, pk: by_token(user, "DELETE", f"/ory/sessions/{pk}"),
    "ory, staff": lambda user, pk: by_token(
        staff_with("view_session", "end_session"), "DELETE", f"/ory/admin/sessions/{pk}"
    ),
    "torii": lambda user, pk: by_token(user, "DELETE", f"/torii/_torii/users/me/sessions/{pk}"),
}


@on_server_side_engines
@pytest.mark.parametrize("end", PENDING_ENDS.values(), ids=PENDING_ENDS)
def test_an_end_that_the_engine_does_not_carry_out_is_pending_and_in_force_when_it_says(
    engine, alice, end
):
    client = returning_browser(alice)
    session = session_of(client)
    with time_machine.travel(timezone.now(), tick=False) as clock, undeletable(engine):
        response = end(alice, session.pk)
        body = response.json()
        assert (response.status_code, body["code"]) == (202, "end_pending")
        in_force_by = datetime.fromisoformat(body["in_force_by"])
        assert in_force_by == timezone.now() + timedelta(seconds=60)
        session.refresh_from_db()
        assert session.end_reason == EndReason.REVOKED
        assert session.sealed_key
        assert validity.active_sessions(alice) == [
            each for each in validity.active_sessions(alice) if each.pk != session.pk
        ]
        assert name_in_new_process(client) == ""
        clock.move_to(in_force_by)
        assert name_of(client) == ""


@on_server_side_engines
def test_another_process_refuses_a_pending_end_from_the_named_moment_on(engine, alice):
    client = returning_browser(alice)
    session = session_of(client)
    with time_machine.travel(timezone.now(), tick=False) as clock, undeletable(engine):
        # Another process ends it: what this one remembers stays as it is.
        remembered = recent.memory.get(session.key_digest)
        response = by_token(alice, "DELETE", f"{SESSIONS}{session.pk}/")
        assert remembered is not None
        recent.memory.put(session.key_digest, remembered)
        assert name_of(client) == "alice"
        clock.move_to(datetime.fromisoformat(response.json()["in_force_by"]))
        assert name_of(client) == ""


@on_server_side_engines
def test_a_request_that_was_on_its_way_does_not_put_off_the_named_moment(engine, alice):
    """It read the row before the end, and answers long after it."""
    client = returning_browser(alice)
    session = session_of(client)
    said = []
    with time_machine.travel(timezone.now(), tick=False) as clock, undeletable(engine):
        recent.clear()

        def end_elsewhere():
            said.append(by_token(alice, "DELETE", f"{SESSIONS}{session.pk}/").json())
            clock.shift(55)

        views.callbacks.append(end_elsewhere)
        assert client.get("/do/user,callback/").content == b"alice"
        clock.move_to(datetime.fromisoformat(said[0]["in_force_by"]))
        assert name_of(client) == ""


@on_server_side_engines
@pytest.mark.parametrize("end", VENDORS_ENDS.values(), ids=VENDORS_ENDS)
def test_vendors_are_told_what_they_know(engine, alice, end):
    session = session_of(returning_browser(alice))
    with undeletable(engine):
        response = end(alice, session.pk)
    assert (response.status_code, response.content) == (204, b"")
    session.refresh_from_db()
    assert session.end_reason == EndReason.REVOKED


@on_server_side_engines
def test_under_strict_an_end_is_in_force_at_once(engine, alice, settings):
    settings.SESSIONS_API = {"STRICT": True}
    client = returning_browser(alice)
    with undeletable(engine):
        response = by_token(alice, "DELETE", f"{SESSIONS}{session_id(client)}/")
        assert (response.status_code, response.content) == (204, b"")
        assert name_of(client) == ""


@on_server_side_engines
def test_ends_of_many_that_the_engine_does_not_carry_out_are_counted(engine, alice):
    client, _other, _another = (returning_browser(alice) for _ in range(3))
    with undeletable(engine):
        response = client.delete(SESSIONS)
    assert response.status_code == 202
    assert response.json().keys() == {"ended", "code", "in_force_by"}
    assert response.json()["ended"] == 2


@on_server_side_engines
def test_a_sign_out_that_the_engine_does_not_carry_out_is_pending(engine, alice):
    client = returning_browser(alice)
    cookies = client.cookies.copy()
    with undeletable(engine):
        response = client.delete(CURRENT)
        assert response.status_code == 202
        assert response.json()["code"] == "end_pending"
        assert response.cookies["sessionid"].value == ""
        assert Session.objects.get().end_reason == EndReason.LOGOUT
        copy = Client()
        copy.cookies = cookies
        assert name_in_new_process(copy) == ""


@on_server_side_engines
def test_a_pending_end_is_finished_when_its_session_is_presented_and_by_reconcile(engine, alice):
    presented, left = returning_browser(alice), returning_browser(alice)
    with undeletable(engine):
        lifecycle.end_all(alice)
        with pytest.raises(CommandError, match="could not delete 2 sessions") as error:
            call_command("reconcile_sessions", grace=0, verbosity=0)
        assert error.value.returncode == 3
    assert Session.objects.exclude(sealed_key=b"").count() == 2
    assert name_in_new_process(presented) == ""
    assert Session.objects.exclude(sealed_key=b"").count() == 1
    call_command("reconcile_sessions", grace=0, verbosity=0)
    assert not Session.objects.exclude(sealed_key=b"").exists()
    assert name_in_new_process(left) == ""


# Several that one key spoils


def test_one_key_that_cannot_be_opened_leaves_the_others_ended_and_told_of(engine, alice):
    told = []

    def hear(sender, session, reason, by, **kwargs):
        told.append(session.pk)

    clients = [returning_browser(alice) for _ in range(3)]
    first, *_ = pks = sorted(session_of(client).pk for client in clients)
    Session.objects.filter(pk=first).update(sealed_key=b"of another SECRET_KEY")
    session_ended.connect(hear)
    try:
        assert lifecycle.end_all(alice) == 3
    finally:
        session_ended.disconnect(hear)
    assert sorted(told) == pks
    assert not any(name_in_new_process(client) for client in clients)
    left = Session.objects.exclude(sealed_key=b"").values_list("pk", flat=True)
    assert list(left) == ([] if engine == "signed_cookies" else [first])


# Requests without an answer


waiting: list[asyncio.Event] = []
"""What an async view tells that it has come to the point where it waits for ever."""


async def ado_and_wait(request, steps):
    """Take the steps, and never answer."""
    await views.ado(request, steps)
    waiting.pop().set()
    await asyncio.Event().wait()


def cancelled(client, steps, *, view):
    """Have a client give up while its request is under way: ASGI cancels the request then."""
    browser = AsyncClient()
    browser.cookies = client.cookies.copy()

    async def ask():
        if view == "sync":
            loop = asyncio.get_running_loop()
            views.callbacks.append(lambda: loop.call_soon_threadsafe(task.cancel))
            task = asyncio.create_task(browser.get(f"/do/{steps},callback/"))
        else:
            reached = asyncio.Event()
            waiting.append(reached)
            task = asyncio.create_task(browser.get(f"/wait/{steps}/"))
            await reached.wait()
            task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    async_to_sync(ask)()


def stopped(client, steps, *, view):
    """Have gunicorn stop a worker whose request takes too long."""

    def stop():
        raise SystemExit

    views.callbacks.append(stop)
    with pytest.raises(SystemExit):
        client.get(f"/do/{steps},callback/")


on_each_way = pytest.mark.parametrize(
    ("give_up", "view"),
    [(cancelled, "async"), (cancelled, "sync"), (stopped, "sync")],
    ids=["async view", "sync view", "stopped worker"],
)


@on_each_engine
@on_each_way
def test_a_sign_in_that_is_never_answered_leaves_no_row(engine, alice, settings, give_up, view):
    settings.SESSIONS_API = {"MAX_SESSIONS_PER_USER": 1, "ON_LIMIT": "refuse"}
    give_up(Client(), f"login:{alice.pk}", view=view)
    assert not Session.objects.exists()
    assert name_of(signed_in(alice)) == "alice"


@on_each_engine
@on_each_way
def test_a_sign_out_that_is_never_answered_is_one(engine, alice, give_up, view):
    client = returning_browser(alice)
    give_up(client, "logout", view=view)
    assert Session.objects.get().end_reason == EndReason.LOGOUT
    assert name_in_new_process(client) == ""


@on_each_engine
@on_each_way
def test_a_use_that_is_never_answered_counts(engine, alice, give_up, view):
    client = returning_browser(alice)
    with later(seconds=61):
        give_up(client, "user", view=view)
        assert Session.objects.get().last_used == timezone.now()
        assert name_in_new_process(client) == "alice"


@on_each_engine
@on_each_way
def test_a_new_key_that_is_never_answered_is_nobodys(engine, alice, give_up, view):
    client = returning_browser(alice)
    give_up(client, "user,cycle", view=view)
    assert name_in_new_process(client) == ("alice" if engine == "signed_cookies" else "")
    assert len(validity.active_sessions(alice)) == (1 if engine == "signed_cookies" else 0)


# Sign-outs and sign-ins where no response phase of ours follows


def stream(request, act):
    """Answer in pieces, and sign somebody out, or in, between them."""

    def body():
        yield b"first "
        if act == "logout":
            logout(request)
        yield b"second"

    return StreamingHttpResponse(body())


async def astream(request, act):
    """Do the same under ASGI."""

    async def body():
        yield b"first "
        if act == "logout":
            await alogout(request)
        yield b"second"

    return StreamingHttpResponse(body())


def above(get_response):
    """Sign somebody in or out once the rest of the site has answered."""

    def middleware(request):
        response = get_response(request)
        _act(request, request.headers.get("X-Above", ""))
        return response

    return middleware


def before(get_response):
    """Sign somebody out before anything knows of a user."""

    def middleware(request):
        if request.headers.get("X-Before"):
            assert not hasattr(request, "user")
            logout(request)
        return get_response(request)

    return middleware


def _act(request, act):
    if act == "logout":
        logout(request)
    elif act:
        login(request, get_user_model().objects.get(pk=act), backend=BACKEND)


urlpatterns = [
    *urls.urlpatterns,
    path("wait/<str:steps>/", ado_and_wait),
    path("stream/<str:act>/", stream),
    path("astream/<str:act>/", astream),
]


def assert_signed_out(client, user):
    assert Session.objects.for_user(user).get().end_reason == EndReason.LOGOUT
    assert validity.active_sessions(user) == []
    assert name_in_new_process(client) == ""


@on_each_engine
@pytest.mark.parametrize("asks", [True, False])
def test_a_sign_out_in_a_streaming_answer_ends_the_session(engine, alice, asks, settings):
    client = returning_browser(alice)
    settings.SESSIONS_API = {"STRICT": asks}  # the row is read, or remembered
    response = client.get("/stream/logout/")
    assert b"".join(response.streaming_content) == b"first second"
    assert_signed_out(client, alice)


@on_each_engine
def test_a_sign_out_in_an_async_streaming_answer_ends_the_session(engine, alice):
    client, browser = returning_browser(alice), AsyncClient()
    browser.cookies = client.cookies

    async def ask():
        response: Any = await browser.get("/astream/logout/")
        return [piece async for piece in response.streaming_content]

    assert async_to_sync(ask)() == [b"first ", b"second"]
    assert_signed_out(client, alice)


@pytest.fixture(params=["directly above ours", "above Django's"])
def site_with_middleware_above(request, settings):
    """Run the site with a middleware that acts when our response phase is over."""
    ours = settings.MIDDLEWARE.index("django.contrib.sessions.middleware.SessionMiddleware")
    at = ours + 1 if request.param == "directly above ours" else ours
    settings.MIDDLEWARE = [
        *settings.MIDDLEWARE[:at],
        f"{__name__}.above",
        *settings.MIDDLEWARE[at:],
    ]


@on_each_engine
@pytest.mark.parametrize("step", ["user", "read", "write"])
def test_a_sign_out_in_a_middleware_above_ours_ends_the_session(
    engine, site_with_middleware_above, alice, step
):
    client = returning_browser(alice)
    client.get(f"/do/{step}/", headers={"x-above": "logout"})
    assert_signed_out(client, alice)


@on_each_engine
def test_a_sign_in_in_a_middleware_above_ours_is_listed_at_once(engine, alice, settings):
    settings.MIDDLEWARE = [
        *settings.MIDDLEWARE[:2],
        f"{__name__}.above",
        *settings.MIDDLEWARE[2:],
    ]
    client = Client()
    client.get("/do/read/", headers={"x-above": str(alice.pk)})
    (session,) = validity.active_sessions(alice)
    assert not session.adopted
    assert name_in_new_process(client) == "alice"
    assert validity.active_sessions(alice)[0].pk == session.pk
    assert session_of(client) == session


@on_each_engine
def test_a_sign_in_as_another_in_a_middleware_above_ours_takes_the_place_of_the_first(
    engine, alice, settings
):
    settings.MIDDLEWARE = [
        *settings.MIDDLEWARE[:2],
        f"{__name__}.above",
        *settings.MIDDLEWARE[2:],
    ]
    client, bob = returning_browser(alice), UserFactory.create(username="bob")
    old = client.cookies.copy()
    client.get("/do/user/", headers={"x-above": str(bob.pk)})
    assert validity.active_sessions(alice) == []
    assert len(validity.active_sessions(bob)) == 1
    assert name_in_new_process(client) == "bob"
    copy = Client()
    copy.cookies = old
    assert name_in_new_process(copy) == ""


@on_each_engine
def test_a_sign_out_before_anybody_knows_of_a_user_ends_the_session(engine, alice, settings):
    at = settings.MIDDLEWARE.index("django.contrib.auth.middleware.AuthenticationMiddleware")
    settings.MIDDLEWARE = [
        *settings.MIDDLEWARE[:at],
        f"{__name__}.before",
        *settings.MIDDLEWARE[at:],
    ]
    client = returning_browser(alice)
    copy = Client()
    copy.cookies = client.cookies.copy()
    assert client.get("/do/user/", headers={"x-before": "yes"}).content == b""
    assert_signed_out(client, alice)
    assert name_in_new_process(copy) == ""
