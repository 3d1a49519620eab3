"""The list of mutants that do the same: an entry is found again, wherever its text has moved."""

import pytest

from tests.mutation import equivalents
from tests.mutation.mutants import mutants_of

SOURCE = '''
def function(texts):
    """Docstring."""
    return call(
        texts,
        or_else=["it's"],
    ) or texts == ""
'''


@pytest.fixture
def mutants():
    return mutants_of("file.py", SOURCE)


@pytest.fixture(autouse=True)
def listing(tmp_path, monkeypatch):
    """Have a list of its own."""
    path = tmp_path / "equivalents.toml"
    path.write_text("")
    monkeypatch.setattr(equivalents, "LIST", path)
    return path


def write(listing, mutants):
    listing.write_text("\n\n".join(equivalents.entry_of(mutant) for mutant in mutants))


def test_what_is_shown_of_a_mutant_can_be_put_on_the_list(listing, mutants):
    write(listing, mutants)
    assert [each.key for each in equivalents.listed()] == [mutant.key for mutant in mutants]


def test_an_entry_goes_with_its_text_and_not_with_its_line(listing, mutants):
    write(listing, mutants)
    moved = mutants_of("file.py", "import ast\n\n\n" + SOURCE)
    assert equivalents.outdated(moved) == []


def test_an_entry_that_no_mutant_has_any_more_is_outdated(listing, mutants):
    write(listing, mutants)
    assert equivalents.outdated(mutants[1:]) == equivalents.listed()[:1]


def test_the_list_may_be_empty():
    assert equivalents.listed() == []
