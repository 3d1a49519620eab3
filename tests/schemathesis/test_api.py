"""Schemathesis asks the example site for everything its schema allows, and for much it does not."""

import json
import os
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest

from tests.example_site import serve_demo

SEED = 20261121
EXAMPLES = 15
"""How many random requests each operation gets; those that cover its schema come on top."""
AT_LEAST = 1_000
"""How many requests each caller makes; there are six of them."""
SECONDS = 600


@pytest.fixture(autouse=True)
def any_number_of_attempts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the example site count attempts to sign in, and mind none."""
    monkeypatch.setenv("EXAMPLE_SIGN_IN_RATE", "1000000/min")


@pytest.mark.parametrize(
    ("username", "way"),
    [("", ""), *product(["alice", "staff"], ["cookie", "token"]), ("admin", "token")],
)
def test_the_site_does_what_its_schema_says(username: str, way: str, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    with serve_demo(tmp_path, engine="django.contrib.sessions.backends.db") as site:
        done = subprocess.run(  # noqa: S603
            [
                str(Path(sys.executable).with_name("st")),
                *("run", f"{site}/api/schema/"),
                *("--checks", "all"),
                # A session that has ended can still be read: it says when, and why.
                *("--exclude-checks", "use_after_free"),
                *("--seed", str(SEED), "--max-examples", str(EXAMPLES)),
                # The development server takes 40 ms for an answer on a connection it keeps.
                *("--header", "Connection:close"),
                *("--report", "json", "--report-json-path", str(report), "--no-color"),
            ],
            cwd=tmp_path,
            env={
                **os.environ,
                "SCHEMATHESIS_HOOKS": "hooks",
                "PYTHONPATH": str(Path(__file__).parent),
                "EXAMPLE_SITE": site,
                "EXAMPLE_USER": username,
                "EXAMPLE_WAY": way,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    print(done.stdout)  # noqa: T201 (with the seed; shown when the test fails)
    assert done.returncode == 0
    log = (tmp_path / "site.log").read_text()
    assert '" 500 ' not in log
    if username:
        # It has tried to do without the credential, which is the check of `ignored_auth`.
        assert '"GET /api/sessions/current/ HTTP/1.1" 200' in log
        assert '"GET /api/sessions/current/ HTTP/1.1" 401' in log
    assert json.loads(report.read_text())["test_cases"]["generated"] >= AT_LEAST
