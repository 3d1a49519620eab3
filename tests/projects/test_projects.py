"""Projects that are not like the test site: each is walked through in a process of its own."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest


@cache
def walk(project):
    """Walk through a project on SQLite, and return what it found."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TEST_")}
    environ["DJANGO_SETTINGS_MODULE"] = f"tests.projects.{project}.settings"
    done = subprocess.run(
        [sys.executable, "-m", "tests.projects.walk"],
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_users_may_have_a_uuid_as_primary_key():
    assert "uuid_user_user" in walk("uuid_user")["tables"]["default"]


def test_users_may_have_a_text_as_primary_key():
    assert "string_user_user" in walk("string_user")["tables"]["default"]


def test_the_session_engine_may_have_a_database_of_its_own():
    tables = walk("two_databases")["tables"]
    assert "sessions_api_session" in tables["default"]
    assert "sessions_api_session" not in tables["engine"]
    assert "django_session" in tables["engine"]
    assert "django_session" not in tables["default"]


def test_times_may_be_naive_and_local():
    assert "sessions_api_session" in walk("local_time")["tables"]["default"]


@pytest.mark.parametrize("project", ["uuid_user", "local_time"])
def test_the_api_says_times_in_utc_whatever_the_sites_time_zone(project):
    for name, text in walk(project)["times"].items():
        said = datetime.fromisoformat(text)
        assert said.utcoffset() == timedelta(0), (name, text)
        expected = datetime.now(UTC) + timedelta(days=14 if name == "expires_at" else 0)
        assert abs(said - expected) < timedelta(minutes=5), (name, text)
