"""What the app costs: queries and cache operations, counted against the same site without it."""

import os
import sys
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import pytest
from asgiref.sync import SyncToAsync, async_to_sync
from django.db import connection
from django.test import AsyncClient, Client, RequestFactory
from django.test.utils import CaptureQueriesContext

import sessions_api
from sessions_api import recent
from sessions_api.lifecycle import issue_token
from sessions_api.models import Session
from tests.factories import UserFactory
from tests.helpers import DJANGOS_ENGINES, SERVER_SIDE, later, returning_browser, use_engine
from tests.site import cache

OURS = "sessions_api.middleware.SessionsMiddleware"


pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def counted_engine(request, settings):
    """Run the site on a session engine whose cache notes what it is asked."""
    options = {"BACKEND": "tests.site.cache.CountingCache", "OPTIONS": {"MAX_ENTRIES": 10_000}}
    settings.CACHES = {"default": options}
    use_engine(settings, request.param)
    return request.param


def cost(client, path, method="get"):
    """Return the statements and the cache operations of a request."""
    cache.operations.clear()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = getattr(client, method)(path)
    assert response.status_code == 200
    return [query["sql"] for query in queries], list(cache.operations)


def without_us(settings, client, path):
    """Return what the request costs on the same site without the app."""
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != OURS]
    bare = Client()
    bare.cookies = client.cookies
    return cost(bare, path)


def kinds(statements):
    return [statement.split()[0] for statement in statements]


@pytest.mark.parametrize("counted_engine", SERVER_SIDE, indirect=True)
@pytest.mark.parametrize("path", ["/do/user/", "/do/user,read/"])
def test_a_request_costs_nothing_in_the_steady_state(counted_engine, settings, path):
    client = returning_browser(UserFactory.create())
    statements, operations = cost(client, path)
    bare, bare_operations = without_us(settings, client, path)
    assert (kinds(statements), operations) == (kinds(bare), bare_operations)


@pytest.mark.parametrize("counted_engine", SERVER_SIDE, indirect=True)
def test_a_request_that_saves_its_session_costs_nothing_until_its_expiry_has_moved(
    counted_engine, settings
):
    client = returning_browser(UserFactory.create())
    statements, operations = cost(client, "/do/user,write/")
    bare_statements, bare_operations = without_us(settings, client, "/do/user,write/")
    assert kinds(statements) == kinds(bare_statements)
    assert operations == bare_operations


@pytest.mark.parametrize("counted_engine", ["signed_cookies"], indirect=True)
def test_signed_cookies_cost_one_select(counted_engine, settings):
    client = returning_browser(UserFactory.create())
    statements, _ = cost(client, "/do/user/")
    bare, _ = without_us(settings, client, "/do/user/")
    assert kinds(statements) == [*kinds(bare), "SELECT"]


@pytest.mark.parametrize("counted_engine", DJANGOS_ENGINES, indirect=True)
def test_where_the_row_admits_it_is_asked_at_every_request_by_one_narrow_select(
    counted_engine, settings
):
    settings.SESSIONS_API = {**settings.SESSIONS_API, "STRICT": True}
    client = returning_browser(UserFactory.create())
    statements, _ = cost(client, "/do/user/")
    bare, _ = without_us(settings, client, "/do/user/")
    (ours,) = [each for each in statements if "sessions_api_session" in each]
    assert len(statements) == len(bare) + 1
    assert ours.partition(" FROM ")[0].count(",") == 0


@pytest.mark.parametrize("counted_engine", DJANGOS_ENGINES, indirect=True)
@pytest.mark.parametrize("path", ["/do/user/", "/do/user,write/"])
def test_a_due_request_costs_one_select_and_one_update(counted_engine, settings, path):
    client = returning_browser(UserFactory.create())
    with later(seconds=61):
        statements, operations = cost(client, path)
        bare, bare_operations = without_us(settings, client, path)
    assert sorted(kinds(statements)) == sorted([*kinds(bare), "SELECT", "UPDATE"])
    assert operations == bare_operations


