"""How many CPU instructions a request takes with our app, and how many without it.

    python -m benchmarks.instructions [--only db token] [--redis URL] [--requests 100] [--seeds 1]

Needs valgrind. Each side of a stack serves one small site on a SQLite file, in processes of its
own. "without" is plain Django, and for tokens it is Django REST framework's own. A signed-in
browser, or the token, asks for its user's name, and our gate is not due. Our settings are the
defaults. Caches are in Redis if --redis or TEST_REDIS is its URL, or else in local memory.

A ratio repeats to about 0.001. Whatever moves objects in memory moves it by up to 0.01: --seeds
averages over several layouts. No figure has the garbage collector, a server or waiting in it.
"""

import argparse
import asyncio
import gc
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from statistics import fmean
from typing import Any, NoReturn

os.environ["TEST_DATABASE"] = "sqlite"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django
from asgiref.sync import async_to_sync
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path

from tests import settings as site

OURS = {"sessions_api", "sessions_api.middleware.SessionsMiddleware"}
# callgrind counts the same to about 0.2 %, and takes more than twice as long.
VALGRIND = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
WARMING_UP = 50
TOUCH_INTERVAL = 60  # seconds: our default, which a site as installed leaves alone
SIDES = "without", "with"

ENGINES = "django.contrib.sessions.backends"
STACKS: dict[str, dict[str, object]] = {
    "db": {},
    "cached_db": {"SESSION_ENGINE": f"{ENGINES}.cached_db"},
    "cache": {"SESSION_ENGINE": f"{ENGINES}.cache"},
    "file": {"SESSION_ENGINE": f"{ENGINES}.file"},
    "signed_cookies": {"SESSION_ENGINE": f"{ENGINES}.signed_cookies"},
    "strict": {"SESSIONS_API": {"STRICT": True}},
    "save_every_request": {"SESSION_SAVE_EVERY_REQUEST": True},
    "async": {},
    "token": {},
}

Ask = Callable[[int], None]
Message = Mapping[str, Any]


