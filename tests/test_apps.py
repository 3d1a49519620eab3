"""What the app needs to start, and what it does without."""

import subprocess
import sys

import pytest


def run(program):
    """Run a program in a process of its own, and return what it prints."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_starts_without_drf_spectacular():
    run("""
import os, sys
sys.modules["drf_spectacular"] = None  # as if it were not installed
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
import django
django.setup()
import sessions_api.urls
""")


SET_UP = """
import sys
from django.conf import settings
settings.configure(
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "sessions_api",
    ],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    SECRET_KEY="of a site that has nothing else",
)
import django
django.setup()
"""


@pytest.mark.parametrize(
    "name",
    [
        "cryptography",
        "django.contrib.auth.forms",
        "django_filters",
        "drf_spectacular",
        "rest_framework",
        "sessions_api.api",
        "sessions_api.checks",
        "sessions_api.lifecycle.maintenance",
        "tqdm",
        "ua_parser",
        "user_agents",
    ],
)
def test_setup_does_not_import_what_takes_long_and_may_not_be_needed(modules_after_setup, name):
    assert "sessions_api.models" in modules_after_setup
    assert name not in modules_after_setup


@pytest.fixture(scope="module")
def modules_after_setup():
    """Return the modules that a process of a site with only our app has imported once it is set up."""
    return set(run(SET_UP + "print(*sys.modules)").split())