@pytest.mark.database
@pytest.mark.parametrize("counted_engine", SERVER_SIDE, indirect=True)
def test_a_due_update_runs_outside_the_views_transaction(counted_engine):
    client = returning_browser(UserFactory.create())
    connection.settings_dict["ATOMIC_REQUESTS"] = True
    try:
        with later(seconds=61):
            statements, _ = cost(client, "/do/user/")
    finally:
        connection.settings_dict["ATOMIC_REQUESTS"] = False
    update = next(i for i, s in enumerate(statements) if s.startswith("UPDATE"))
    assert kinds(statements).index("COMMIT") < update


@pytest.mark.parametrize("counted_engine", SERVER_SIDE, indirect=True)
def test_another_process_costs_one_select(counted_engine, settings):
    client = returning_browser(UserFactory.create())
    recent.clear()
    statements, _ = cost(client, "/do/user/")
    bare, _ = without_us(settings, client, "/do/user/")
    assert kinds(statements) == [*kinds(bare), "SELECT"]


@pytest.mark.parametrize("counted_engine", DJANGOS_ENGINES, indirect=True)
def test_a_page_that_does_not_use_the_session_makes_none(counted_engine):
    for client in (Client(), returning_browser(UserFactory.create())):
        assert cost(client, "/static-page/") == ([], [])
        response = client.get("/static-page/")
        assert "Vary" not in response.headers
        assert not response.cookies


@pytest.mark.parametrize("counted_engine", SERVER_SIDE, indirect=True)
def test_an_anonymous_visitor_costs_nothing(counted_engine, settings):
    client = Client()
    client.get("/do/write/")
    statements, operations = cost(client, "/do/user,write/")
    bare, bare_operations = without_us(settings, client, "/do/user,write/")
    assert (kinds(statements), operations) == (kinds(bare), bare_operations)


@pytest.mark.parametrize("counted_engine", SERVER_SIDE, indirect=True)
@pytest.mark.parametrize("count", [5, 250])
def test_a_page_of_ones_own_sessions_costs_two_queries(counted_engine, settings, count):
    user = UserFactory.create()
    client = returning_browser(user)
    for _ in range(count - 1):
        Client().get(f"/do/login:{user.pk}/")
    statements, _ = cost(client, "/api/sessions/?page_size=250")
    bare, _ = without_us(settings, client, "/do/user/")
    assert len(client.get("/api/sessions/?page_size=250").json()["results"]) == count
    assert len(statements) - len(bare) <= 2


@pytest.mark.parametrize("counted_engine", DJANGOS_ENGINES, indirect=True)
@pytest.mark.parametrize(
    ("options", "few", "many"),
    [
        ({}, 0, 50),
        ({"MAX_SESSIONS_PER_USER": 99}, 0, 50),
        ({"MAX_SESSIONS_PER_USER": 5}, 5, 50),
    ],
    ids=["without a limit", "below the limit", "beyond the limit"],
)
def test_a_login_costs_the_same_with_any_number_of_sessions(
    counted_engine, settings, options, few, many
):
    returning_browser(UserFactory.create())  # the first sign-in of a process leaves the canary
    costs = []
    for count in (few, many):
        user = UserFactory.create()
        for _ in range(count):
            Client().get(f"/do/login:{user.pk}/")
        settings.SESSIONS_API = options
        statements, _ = cost(Client(), f"/do/login:{user.pk}/")
        settings.SESSIONS_API = {}
        costs.append(kinds(statements))
    assert costs[0] == costs[1]


def test_polling_costs_one_select_each_interval_and_no_update(settings):
    recent.clear()
    client = returning_browser(UserFactory.create())
    last_used = Session.objects.get().last_used
    with later(seconds=61):
        statements, _ = cost(client, "/poll/")
        assert kinds(statements)[2:] == ["SELECT"]
        statements, _ = cost(client, "/poll/")
        assert len(statements) == 2
    assert Session.objects.get().last_used == last_used


# What queries do not show


