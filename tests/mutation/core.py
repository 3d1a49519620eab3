"""The files whose mutants are made."""

from tests.mutation.baseline import PACKAGE, ROOT
from tests.mutation.mutants import Mutant, mutants_of

MODULES = (
    *("acts", "authentication", "middleware", "policy", "receivers", "recent"),
    *("revocation", "users", "validity", "api/admin_views", "api/views"),
)
FOLDERS = ("client", "engines", "lifecycle", "payload", "tracking")
TABLES = ("client/corrections.py", "client/edges.py")
"""Data, and no code: half of all mutants would be theirs. Each line has its tests in tests/client."""
WITH_PACKAGES = ("payload/allauth.py",)
"""What only tests/packages runs, which has environments of its own."""


def files() -> list[str]:
    """Return the files, from the root of the project."""
    package = ROOT / PACKAGE
    paths = [package / f"{name}.py" for name in MODULES]
    paths += [path for folder in FOLDERS for path in sorted((package / folder).rglob("*.py"))]
    paths = [
        path for path in paths if path not in {package / name for name in (*TABLES, *WITH_PACKAGES)}
    ]
    return [path.relative_to(ROOT).as_posix() for path in paths]


def mutants() -> list[Mutant]:
    """Return the mutants of all files."""
    return [each for file in files() for each in mutants_of(file, (ROOT / file).read_text())]
