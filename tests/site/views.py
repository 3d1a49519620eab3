"""One view that does to its session whatever the path says, in a sync and an async form.

``/do/login:3,write/?status=500`` signs in user 3, writes to the session, and answers 500.
"""

from collections.abc import Callable
from contextvars import Context

from asgiref.sync import sync_to_async
from django.contrib.auth import (
    SESSION_KEY,
    aauthenticate,
    alogin,
    alogout,
    aupdate_session_auth_hash,
    authenticate,
    get_user_model,
    login,
    logout,
    update_session_auth_hash,
)
from django.db import transaction
from django.http import Http404, HttpResponse

from sessions_api import tracking
from sessions_api.decorators import not_activity

BACKEND = "django.contrib.auth.backends.ModelBackend"

callbacks: list[Callable[[], object]] = []
"""What the next ``callback`` step calls: the rest of the world, while a request is in flight."""


def _login(request, pk):
    login(request, get_user_model().objects.get(pk=pk), backend=BACKEND)


def _password_login(request, credentials):
    username, password = credentials.split("|")
    login(request, authenticate(request, username=username, password=password))


def _change_password(request, password):
    user = request.user
    user.set_password(password)
    user.save()
    update_session_auth_hash(request, user)


def _reset_password(request, argument):
    """Set the password of somebody who has followed a link, as Django's page does, and sign them in."""
    pk, password = argument.split("|")
    user = get_user_model().objects.get(pk=pk)
    user.set_password(password)
    user.save()
    login(request, user, backend=BACKEND)


def _fail(request, message):
    raise RuntimeError(message)


def _roll_back(request, _):
    transaction.set_rollback(True)


def _not_found(request, _):
    raise Http404


def _close_account(request, _):
    request.user.is_active = False
    request.user.save()


def _delete_account(request, _):
    request.user.delete()


def _sign_in_elsewhere(request, pk):
    request.session = type(request.session)()
    _login(request, pk)


def _switch(request, key):
    request.session = type(request.session)(key)
    request.session["count"] = 1


def _callback(*args):
    # What somebody else does is no act of this request.
    Context().run(callbacks.pop())


STEPS = {
    "user": lambda request, _: request.user.is_authenticated,
    "current": lambda request, _: tracking.current_session(request),
    "read": lambda request, _: request.session.get("count"),
    "write": lambda request, _: request.session.__setitem__("count", 1),
    "login": _login,
    "password_login": _password_login,
    "password": _change_password,
    "reset": _reset_password,
    "logout": lambda request, _: logout(request),
    "flush": lambda request, _: request.session.flush(),
    "cycle": lambda request, _: request.session.cycle_key(),
    "clear": lambda request, _: request.session.clear(),
    "forget_user": lambda request, _: request.session.__delitem__(SESSION_KEY),
    "expiry": lambda request, seconds: request.session.set_expiry(int(seconds)),
    "save": lambda request, _: request.session.save(),
    "callback": _callback,
    "roll_back": _roll_back,
    "not_found": _not_found,
    "close_account": _close_account,
    "delete_account": _delete_account,
    "sign_in_elsewhere": _sign_in_elsewhere,
    "switch": _switch,
    "fail": _fail,
}


def do(request, steps):
    """Take the steps, and say who is signed in if a step asked."""
    for step in steps.split(","):
        name, _, argument = step.partition(":")
        STEPS[name](request, argument)
    name = request.user.get_username() if "user" in steps.split(",") else ""
    return HttpResponse(name, status=int(request.GET.get("status", 200)))


async def _aload_user(request, _):
    await sync_to_async(lambda: request.user.pk)()
    await request.auser()


async def _alogin(request, pk):
    await alogin(request, await get_user_model().objects.aget(pk=pk), backend=BACKEND)


async def _apassword_login(request, credentials):
    username, password = credentials.split("|")
    await alogin(request, await aauthenticate(request, username=username, password=password))


async def _achange_password(request, password):
    await _aload_user(request, None)  # Django 5.2 reads request.user in async context
    user = await request.auser()
    user.set_password(password)
    await user.asave()
    await aupdate_session_auth_hash(request, user)


async def _aclear(request, _):
    request.session.clear()


async def _afail(request, message):
    raise RuntimeError(message)


ASYNC_STEPS = {
    "user": lambda request, _: request.auser(),
    "current": sync_to_async(STEPS["current"]),
    "read": lambda request, _: request.session.aget("count"),
    "write": lambda request, _: request.session.aset("count", 1),
    "login": _alogin,
    "password_login": _apassword_login,
    "password": _achange_password,
    "logout": lambda request, _: alogout(request),
    "flush": lambda request, _: request.session.aflush(),
    "cycle": lambda request, _: request.session.acycle_key(),
    "clear": _aclear,
    "forget_user": lambda request, _: request.session.apop(SESSION_KEY),
    "expiry": lambda request, seconds: request.session.aset_expiry(int(seconds)),
    "save": lambda request, _: request.session.asave(),
    "callback": sync_to_async(_callback),
    "fail": _afail,
}


async def ado(request, steps):
    """See do()."""
    for step in steps.split(","):
        name, _, argument = step.partition(":")
        await ASYNC_STEPS[name](request, argument)
    name = (await request.auser()).get_username() if "user" in steps.split(",") else ""
    return HttpResponse(name, status=int(request.GET.get("status", 200)))


@not_activity
def poll(request):
    """Answer a page that asks by itself."""
    return HttpResponse(request.user.get_username())


def static(request):
    """Answer without a look at the session."""
    return HttpResponse("static")