@contextmanager
def calls():
    """Count the calls of our functions, by file and name, in this thread."""
    counted: Counter[str] = Counter()
    package = str(Path(sessions_api.__file__).parent) + os.sep

    def count(frame, event, argument):
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(package):
            file = code.co_filename.removeprefix(package).removesuffix(".py")
            counted[f"{file}.{code.co_name}"] += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        yield counted
    finally:
        sys.setprofile(before)


WORK = (
    "lifecycle/",
    "validity.",
    "models/",
    "signals.",
    "tracking/response.settle",
    "tracking/use.settle",
    "tracking/login.",
    "tracking/logout.",
    "tracking/rotation.",
    "tracking/token.settle",
    "client/ip.",
    "client/user_agent.",
    "recent.put",
    "recent.of",
)
"""What begins so is done only where something has happened, or is due."""


def worked(counted):
    return {name for name in counted if name.startswith(WORK)}


@pytest.mark.parametrize("counted_engine", SERVER_SIDE, indirect=True)
@pytest.mark.parametrize("path", ["/do/user/", "/do/user,read/"])
def test_in_the_steady_state_a_request_looks_into_memory_once_and_settles_nothing(
    counted_engine, path
):
    client = returning_browser(UserFactory.create())
    for _ in range(3):
        with calls() as counted:
            assert client.get(path).content
        assert worked(counted) == set()
        assert counted["recent.recall"] == 1
        assert counted["recent.check_is_due"] == 1
        assert counted["tracking/response.is_due"] == 1
        assert counted["client/__init__.fingerprint_of"] <= 1
        assert sum(counted.values()) <= 40


@pytest.mark.parametrize("counted_engine", DJANGOS_ENGINES, indirect=True)
def test_a_request_that_saves_its_session_does_not_ask_again_who_its_client_is(counted_engine):
    client = returning_browser(UserFactory.create())
    with calls() as counted:
        assert client.get("/do/user,write/").content
    assert counted["tracking/use.settle"] == 1
    assert not counted["client/__init__.client_of"]


@pytest.mark.parametrize("counted_engine", DJANGOS_ENGINES, indirect=True)
@pytest.mark.parametrize("path", ["/static-page/", "/do/read/"])
def test_a_request_that_does_not_ask_for_its_user_is_not_looked_at(counted_engine, path):
    client = returning_browser(UserFactory.create())
    with calls() as counted:
        client.get(path)
    assert worked(counted) == set()
    assert not counted["recent.recall"]
    assert not counted["tracking/gate.user_of"]
    assert sum(counted.values()) <= 12


@pytest.mark.parametrize("counted_engine", DJANGOS_ENGINES, indirect=True)
def test_an_anonymous_request_settles_nothing(counted_engine):
    client = Client()
    client.get("/do/write/")
    with calls() as counted:
        client.get("/do/user/")
    assert worked(counted) == set()


def test_a_request_by_token_is_judged_once_and_settles_nothing_until_it_is_due():
    token = issue_token(UserFactory.create(), request=RequestFactory().get("/")).token
    headers = {"authorization": f"Bearer {token}"}
    Client().get("/api/sessions/current/", headers=headers)
    with calls() as counted:
        assert Client().get("/api/sessions/current/", headers=headers).status_code == 200
    assert counted["tracking/token.present"] == 1
    assert counted["tracking/token.judge"] == 1
    assert not counted["tracking/token.settle"]
    assert not counted["recent.put"]
    assert not any(name.startswith("lifecycle/") for name in counted)


@pytest.mark.parametrize("counted_engine", SERVER_SIDE, indirect=True)
def test_what_is_due_is_settled_once_and_the_next_request_settles_nothing(counted_engine):
    client = returning_browser(UserFactory.create())
    with later(seconds=61):
        with calls() as counted:
            client.get("/do/user/")
        assert counted["tracking/response.settle"] == 1
        assert counted["lifecycle/updating.follow"] == 1
        for _ in range(2):
            with calls() as counted:
                client.get("/do/user/")
            assert worked(counted) == set()


# Logins of users who have many sessions


