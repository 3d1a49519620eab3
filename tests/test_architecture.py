"""docs/architecture.md: its picture is that of the imports, and what it names is there."""

import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "architecture.md").read_text()
PACKAGE = ROOT / "sessions_api"

FILES = sorted(set(re.findall(r"`((?:[a-z_]+/)*[a-z_]+(?:\.py|/))`", PAGE)))
NAMES = [
    name
    for name in sorted(set(re.findall(r"`((?:\w+\.)+\w+)`", PAGE)))
    if not name.endswith(".py") and not name.startswith(("django.", "request."))
]


def test_the_picture_is_that_of_the_imports():
    drawn = runpy.run_path(str(ROOT / "docs" / "draw_rooms.py"))
    assert drawn["page"]() == PAGE


@pytest.mark.parametrize("name", FILES)
def test_every_file_that_is_named_exists(name):
    assert (PACKAGE / name).exists() or list(PACKAGE.rglob(name)) or (ROOT / name).exists()


def test_every_room_is_named():
    rooms = {path.name for path in PACKAGE.glob("*.py")} - {"__init__.py"}
    rooms |= {f"{path.parent.name}/" for path in PACKAGE.glob("*/__init__.py")}
    assert {room for room in rooms if f"`{room}`" not in PAGE} == set()


@pytest.mark.parametrize("name", NAMES)
def test_every_function_that_is_named_is_defined(name):
    *_, last = name.split(".")
    definition = re.compile(rf"^ *(async )?(def|class) {last}\b|^{last}\b.* = ", re.MULTILINE)
    files = [*PACKAGE.rglob("*.py")]
    is_module = any(file.stem == last for file in files)
    assert is_module or any(definition.search(file.read_text()) for file in files)
