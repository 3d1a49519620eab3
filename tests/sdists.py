"""Source distributions, which have what wheels leave out."""

import subprocess
import sys
from pathlib import Path


def download(project: str, version: str, *, cache: Path) -> Path:
    """Return a source distribution. Downloads it unless ``cache`` has it."""
    archive = cache / f"{project.replace('-', '_')}-{version}.tar.gz"
    if not archive.exists():
        options = ["--quiet", "--no-deps", "--no-binary", project, "--dest", str(cache)]
        subprocess.run(  # noqa: S603
            [sys.executable, "-m", "pip", "download", *options, f"{project}=={version}"], check=True
        )
    return archive
