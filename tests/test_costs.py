"""What the app costs: queries and cache operations, counted against the same site without it."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sessions_api import recent
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
        ({"MAX_SESSIONS_PER_USER": 99}, 1, 50),
        ({"MAX_SESSIONS_PER_USER": 5}, 5, 50),
    ],
    ids=["without a limit", "below the limit", "beyond the limit"],
)
def test_a_login_costs_the_same_with_any_number_of_sessions(
    counted_engine, settings, options, few, many
):
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
