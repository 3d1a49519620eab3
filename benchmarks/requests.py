"""How many CPU instructions one request takes: plain Django, ours, and our peers.

    python -m benchmarks.requests [--only db token] [--redis URL] [--requests 100] [--seeds 1]
                                  [--json FILE]

Needs valgrind and the dependency group "benchmarks". Each contender serves one small site on a
SQLite file, in processes of its own. A signed-in browser, or a token, asks for its user's name, and
our gate is not due. Our settings are the defaults. Caches are in Redis if --redis or TEST_REDIS is
its URL, or else in local memory. Ratios are over the first contender of a stack: plain Django, and
for tokens Django REST framework's own. A peer without the engine of a stack is left out there.

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
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any, NoReturn

os.environ["TEST_DATABASE"] = "sqlite"

import django
from asgiref.sync import async_to_sync
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path

from benchmarks.contenders import CONTENDERS, SAVE, configure, versions
from benchmarks.output import add_json_option, say, write_json

# callgrind counts the same to about 0.2 %, and takes more than twice as long.
VALGRIND = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
WARMING_UP = 50
TOUCH_INTERVAL = 60  # seconds: our default, which a site as installed leaves alone
BROWSERS = ("plain", "ours", "allauth", "allauth, tracking", "user-sessions", "qsessions")


@dataclass(frozen=True)
class Stack:
    """What a site runs on, and who is measured on it, where they run on it."""

    engine: str = "db"
    settings: dict[str, Any] = field(default_factory=dict)
    names: tuple[str, ...] = BROWSERS

    @property
    def contenders(self) -> list[str]:
        return [name for name in self.names if self.engine in CONTENDERS[name].engines]


STACKS = {
    "db": Stack(),
    "cached_db": Stack("cached_db"),
    "cache": Stack("cache"),
    "file": Stack("file", names=("plain", "ours")),
    "signed_cookies": Stack("signed_cookies"),
    "strict": Stack(settings={"SESSIONS_API": {"STRICT": True}}, names=("plain", "ours")),
    "save_every_request": Stack(settings=SAVE),
    "async": Stack(names=("plain", "ours")),
    "token": Stack(names=("DRF authtoken", "ours", "knox")),
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
    add_json_option(parser)
    options = parser.parse_args()
    if options.serve:
        serve(*options.serve, requests=options.requests)
    if shutil.which("valgrind") is None:
        raise SystemExit("This needs valgrind, and there is none on the PATH.")
    if options.redis:
        os.environ["TEST_REDIS"] = options.redis
    caches = "Redis" if options.redis else "local memory"
    say(f"Django {django.__version__}, Python {sys.version.split()[0]}, caches in {caches}")
    say(f"{'stack':<20}{'contender':<20}{'instructions':>13}{'ratio':>8}")
    figures: dict[str, dict[str, list[float | None]]] = {}
    with tempfile.TemporaryDirectory(prefix="requests-") as directory:
        for stack in options.only:
            figures[stack] = {}
            for name in STACKS[stack].contenders:
                counted = [
                    count([stack, name], seed, options.requests, directory)
                    for seed in range(options.seeds)
                ]
                figures[stack][name] = counted
                floor = next(iter(figures[stack].values()))
                say(f"{stack:<20}{name:<20}{cells(counted, floor)}")
            write_json(
                options.json,
                {
                    "python": sys.version.split()[0],
                    "versions": versions(),
                    "caches": caches,
                    "instructions": figures,
                },
            )


def cells(counted: list[float | None], floor: list[float | None]) -> str:
    """Return the mean, the mean ratio over the floor, and the lowest and the highest ratio."""
    known = [(each, other) for each, other in zip(counted, floor, strict=True) if each and other]
    if not known:
        return f"{'does not run':>21}"
    ratios = [each / other for each, other in known]
    between = f"  ({min(ratios):.3f}-{max(ratios):.3f})" if len(ratios) > 1 else ""
    return f"{fmean(each for each, _ in known):>13,.0f}{fmean(ratios):>8.3f}{between}"


def count(what: list[str], seed: int, requests: int, directory: str) -> float | None:
    """Return the instructions of one request: start-up cancels out between N and twice N.

    None where the contender does not run, with the reason on stderr.
    """
    made = f"{directory}/made"
    Path(made).unlink(missing_ok=True)
    if run([], what, seed, 1, made) is None:  # It also compiles modules, so that no other need.
        return None
    totals = []
    for number in (requests, 2 * requests):
        told = run(VALGRIND, what, seed, number, shutil.copy(made, f"{directory}/used")) or ""
        found = re.search(r"I +refs: +([\d,]+)", told)
        if found is None:
            raise SystemExit("valgrind did not say how many instructions it counted.")
        totals.append(int(found[1].replace(",", "")))
    return (totals[1] - totals[0]) / requests


def run(under: list[str], what: list[str], seed: int, requests: int, database: str) -> str | None:
    """Have a process serve so many requests. Return what it wrote to stderr, or None if it failed."""
    directory = os.path.dirname(database)
    environment = os.environ | {
        "PYTHONHASHSEED": str(seed),
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONPYCACHEPREFIX": f"{directory}/compiled",
        "TMPDIR": directory,
    }
    command = [*under, sys.executable, "-m", "benchmarks.requests"]
    command += ["--requests", str(requests), "--serve", *what, database]
    done = subprocess.run(command, env=environment, stderr=subprocess.PIPE, text=True)  # noqa: S603
    if done.returncode:
        sys.stderr.write(f"{done.stderr}\n{what[1]} on {what[0]} could not be served.\n")
        return None
    return done.stderr


def serve(stack: str, name: str, database: str, *, requests: int) -> NoReturn:
    """Answer so many requests of one client, after those that warm up, and exit."""
    # By default each request would open the file anew, and hide some of what we cost.
    kept = {"NAME": database, "CONN_MAX_AGE": None}
    configure(name, engine=STACKS[stack].engine, database=kept, **STACKS[stack].settings)
    from django.contrib.auth import get_user_model

    if not connection.introspection.table_names():
        call_command("migrate", verbosity=0, skip_checks=True)
        get_user_model().objects.create_user("alice")
    user, client, begun = get_user_model().objects.get(), Client(), time.monotonic()
    if stack == "token":
        view, headers = token_view_and_headers(name, user)
    else:
        view = name_of_user_async if stack == "async" else name_of_user
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


def name_of_user(request: HttpRequest) -> HttpResponse:
    """Say who is asking."""
    return HttpResponse(request.user.get_username())


async def name_of_user_async(request: HttpRequest) -> HttpResponse:
    """Say who is asking."""
    return HttpResponse((await request.auser()).get_username())


def token_view_and_headers(name: str, user: Any) -> tuple[Callable[..., Any], dict[str, str]]:
    """Return what says who is asking by a token, and the headers that present one."""
    from rest_framework.permissions import IsAuthenticated
    from rest_framework.request import Request
    from rest_framework.response import Response
    from rest_framework.views import APIView

    class Name(APIView):
        permission_classes = [IsAuthenticated]

        def get(self, request: Request) -> Response:
            return Response(request.user.get_username())

    authentication, value = authentication_and_token(name, user)
    return Name.as_view(authentication_classes=[authentication]), {"authorization": value}


def authentication_and_token(name: str, user: Any) -> tuple[Any, str]:
    """Return how a contender authenticates, and the header of a token of its."""
    if name == "ours":
        from sessions_api.authentication import SessionTokenAuthentication
        from sessions_api.lifecycle import issue_token

        return SessionTokenAuthentication, f"Bearer {issue_token(user).token}"
    if name == "knox":
        from knox.auth import TokenAuthentication as KnoxAuthentication
        from knox.models import AuthToken

        return KnoxAuthentication, f"Token {AuthToken.objects.create(user)[1]}"
    from rest_framework.authentication import TokenAuthentication
    from rest_framework.authtoken.models import Token

    return TokenAuthentication, f"Token {Token.objects.get_or_create(user=user)[0].key}"


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


if __name__ == "__main__":
    main()