def login_of_a_user_with(count, settings, **options):
    """Return the statements and our calls of a login, with so many sessions there that stand."""
    returning_browser(UserFactory.create())  # the first sign-in of a process leaves the canary
    user = UserFactory.create()
    for _ in range(count):
        issue_token(user)
    settings.SESSIONS_API = options
    with calls() as counted, CaptureQueriesContext(connection) as queries:
        Client(raise_request_exception=False).get(f"/do/login:{user.pk}/")
    return [query["sql"] for query in queries], counted


def ours(statements):
    return [each for each in statements if "sessions_api_session" in each]


@pytest.mark.parametrize("count", [0, 300])
def test_a_login_without_a_limit_costs_an_insert_and_an_update(settings, count):
    statements, _ = login_of_a_user_with(count, settings)
    assert kinds(ours(statements)) == ["INSERT", "UPDATE"]


@pytest.mark.parametrize("on_limit", ["end_oldest", "refuse"])
@pytest.mark.parametrize("count", [0, 300])
def test_a_login_within_the_limit_costs_a_lock_and_a_count_and_judges_nobody(
    settings, count, on_limit
):
    free, counted_free = login_of_a_user_with(0, settings)
    statements, counted = login_of_a_user_with(
        count, settings, MAX_SESSIONS_PER_USER=count + 1, ON_LIMIT=on_limit
    )
    assert kinds(ours(statements)) == ["SELECT", "INSERT", "UPDATE"]
    assert ours(statements)[0].startswith("SELECT COUNT(*)")
    assert len(statements) == len(free) + 2
    assert not counted["validity.judge"]
    assert counted["engines/loading.load_many"] == counted_free["engines/loading.load_many"]


@pytest.mark.parametrize("count", [5, 300])
def test_a_refused_login_judges_no_more_sessions_than_are_allowed(settings, count):
    statements, counted = login_of_a_user_with(
        count, settings, MAX_SESSIONS_PER_USER=5, ON_LIMIT="refuse"
    )
    assert kinds(ours(statements)) == ["SELECT", "SELECT"]
    assert counted["validity._by_row"] == 5


@pytest.mark.parametrize("limit", [5, 300])
def test_a_login_that_ends_the_oldest_judges_each_session_once(settings, limit):
    _, counted = login_of_a_user_with(300, settings, MAX_SESSIONS_PER_USER=limit)
    assert counted["validity.judge"] == 1
    assert counted["validity._by_row"] == 300


def hops(client, path):
    """Return how often a request under ASGI goes to another thread."""
    counted = 0
    call = SyncToAsync.__call__

    async def counting(self, *args, **kwargs):
        nonlocal counted
        counted += 1
        return await call(self, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SyncToAsync, "__call__", counting)
        response = async_to_sync(client.get)(path)
    assert response.status_code == 200
    return counted


def browser_under_asgi(client):
    browser = AsyncClient()
    browser.cookies = client.cookies.copy()
    return browser


@pytest.mark.parametrize("counted_engine", SERVER_SIDE, indirect=True)
@pytest.mark.parametrize("path", ["/ado/user/", "/ado/read/", "/do/user/", "/static-page/"])
def test_in_the_steady_state_no_request_goes_to_another_thread_for_us(
    counted_engine, settings, path
):
    client = returning_browser(UserFactory.create())
    browser = browser_under_asgi(client)
    hops(browser, path)  # the first has another client
    ours = hops(browser, path)
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != OURS]
    assert ours == hops(browser_under_asgi(client), path)


@pytest.mark.parametrize("counted_engine", SERVER_SIDE, indirect=True)
def test_a_due_request_goes_to_another_thread_twice_for_us(counted_engine, settings):
    """Once to read the row, and once to write."""
    client = returning_browser(UserFactory.create())
    browser = browser_under_asgi(client)
    hops(browser, "/ado/user/")
    with later(seconds=61):
        recent.clear()
        ours = hops(browser, "/ado/user/")
        settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != OURS]
        assert ours - hops(browser_under_asgi(client), "/ado/user/") <= 2
