"""Run Django's own tests once, from their directory: python -m tests.django_suite.suite --help"""

import argparse
import os
import tempfile
from importlib import import_module
from pathlib import Path

from django.conf import settings

from tests.django_suite import installation
from tests.django_suite.recording import Recorder

SUITES = (
    "asgi",
    "async",
    "auth_tests",
    "csrf_tests",
    "handlers",
    "messages_tests",
    "middleware",
    "middleware_exceptions",
    "sessions_tests",
    "test_client",
    "test_client_regress",
)


def main() -> None:
    """Run the tests, and write what became of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--with-us", action="store_true", help="install our app and middleware")
    parser.add_argument("engine", help="the last word of the SESSION_ENGINE of the tests")
    parser.add_argument("outcome", type=Path, help="the file that the outcome is written to")
    parser.add_argument("tests", nargs="*", help="only these tests")
    options = parser.parse_args()

    os.environ["DJANGO_SETTINGS_MODULE"] = "test_sqlite"
    settings.SESSION_ENGINE = f"django.contrib.sessions.backends.{options.engine}"
    settings.TEST_RUNNER = "tests.django_suite.recording.Runner"
    runtests = import_module("runtests")
    if options.with_us:
        installation.install(runtests)
    with tempfile.TemporaryDirectory() as directory:
        os.environ["TMPDIR"] = directory  # runtests looks for it there
        runtests.django_tests(
            verbosity=1,
            interactive=False,
            failfast=False,
            keepdb=False,
            reverse=False,
            test_labels=options.tests or [*SUITES],
            debug_sql=False,
            parallel=1,
            tags=None,
            exclude_tags=None,
            test_name_patterns=None,
            start_at=None,
            start_after=None,
            pdb=False,
            buffer=False,
            timing=False,
            shuffle=False,
        )
    Recorder.outcome.write(options.outcome)


if __name__ == "__main__":
    main()
