"""Mutants that no test can notice, because they do the same: equivalents.toml, with the reasons."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.mutation.mutants import Mutant

LIST = Path(__file__).with_name("equivalents.toml")


@dataclass(frozen=True)
class Equivalent:
    """An entry of the list: which mutant, and why it does the same."""

    file: str
    within: str
    was: str
    becomes: str
    reason: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Return the ``key`` of the mutant."""
        return self.file, self.within, self.was, self.becomes


def listed() -> list[Equivalent]:
    """Return the entries of the list."""
    entries = tomllib.loads(LIST.read_text()).get("equivalent", [])
    stripped = ({name: text.strip() for name, text in entry.items()} for entry in entries)
    return [Equivalent(**entry) for entry in stripped]


def outdated(mutants: Iterable[Mutant]) -> list[Equivalent]:
    """Return the entries that no mutant has any more."""
    keys = {mutant.key for mutant in mutants}
    return [each for each in listed() if each.key not in keys]


def entry_of(mutant: Mutant) -> str:
    """Return what the list would say of a mutant, but for the reason."""
    values = {
        "file": mutant.file,
        "within": mutant.within,
        "was": mutant.was,
        "becomes": mutant.becomes,
    }
    lines = [f"{name} = {_literal(value)}" for name, value in values.items()]
    return "\n".join(["[[equivalent]]", *lines, 'reason = ""'])


def _literal(text: str) -> str:
    quote = "'''" if "\n" in text or "'" in text else "'"
    return f"{quote}\n{text}\n{quote}" if "\n" in text else f"{quote}{text}{quote}"
