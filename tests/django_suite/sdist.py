"""Django's source distribution, which has the tests that its wheel leaves out."""

import tarfile
from pathlib import Path

from tests.sdists import download


def unpack(version: str, *, cache: Path, into: Path) -> Path:
    """Return the directory of the tests of that version. Downloads it unless ``cache`` has it."""
    tests = f"django-{version}/tests"
    with tarfile.open(download("django", version, cache=cache)) as files:
        members = [file for file in files if file.name.startswith(f"{tests}/")]
        files.extractall(into, members, filter="data")
    return into / tests