def main() -> None:
    """Count for each stack and print a table, or be one of the processes that are counted."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=STACKS, default=list(STACKS), metavar="NAME")
    parser.add_argument("--redis", default=os.environ.get("TEST_REDIS"), metavar="URL")
    parser.add_argument("--requests", type=int, default=100, help="how many to count")
    parser.add_argument("--seeds", type=int, default=1, help="how many hash seeds to average over")
    parser.add_argument("--serve", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(*options.serve, requests=options.requests)
    if shutil.which("valgrind") is None:
        raise SystemExit("This needs valgrind, and there is none on the PATH.")
    if options.redis:
        os.environ["TEST_REDIS"] = options.redis
    caches = "Redis" if options.redis else "local memory"
    say(f"Django {django.__version__}, Python {sys.version.split()[0]}, caches in {caches}")
    say(f"{'instructions':<20}{'without':>12}{'with':>12}{'ratio':>8}")
    with tempfile.TemporaryDirectory(prefix="instructions-") as directory:
        make_database(f"{directory}/made")
        for stack in options.only:
            pairs = [
                [count([stack, side], seed, options.requests, directory) for side in SIDES]
                for seed in range(options.seeds)
            ]
            say(f"{stack:<20}{cells(pairs)}")


def cells(pairs: list[list[float]]) -> str:
    """Return the mean of each side and of their ratio, and the lowest and the highest ratio."""
    ratios = [ours / without for without, ours in pairs]
    between = f"  ({min(ratios):.3f}-{max(ratios):.3f})" if len(pairs) > 1 else ""
    without, ours = map(fmean, zip(*pairs, strict=True))
    return f"{without:>12,.0f}{ours:>12,.0f}{fmean(ratios):>8.3f}{between}"


def count(what: list[str], seed: int, requests: int, directory: str) -> float:
    """Return the instructions of one request: start-up cancels out between N and twice N."""
    run([], what, seed, 1, directory)  # So that the first that counts need not compile modules.
    totals = []
    for number in (requests, 2 * requests):
        found = re.search(r"I +refs: +([\d,]+)", run(VALGRIND, what, seed, number, directory))
        if found is None:
            raise SystemExit("valgrind did not say how many instructions it counted.")
        totals.append(int(found[1].replace(",", "")))
    return (totals[1] - totals[0]) / requests


def run(under: list[str], what: list[str], seed: int, requests: int, directory: str) -> str:
    """Have a process serve so many requests, and return what it wrote to stderr."""
    environment = os.environ | {
        "PYTHONHASHSEED": str(seed),
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONPYCACHEPREFIX": f"{directory}/compiled",
        "TMPDIR": directory,
    }
    database = shutil.copy(f"{directory}/made", f"{directory}/used")
    command = [*under, sys.executable, "-m", "benchmarks.instructions"]
    command += ["--requests", str(requests), "--serve", *what, database]
    done = subprocess.run(command, env=environment, stderr=subprocess.PIPE, text=True)  # noqa: S603
    if done.returncode:
        raise SystemExit(f"{done.stderr}\n{what[0]} {what[1]} our app could not be served.")
    return done.stderr


def make_database(database: str) -> None:
    """Make the file that each process has a copy of: all tables, and a user."""
    configure("db", "with", database)
    from django.contrib.auth import get_user_model

    call_command("migrate", verbosity=0)
    get_user_model().objects.create_user("alice")


def configure(stack: str, side: str, database: str) -> None:
    """Set Django up for one side of a stack."""
    without = {"tests.site"} if side == "with" else {"tests.site", *OURS}
    apps = [*site.INSTALLED_APPS, "rest_framework.authtoken"]
    # By default each request would open the file anew, and hide some of what we cost.
    default = vars(site)["DATABASES"]["default"] | {"NAME": database, "CONN_MAX_AGE": None}
    vars(site).update(
        INSTALLED_APPS=[app for app in apps if app not in without],
        MIDDLEWARE=[middleware for middleware in site.MIDDLEWARE if middleware not in without],
        DATABASES={"default": default},
        SESSION_CACHE_ALIAS="redis" if "redis" in site.CACHES else "default",
        **STACKS[stack],
    )
    django.setup()


def serve(stack: str, side: str, database: str, *, requests: int) -> NoReturn:
    """Answer so many requests of one client, after those that warm up, and exit."""
    configure(stack, side, database)
    from django.contrib.auth import get_user_model

    user, client, begun = get_user_model().objects.get(), Client(), time.monotonic()
    if stack == "token":
        view, headers = token_view_and_headers(side, user)
    else:
        view = name_async if stack == "async" else name
        client.force_login(user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        headers = {"cookie": f"{cookie.key}={cookie.value}"}
    settings.ROOT_URLCONF = (path("", view),)
    ask = asking_async(headers) if stack == "async" else asking(headers)
    ask(WARMING_UP)
    gc.collect()
    gc.freeze()
    gc.disable()  # When it runs depends on what else is in memory.
    ask(requests)
    if time.monotonic() - begun > TOUCH_INTERVAL:
        raise SystemExit(
            "The requests took longer than our TOUCH_INTERVAL. Ask for fewer with --requests."
        )
    client.logout()  # Redis would keep the session.
    os._exit(0)  # An ordinary exit would free what each request has left behind.


def name(request: HttpRequest) -> HttpResponse:
    """Say who is asking."""
    return HttpResponse(request.user.get_username())


async def name_async(request: HttpRequest) -> HttpResponse:
    """Say who is asking."""
    return HttpResponse((await request.auser()).get_username())


def token_view_and_headers(side: str, user: Any) -> tuple[Callable[..., Any], dict[str, str]]:
    """Return what says who is asking by a token, and the headers that present one."""
    from rest_framework.authentication import TokenAuthentication
    from rest_framework.authtoken.models import Token
    from rest_framework.permissions import IsAuthenticated
    from rest_framework.request import Request
    from rest_framework.response import Response
    from rest_framework.views import APIView

    class Name(APIView):
        permission_classes = [IsAuthenticated]

        def get(self, request: Request) -> Response:
            return Response(request.user.get_username())

    if side == "without":
        view = Name.as_view(authentication_classes=[TokenAuthentication])
        return view, {"authorization": f"Token {Token.objects.create(user=user).key}"}
    from sessions_api.authentication import SessionTokenAuthentication
    from sessions_api.lifecycle import issue_token

    view = Name.as_view(authentication_classes=[SessionTokenAuthentication])
    return view, {"authorization": f"Bearer {issue_token(user).token}"}


def asking(headers: dict[str, str]) -> Ask:
    """Return what asks the WSGI handler so many times."""
    handler, environ = WSGIHandler(), RequestFactory().get("/", headers=headers).environ

    def ask(times: int) -> None:
        for _ in range(times):
            response = handler(dict(environ), lambda *arguments: print)
            check(b"".join(response))
            response.close()

    return ask


def asking_async(headers: dict[str, str]) -> Ask:
    """Return what asks the ASGI handler so many times."""
    handler = ASGIHandler()
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }

    async def ask(times: int) -> None:
        for _ in range(times):
            check(await answer(handler, dict(scope)))

    # It lends this thread to each request's database. Otherwise each request would have a thread
    # of its own and open the database in it.
    return async_to_sync(ask)


async def answer(handler: ASGIHandler, scope: dict[str, Any]) -> bytes:
    """Return the body of the response to one request."""
    chunks: list[bytes] = []
    events: list[Message] = [{"type": "http.request"}]

    async def receive() -> Message:
        return events.pop() if events else await asyncio.Future()  # The client stays connected.

    async def send(event: Message) -> None:
        chunks.append(event.get("body", b""))

    await handler(scope, receive, send)
    return b"".join(chunks)


def check(body: bytes) -> None:
    """Stop unless this is the user's name, as text or as JSON."""
    if body.strip(b'"') != b"alice":
        raise SystemExit(f"The site does not know who is asking: {body!r}")


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
