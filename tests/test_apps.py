"""What the app needs to start, and what it does without."""

import subprocess
import sys


def test_starts_without_drf_spectacular():
    program = """
import os, sys
sys.modules["drf_spectacular"] = None  # as if it were not installed
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
import django
django.setup()
import sessions_api.urls
"""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
