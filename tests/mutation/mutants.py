"""The mutants of a file: each is its text with one change."""

import ast
import difflib
import textwrap
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from tests.mutation.changes import Change, Function, changes_of

NOT_MUTATED = {"__repr__"}
"""Functions that nothing depends on."""


@dataclass(frozen=True)
class Mutant:
    """A change of a file: its lines that change, before and after."""

    file: str
    within: str
    """The function or class around it: "Memory.put". Empty where there is none."""
    was: str
    becomes: str
    text: str
    """The whole file with the change."""
    line: int
    lines: range
    """The lines of the statement."""
    functions: tuple[Function, ...]
    """The functions that run the statement, the innermost last. None: it runs at import."""
    names: frozenset[str]
    """What it gives a name to at import."""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Return what tells mutants apart, wherever in the file they are."""
        return self.file, self.within, self.was, self.becomes

    def is_python(self) -> bool:
        """Tell whether the text can be compiled."""
        with warnings.catch_warnings(action="ignore"):
            try:
                compile(self.text, self.file, "exec")
            except SyntaxError:
                return False
        return True

    def diff(self, source: str) -> str:
        """Return the change as a unified diff."""
        lines = difflib.unified_diff(
            source.splitlines(keepends=True),
            self.text.splitlines(keepends=True),
            f"a/{self.file}",
            f"b/{self.file}",
        )
        return "".join(lines)


def mutants_of(file: str, source: str) -> list[Mutant]:
    """Return the mutants of a file, in the order of its lines."""
    found = {each.text: each for each in _Maker(file, source).mutants() if each.text != source}
    return sorted(found.values(), key=lambda mutant: mutant.line)


@dataclass(frozen=True)
class _Place:
    """Where the walk is."""

    qualifiers: tuple[str, ...] = ()
    functions: tuple[Function, ...] = ()
    names: frozenset[str] = frozenset()


class _Maker:
    """A walk over the statements of a file."""

    def __init__(self, file: str, source: str) -> None:
        self._file = file
        self._source = source.encode()
        self._tree = ast.parse(source)
        self._starts = [0]
        for line in self._source.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))

    def mutants(self) -> Iterator[Mutant]:
        yield from self._block(self._tree.body, _Place())

    def _block(self, body: list[ast.stmt], place: _Place) -> Iterator[Mutant]:
        for statement in body:
            if not _is_left_out(statement):
                yield from self._statement(statement, place)

    def _statement(self, statement: ast.stmt, place: _Place) -> Iterator[Mutant]:
        inner = place
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inner, place = _inside(statement, place)
        elif not place.functions:
            place = _Place(place.qualifiers, (), frozenset(_names_bound(statement)))
        function = place.functions[-1] if place.functions else None
        for change in changes_of(statement, function):
            yield self._mutant(statement, place, change)
        for body in _bodies(statement):
            yield from self._block(body, inner)

    def _span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or 0
        start = self._starts[node.lineno - 1] + node.col_offset
        return start, self._starts[end_line - 1] + end_column

    def _mutant(self, statement: ast.stmt, place: _Place, change: Change) -> Mutant:
        start, end = self._span(change.node)
        if change.is_decorator:  # with its line
            start = self._source.rfind(b"\n", 0, start) + 1
            end = self._source.index(b"\n", end) + 1
        new = change.becomes.encode()
        first = self._source.rfind(b"\n", 0, start) + 1
        after = self._source.find(b"\n", end - 1)
        was = self._source[first:after]
        becomes = self._source[first:start] + new + self._source[end : max(after, end)]
        text = self._source[:start] + new + self._source[end:]
        line = self._source.count(b"\n", 0, start) + 1
        return Mutant(
            file=self._file,
            within=".".join(place.qualifiers),
            was=textwrap.dedent(was.decode()).strip(),
            becomes=textwrap.dedent(becomes.decode()).strip(),
            text=text.decode(),
            line=line,
            lines=range(statement.lineno, _end_of_head(statement) + 1),
            functions=place.functions,
            names=place.names,
        )


def _inside(
    statement: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, place: _Place
) -> tuple[_Place, _Place]:
    """Return the place of its body, and that of its decorators and defaults."""
    qualifiers = (*place.qualifiers, statement.name)
    functions: tuple[Function, ...] = ()
    if not isinstance(statement, ast.ClassDef):
        functions = (*place.functions, statement)
    head = functions or place.functions
    return _Place(qualifiers, functions), _Place(qualifiers, head, frozenset({statement.name}))


def _is_left_out(statement: ast.stmt) -> bool:
    match statement:
        case ast.Import() | ast.ImportFrom() | ast.Pass() | ast.Assert() | ast.Global():
            return True
        case ast.Expr(value=ast.Constant()):  # a docstring
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
        case ast.FunctionDef(name=name):
            return name in NOT_MUTATED
        case ast.AnnAssign(annotation=ast.Name(id="TypeAlias")):
            return True
        case ast.Assign(value=ast.Call(func=ast.Name(id="TypeVar"))):
            return True
    return False


def _bodies(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        if body := getattr(statement, name, None):
            yield body
    for handler in getattr(statement, "handlers", ()):
        yield handler.body
    for case in getattr(statement, "cases", ()):
        yield case.body


def _end_of_head(statement: ast.stmt) -> int:
    """Return the last line of a statement, without those of the statements in it."""
    inner = [body[0].lineno for body in _bodies(statement)]
    end = statement.end_lineno or statement.lineno
    return max(statement.lineno, min([end, *(line - 1 for line in inner)]))


def _names_bound(statement: ast.stmt) -> Iterator[str]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
