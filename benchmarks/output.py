"""What a benchmark hands out: lines at once, and figures as JSON for ``benchmarks.plot``."""

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any


def add_json_option(parser: argparse.ArgumentParser) -> None:
    """Let a benchmark take --json."""
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")


def write_json(file: Path | None, figures: Any) -> None:
    """Write the figures, if a file was named."""
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(figures, indent=1)
        one_a_line = re.sub(r"\{[^{}\[\]]*\}", lambda found: " ".join(found[0].split()), text)
        file.write_text(one_a_line + "\n")


def say(line: str = "") -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
