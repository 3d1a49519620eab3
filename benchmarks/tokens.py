"""What a request by token costs: ours, django-rest-knox's, and Django REST framework's own.

    [TEST_DATABASE=postgresql] python -m benchmarks.tokens [--rounds 40] [--requests 250] [--profile]

Needs django-rest-knox. One view, one database (SQLite unless TEST_DATABASE says otherwise), each
contender as it is installed: ours with our middleware, the others without. They take turns, round
by round; ratios are of the rounds that stand side by side. "nobody" asks for no token.
"""

import argparse
import cProfile
import os
import pstats
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection, reset_queries
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import path

from tests import settings as site

OURS = "sessions_api.middleware.SessionsMiddleware"
WARMING_UP = 50

Ask = Callable[[], None]


def main() -> None:
    """Have all contenders answer the same number of requests, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--requests", type=int, default=250, help="in each round")
    parser.add_argument("--profile", action="store_true", help="print where ours spends its time")
    options = parser.parse_args()
    site.INSTALLED_APPS += ["rest_framework.authtoken", "knox"]
    django.setup()
    with own_database():
        contenders = make_contenders()
        costs = {name: cost(ask) for name, ask in contenders.items()}
        rounds = take_turns(contenders, options.rounds, options.requests)
        report(costs, rounds)
        if options.profile:
            profile(contenders["ours"], options.requests)


def make_contenders() -> dict[str, Ask]:
    """Return, for each contender, what asks the view once by a token of one and the same user."""
    from django.contrib.auth import get_user_model
    from knox.auth import TokenAuthentication as KnoxAuthentication
    from knox.models import AuthToken
    from rest_framework.authentication import TokenAuthentication
    from rest_framework.authtoken.models import Token
    from rest_framework.permissions import AllowAny, IsAuthenticated
    from rest_framework.response import Response
    from rest_framework.views import APIView

    from sessions_api import lifecycle
    from sessions_api.authentication import SessionTokenAuthentication

    user = get_user_model().objects.create_user("alice", password="correct horse")  # noqa: S106
    authorizations = {
        "nobody": "",
        "ours": f"Bearer {lifecycle.issue_token(user).token}",
        "knox": f"Token {AuthToken.objects.create(user)[1]}",
        "DRF": f"Token {Token.objects.create(user=user).key}",
    }
    by = {
        "nobody": None,
        "ours": SessionTokenAuthentication,
        "knox": KnoxAuthentication,
        "DRF": TokenAuthentication,
    }

    class Name(APIView):
        """Say who is asking."""

        def get(self, request: Any) -> Response:
            return Response(request.user.get_username())

    patterns = [
        path(
            f"{name}/",
            Name.as_view(
                authentication_classes=[authentication] if authentication else [],
                permission_classes=[IsAuthenticated if authentication else AllowAny],
            ),
        )
        for name, authentication in by.items()
    ]
    settings.ROOT_URLCONF = tuple(patterns)
    request_started.disconnect(reset_queries)
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    return {name: contender(name, header) for name, header in authorizations.items()}


def contender(name: str, authorization: str) -> Ask:
    """Return what asks a contender's site once, and fails unless it knows the user."""
    others = [each for each in site.MIDDLEWARE if each != OURS]
    settings.MIDDLEWARE = site.MIDDLEWARE if name == "ours" else others
    handler = WSGIHandler()
    environ = RequestFactory().get(f"/{name}/", headers={"authorization": authorization}).environ
    expected = b'""' if name == "nobody" else b'"alice"'

    def ask() -> None:
        response = handler(dict(environ), lambda *arguments: None)
        if b"".join(response) != expected:
            raise SystemExit(f"{name}: {response.content!r}")
        response.close()

    return ask


def cost(ask: Ask) -> tuple[int, int]:
    """Return how many queries and how many function calls one request makes in the steady state."""
    for _ in range(WARMING_UP):
        ask()
    with CaptureQueriesContext(connection) as queries:
        ask()
    with cProfile.Profile() as profiler:
        ask()
    return len(queries), pstats.Stats(profiler).total_calls


def take_turns(contenders: dict[str, Ask], rounds: int, requests: int) -> dict[str, list[Any]]:
    """Return the (CPU, wall) microseconds of a request in each round, by contender."""
    taken: dict[str, list[Any]] = {name: [] for name in contenders}
    names = list(contenders)
    for number in range(rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            ask, cpu, wall = contenders[name], time.process_time(), time.perf_counter()
            for _ in range(requests):
                ask()
            spent = time.process_time() - cpu, time.perf_counter() - wall
            taken[name].append([each * 1_000_000 / requests for each in spent])
    return taken


def report(costs: dict[str, tuple[int, int]], rounds: dict[str, list[Any]]) -> None:
    """Print a table: medians, with the quartiles behind them."""
    say(f"{connection.vendor}, {len(rounds['ours'])} rounds, Django {django.__version__}")
    say(f"{'':<8}{'queries':>8}{'calls':>7}{'CPU us':>21}{'wall us':>21}{'CPU, of ours':>21}")
    for name, taken in rounds.items():
        cpu, wall = zip(*taken, strict=True)
        of_ours = [each / ours for each, (ours, _) in zip(cpu, rounds["ours"], strict=True)]
        queries, calls = costs[name]
        say(
            f"{name:<8}{queries:>8}{calls:>7}"
            f"{spread(cpu, 0):>21}{spread(wall, 0):>21}{spread(of_ours, 2):>21}"
        )


def spread(values: Any, digits: int) -> str:
    """Return a median and, in brackets, the quartiles on both sides of it."""
    low, median, high = statistics.quantiles(values, n=4)
    return f"{median:.{digits}f} ({low:.{digits}f}-{high:.{digits}f})"


@contextmanager
def own_database() -> Iterator[None]:
    """Create a database with the tables, and drop it in the end."""
    connection.settings_dict["TEST"]["NAME"] = (
        None if connection.vendor == "sqlite" else f"sessions_api_tokens_{os.getpid()}"
    )
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def profile(ask: Ask, requests: int) -> None:
    """Print where the time goes."""
    with cProfile.Profile() as profiler:
        for _ in range(requests):
            ask()
    pstats.Stats(profiler).sort_stats("tottime").print_stats(45)


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
