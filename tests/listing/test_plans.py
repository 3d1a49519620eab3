"""How the databases read pages of all sessions: by an index, whatever the order."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sessions_api.models import Session
from tests.factories import UserFactory
from tests.helpers import signed_in, staff_with

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]

LIST = "/api/admin/sessions/"
NOW = timezone.now()

ORDERS = ("last_used", "-last_used", "created_at", "-created_at", "expires_at", "-expires_at")
FILTERS = (
    "state=all",
    "state=ended",
    "ip=10.0.3.200",
    "ip=192.0.2.1",
    "search=192.0.2.1",
    "search=person77",
    "browser=firefox",
    "browser=konqueror",
    "os=nosuch",
    "kind=browser",
    "kind=token",
    "adopted=false",
    "adopted=true",
    "aal=2",
    "provider=nosuch",
    "method=password",
    "method=totp",
    "device_type=desktop",
    "device_type=bot",
    "impersonated=false",
    "impersonated=true",
    "ip=192.0.2.0/24",
    "ip=10.0.0.0/8",
    f"last_used_after={NOW - timedelta(minutes=5):%Y-%m-%dT%H:%M:%SZ}",
    f"last_used_before={NOW - timedelta(days=365):%Y-%m-%dT%H:%M:%SZ}",
    f"created_before={NOW - timedelta(days=365):%Y-%m-%dT%H:%M:%SZ}&ordering=created_at",
    f"expires_before={NOW - timedelta(days=365):%Y-%m-%dT%H:%M:%SZ}&ordering=expires_at&state=all",
)


@pytest.fixture
def staff():
    return signed_in(staff_with("view_session"))


@pytest.fixture
def many_sessions():
    """Fill the table as far as the planner of this database takes it into account."""
    # SQLite's has no statistics.
    rows, users = (200, 100) if connection.vendor == "sqlite" else (100_000, 30_000)
    user_model = get_user_model()
    password = UserFactory.build().password
    made = [user_model(username=f"person{n}", password=password) for n in range(users)]
    owners = user_model.objects.bulk_create(made, batch_size=5_000)
    Session.objects.bulk_create(
        (session_of(owners[number % users], number, rows) for number in range(rows)),
        batch_size=5_000,
    )
    with connection.cursor() as cursor:
        for table in (Session._meta.db_table, user_model._meta.db_table):
            analyze = "ANALYZE TABLE" if connection.vendor == "mysql" else "ANALYZE"
            cursor.execute(f"{analyze} {table}")
            cursor.fetchall() if connection.vendor == "mysql" else None


def session_of(owner, number, rows):
    """Return one of many sessions: spread over 90 days, a third of them ended."""
    used = NOW - timedelta(days=90) * (number * 7919 % rows) / rows
    return Session(
        user=owner,
        created_at=used - timedelta(hours=number % 24),
        last_used=used,
        expires_at=used + timedelta(days=91),
        ended_at=used if number % 3 == 0 else None,
        end_reason="logout" if number % 3 == 0 else "",
        ip_address=f"10.{number // 65536}.{number // 256 % 256}.{number % 256}",
        last_ip_address=f"10.{number // 65536}.{number // 256 % 256}.{number % 256}",
        browser=("Chrome 142", "Firefox 145", "Safari 18.6")[number % 3],
        os=("Windows", "macOS 10.15")[number % 2],
        device_type=("desktop", "mobile")[number % 2],
        methods="password",
        aal=1,
    )


def plan_of(staff, path):
    """Return how the database reads a page of sessions, in its own words, and the page."""
    with CaptureQueriesContext(connection) as captured:
        response = staff.get(path)
    assert response.status_code == 200
    (statement,) = (query["sql"] for query in captured if query["sql"].endswith("LIMIT 26"))
    explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    with connection.cursor() as cursor:
        cursor.execute(f"{explain} {statement}".replace("%", "%%"), [])
        return [" ".join(map(str, row)) for row in cursor.fetchall()], response.json()


def reads_the_table(plan):
    """Tell whether a plan reads every row of the table, rather than an index."""
    return any(
        "Seq Scan on sessions_api_session" in line
        or ("SIMPLE sessions_api_session ALL" in line)
        or ("SCAN sessions_api_session" in line and "USING" not in line)
        for line in plan
    )


def sorts(plan):
    """Tell whether a plan sorts more than the rows of one moment by their ids."""
    return any(
        re.search("(?<!Incremental )Sort  |filesort|TEMP B-TREE FOR ORDER BY", line)
        for line in plan
    )


def test_no_page_of_all_sessions_reads_or_sorts_the_table(staff, many_sessions):
    for order in ORDERS:
        path = f"{LIST}?ordering={order}&state=all"
        for _ in range(2):
            plan, page = plan_of(staff, path)
            assert not reads_the_table(plan), (order, plan)
            assert not sorts(plan), (order, plan)
            path = page["next"]
    for chosen in FILTERS:
        plan, _page = plan_of(staff, f"{LIST}?{chosen}")
        assert not reads_the_table(plan), (chosen, plan)
