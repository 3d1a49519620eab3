"""Which tests can notice a mutant: those that run what it changes, the nearest first."""

import ast
from collections import defaultdict
from pathlib import Path

from tests.mutation.baseline import PACKAGE, ROOT, Baseline
from tests.mutation.changes import Function
from tests.mutation.mutants import Mutant

CACHES = {"cache", "lru_cache"}
"""What these decorate runs in one test, and is remembered in the others."""


class Selection:
    """The tests of a suite, by what they run."""

    def __init__(self, baseline: Baseline, *, is_thorough: bool = True) -> None:
        self._baseline, self._is_thorough = baseline, is_thorough
        self._uses = _uses()

    def tests(self, mutant: Mutant) -> tuple[list[str], list[str]]:
        """Return the tests of the file that mirrors the mutant's, and the others.

        Unless it is thorough, of the others the quickest of those that differ in parameters alone.
        """
        running = self._running(mutant)
        mirror = mirror_of(mutant.file)
        near = {test for test in running if test.startswith(f"{mirror}::")}
        far = self._quickest_first(running - near)
        return self._quickest_first(near), far if self._is_thorough else _one_each(far)

    def _running(self, mutant: Mutant) -> set[str]:
        names = set(mutant.names)
        function = mutant.functions[-1] if mutant.functions else None
        lines = mutant.lines if function and not names else range(0)
        if function is not None and names:
            lines = range(function.body[0].lineno, _end(function) + 1)
        for each in mutant.functions:
            if _is_cached(each):
                names.add(each.name)
        running = self._baseline.running(mutant.file, lines)
        for file, line in {use for name in names for use in self._uses.get(name, ())}:
            running |= self._baseline.running(file, [line])
        if not running and function is None:
            running = self._baseline.running(mutant.file, self._baseline.tests[mutant.file])
        return running

    def _quickest_first(self, tests: set[str]) -> list[str]:
        return sorted(tests, key=lambda test: (self._baseline.seconds[test], test))


def mirror_of(file: str) -> str:
    """Return the file with the tests of a file."""
    folder, _, name = file.removeprefix(f"{PACKAGE}/").rpartition("/")
    return "/".join(filter(None, ["tests", folder, f"test_{name}"]))


def _one_each(tests: list[str]) -> list[str]:
    """Return the first of the tests that differ in nothing but their parameters."""
    first: dict[str, str] = {}
    for test in tests:
        first.setdefault(test.partition("[")[0], test)
    return list(first.values())


def _uses() -> dict[str, set[tuple[str, int]]]:
    """Return the files and lines where functions use a name."""
    found: dict[str, set[tuple[str, int]]] = defaultdict(set)
    for path in sorted(Path(ROOT, PACKAGE).rglob("*.py")):
        file = path.relative_to(ROOT).as_posix()
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Name(id=name, ctx=ast.Load()) | ast.Attribute(attr=name):
                    found[name].add((file, node.lineno))
                case ast.keyword(arg=str(name)):
                    found[name].add((file, node.lineno))
    return found


def _is_cached(function: Function) -> bool:
    decorators = {ast.unparse(each).partition("(")[0] for each in function.decorator_list}
    return bool(decorators & CACHES)


def _end(function: Function) -> int:
    return function.end_lineno or function.lineno
