"""What the app costs: queries and cache operations, counted against the same site without it."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sessions_api import recent
from sessions_api.models import Session
from tests.factories import UserFactory
from tests.matrix.conftest import ENGINES
from tests.site import cache

SERVER_SIDE = ["db", "cached_db", "cache", "file"]
OURS = "sessions_api.middleware.SessionsMiddleware"


@pytest.fixture
def engine(request, settings, transactional_db):
    """Run on the engine with a cache that counts."""
    options = {"BACKEND": "tests.site.cache.CountingCache", "OPTIONS": {"MAX_ENTRIES": 10_000}}
    settings.CACHES = {"default": options}
    for name, value in ENGINES[request.param].items():
        setattr(settings, name, value)
    recent.clear()
    return request.param


on = pytest.mark.parametrize


def signed_in(user, *, path="/do/user/"):
    client = Client()
    client.get(f"/do/login:{user.pk}/")
    client.get(path)
    return client


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


def later(seconds):
    return time_machine.travel(timezone.now() + timedelta(seconds=seconds), tick=False)


def kinds(statements):
    return [statement.split()[0] for statement in statements]


@on("engine", SERVER_SIDE, indirect=True)
@on("path", ["/do/user/", "/do/user,read/"])
def test_a_request_costs_nothing_in_the_steady_state(engine, settings, path):
    client = signed_in(UserFactory.create())
    statements, operations = cost(client, path)
    bare, bare_operations = without_us(settings, client, path)
    assert (kinds(statements), operations) == (kinds(bare), bare_operations)


@on("engine", SERVER_SIDE, indirect=True)
def test_a_request_that_saves_its_session_costs_nothing_until_its_expiry_has_moved(
    engine, settings
):
    client = signed_in(UserFactory.create())
    statements, operations = cost(client, "/do/user,write/")
    bare_statements, bare_operations = without_us(settings, client, "/do/user,write/")
    assert kinds(statements) == kinds(bare_statements)
    assert operations == bare_operations


@on("engine", ["signed_cookies"], indirect=True)
def test_signed_cookies_cost_one_select(engine, settings):
    client = signed_in(UserFactory.create())
    statements, _ = cost(client, "/do/user/")
    bare, _ = without_us(settings, client, "/do/user/")
    assert kinds(statements) == [*kinds(bare), "SELECT"]


@on("engine", [*SERVER_SIDE, "signed_cookies"], indirect=True)
@on("path", ["/do/user/", "/do/user,write/"])
def test_a_due_request_costs_one_select_and_one_update(engine, settings, path):
    client = signed_in(UserFactory.create())
    with later(61):
        statements, operations = cost(client, path)
        bare, bare_operations = without_us(settings, client, path)
    assert sorted(kinds(statements)) == sorted([*kinds(bare), "SELECT", "UPDATE"])
    assert operations == bare_operations


@on("engine", SERVER_SIDE, indirect=True)
def test_a_due_update_runs_outside_the_views_transaction(engine):
    client = signed_in(UserFactory.create())
    connection.settings_dict["ATOMIC_REQUESTS"] = True
    try:
        with later(61):
            statements, _ = cost(client, "/do/user/")
    finally:
        connection.settings_dict["ATOMIC_REQUESTS"] = False
    update = next(i for i, s in enumerate(statements) if s.startswith("UPDATE"))
    assert kinds(statements).index("COMMIT") < update


@on("engine", SERVER_SIDE, indirect=True)
def test_another_process_costs_one_select(engine, settings):
    client = signed_in(UserFactory.create())
    recent.clear()
    statements, _ = cost(client, "/do/user/")
    bare, _ = without_us(settings, client, "/do/user/")
    assert kinds(statements) == [*kinds(bare), "SELECT"]


@on("engine", [*SERVER_SIDE, "signed_cookies"], indirect=True)
def test_a_page_that_does_not_use_the_session_makes_none(engine):
    for client in (Client(), signed_in(UserFactory.create())):
        assert cost(client, "/static-page/") == ([], [])
        response = client.get("/static-page/")
        assert "Vary" not in response.headers
        assert not response.cookies


@on("engine", SERVER_SIDE, indirect=True)
def test_an_anonymous_visitor_costs_nothing(engine, settings):
    client = Client()
    client.get("/do/write/")
    statements, operations = cost(client, "/do/user,write/")
    bare, bare_operations = without_us(settings, client, "/do/user,write/")
    assert (kinds(statements), operations) == (kinds(bare), bare_operations)


@on("engine", SERVER_SIDE, indirect=True)
@on("count", [5, 250])
def test_a_page_of_ones_own_sessions_costs_two_queries(engine, settings, count):
    user = UserFactory.create()
    client = signed_in(user)
    for _ in range(count - 1):
        Client().get(f"/do/login:{user.pk}/")
    statements, _ = cost(client, "/api/sessions/?page_size=250")
    bare, _ = without_us(settings, client, "/do/user/")
    assert len(client.get("/api/sessions/?page_size=250").json()["results"]) == count
    assert len(statements) - len(bare) <= 2


@on("engine", [*SERVER_SIDE, "signed_cookies"], indirect=True)
@on(
    ("options", "few", "many"),
    [
        ({}, 0, 50),
        ({"MAX_SESSIONS_PER_USER": 99}, 1, 50),
        ({"MAX_SESSIONS_PER_USER": 5}, 5, 50),
    ],
    ids=["without a limit", "below the limit", "beyond the limit"],
)
def test_a_login_costs_the_same_with_any_number_of_sessions(engine, settings, options, few, many):
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


def test_polling_costs_one_select_each_interval_and_no_update(settings, transactional_db):
    recent.clear()
    client = signed_in(UserFactory.create())
    last_used = Session.objects.get().last_used
    with later(61):
        statements, _ = cost(client, "/poll/")
        assert kinds(statements)[2:] == ["SELECT"]
        statements, _ = cost(client, "/poll/")
        assert len(statements) == 2
    assert Session.objects.get().last_used == last_used
