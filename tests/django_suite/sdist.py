"""Django's source distribution, which has the tests that its wheel leaves out."""

import subprocess
import sys
import tarfile
from pathlib import Path


def unpack(version: str, *, cache: Path, into: Path) -> Path:
    """Return the directory of the tests of that version. Downloads it unless ``cache`` has it."""
    archive = cache / f"django-{version}.tar.gz"
    if not archive.exists():
        _download(version, cache)
    tests = f"django-{version}/tests"
    with tarfile.open(archive) as files:
        members = [file for file in files if file.name.startswith(f"{tests}/")]
        files.extractall(into, members, filter="data")
    return into / tests


def _download(version: str, cache: Path) -> None:
    options = ["--quiet", "--no-deps", "--no-binary", "django", "--dest", str(cache)]
    subprocess.run(  # noqa: S603
        [sys.executable, "-m", "pip", "download", *options, f"django=={version}"], check=True
    )
