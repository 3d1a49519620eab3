"""The one migration: it says what the models say, whatever the project."""

import os
import subprocess
import sys

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db.migrations import swappable_dependency
from django.db.migrations.loader import MigrationLoader

from sessions_api.models import Session

APP = "sessions_api"

WITH_ANOTHER_AUTO_FIELD = """
import sys
import django
from django.core.management import call_command
from tests import settings
settings.DEFAULT_AUTO_FIELD = sys.argv[1]
django.setup()
from django.conf import settings
assert settings.DEFAULT_AUTO_FIELD == sys.argv[1]
call_command("makemigrations", "sessions_api", check_changes=True, dry_run=True)
"""

THERE_AND_BACK = """
import django
django.setup()
from django.core.management import call_command
from django.db import connection
def tables():
    return {name for name in connection.introspection.table_names() if "sessions_api" in name}
for _ in range(2):
    call_command("migrate", "sessions_api", verbosity=0)
    assert tables() == {"sessions_api_canary", "sessions_api_session"}, tables()
    call_command("migrate", "sessions_api", "zero", verbosity=0)
    assert tables() == set(), tables()
"""

ACCOUNTS = """
import django
django.setup()
from django.contrib.auth import get_user_model
from django.core.management import call_command
call_command("migrate", verbosity=0)
assert not get_user_model()._base_manager.exists()
"""


def run_python(code, *arguments):
    """Run code in a process of its own, on SQLite."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TEST_")}
    environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    done = subprocess.run(  # noqa: S603 (our own code)
        [sys.executable, "-c", code, *arguments],
        env=environ,
        cwd=os.getcwd(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def migrations():
    loader = MigrationLoader(None)
    return {name: m for (app, name), m in loader.disk_migrations.items() if app == APP}


@pytest.mark.django_db
def test_the_models_and_the_migrations_agree(capsys):
    call_command("makemigrations", APP, check_changes=True, dry_run=True)
    assert "No changes detected" in capsys.readouterr().out


@pytest.mark.parametrize("auto_field", ["AutoField", "BigAutoField"])
def test_they_agree_whatever_the_projects_auto_field(auto_field):
    said = run_python(WITH_ANOTHER_AUTO_FIELD, f"django.db.models.{auto_field}")
    assert "No changes detected" in said


def test_there_is_one_migration():
    assert list(migrations()) == ["0001_initial"]


def test_it_depends_on_the_user_model_alone():
    (migration,) = migrations().values()
    (dependency,) = migration.dependencies
    assert dependency == swappable_dependency(django_settings.AUTH_USER_MODEL)
    assert dependency.setting == django_settings.AUTH_USER_MODEL
    assert not migration.run_before
    assert not migration.replaces


def test_it_can_be_taken_back():
    run_python(THERE_AND_BACK)


def test_the_app_makes_no_account():
    run_python(ACCOUNTS)


@pytest.mark.django_db
def test_the_permission_to_end_sessions_is_there():
    permissions = apps.get_model("auth", "Permission").objects.filter(content_type__app_label=APP)
    assert set(permissions.values_list("codename", flat=True)) == {
        "view_session",
        "change_session",
        "delete_session",
        "end_session",
    }


def test_names_of_indexes_fit_every_database():
    names = [index.name for index in Session._meta.indexes]
    names += [constraint.name for constraint in Session._meta.constraints]
    assert names
    assert all(len(name) <= 30 and name.startswith(APP) for name in names)
