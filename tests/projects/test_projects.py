"""Projects that are not like the test site: each is walked through in a process of its own.

The steps are the tests of steps.py. When one fails, the test of its project fails with the report
of that process, which names the step.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

STEPS = Path(__file__).with_name("steps.py")

PROJECTS = {
    "uuid_user": "users have a UUID as primary key",
    "string_user": "users have a text as primary key",
    "two_databases": "the session engine has a database of its own",
    "local_time": "times are naive and local",
}
"""The projects, and what is special about each."""


@pytest.mark.parametrize("project", PROJECTS, ids=PROJECTS.values())
def test_every_step_of_the_walk_succeeds_where(project, pytestconfig):
    ours = ("TEST_", "PYTEST_")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    environ["DJANGO_SETTINGS_MODULE"] = f"tests.projects.{project}.settings"
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "pytest", "-n0", "-rs", "-p", "no:cacheprovider", str(STEPS)],
        cwd=pytestconfig.rootpath,
        env=environ,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if done.returncode != 0:
        pytest.fail(f"{project}:\n{done.stdout}{done.stderr}", pytrace=False)
