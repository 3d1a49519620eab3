"""Run Django's own tests without us and with us: python -m tests.django_suite --help"""

import argparse
import sys
import tempfile
from pathlib import Path

import django

from tests.django_suite import sdist
from tests.django_suite.comparison import Comparison
from tests.django_suite.expected import expected_with
from tests.django_suite.runs import outcomes


def main() -> int:
    """Say what fails with us only, engine by engine. Returns 1 if it is not what is expected."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cache", type=Path, help="the directory for Django's source distribution")
    parser.add_argument("engines", nargs="+", help="the last words of SESSION_ENGINEs of Django's")
    options = parser.parse_args()

    has_problems = False
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        tests = sdist.unpack(django.__version__, cache=options.cache, into=directory)
        for engine in options.engines:
            plain, ours = outcomes(engine, tests=tests, directory=directory)
            comparison = Comparison(plain, ours, expected_with(minor_version(), engine))
            for problem in comparison.problems():
                has_problems = True
                sys.stdout.write(f"\n{problem}")
            sys.stdout.write(f"\n{summary(engine, comparison)}\n")
            sys.stdout.flush()
    return int(has_problems)


def minor_version() -> str:
    """Return the version of Django without its last number: "6.1"."""
    return ".".join(str(number) for number in django.VERSION[:2])


def summary(engine: str, comparison: Comparison) -> str:
    """Return how many tests have passed, in a line."""
    failed, expected = comparison.new_failures, comparison.expected
    return (
        f"Django {django.__version__}, {engine}: {len(comparison.plain.passed)} tests pass with "
        f"plain Django. With us {len(failed)} of them fail, of which {len(failed & expected)} are "
        f"expected."
    )


if __name__ == "__main__":
    sys.exit(main())
